import { describe, expect, it } from "@jest/globals";
import { Alternation, Alternative, Lexer, Option, Repetition, RepetitionMandatoryWithSeparator, Terminal } from "chevrotain";
import type { IProduction, TokenType } from "chevrotain";
import { CtvParser } from "../../grammar/parser.js";
import * as tokens from "../../grammar/tokens.js";

const parser = new CtvParser();

function terminalsOf(step: IProduction): readonly TokenType[] {
  if (step instanceof Terminal) return [step.terminalType];
  if (step instanceof RepetitionMandatoryWithSeparator) return [step.separator, ...step.definition.flatMap(terminalsOf)];
  const isSequence = step instanceof Alternation || step instanceof Alternative || step instanceof Option || step instanceof Repetition;
  return isSequence ? step.definition.flatMap(terminalsOf) : [];
}

const used = new Set(Object.values(parser.getGAstProductions()).flatMap((rule) => rule.definition.flatMap(terminalsOf)));

/** Tokens that never reach the grammar: space, comments, line ends, and braces before the layout has told them apart. */
const outside = new Set(["Space", "NewLine", "LineComment", "BlockComment", "HashComment", "Semicolon"]);

describe("the grammar", () => {
  it("is free of ambiguities, left recursion and unreachable alternatives", () => {
    expect(() => new CtvParser(true)).not.toThrow();
  });

  it("has a lexer that chevrotain finds nothing wrong with", () => {
    const lexer = new Lexer([...tokens.lexed], { positionTracking: "onlyOffset", ensureOptimizations: true });
    expect(lexer.lexerDefinitionErrors).toEqual([]);
  });

  it.each(tokens.lexed.filter(({ name }) => !outside.has(name)).map((type) => [type.name, type] as const))("uses the token %s", (_name, type) => {
    const kinds = [type, ...(type.CATEGORIES ?? [])];
    expect(kinds.some((kind) => used.has(kind))).toBe(true);
  });

  it("reserves the words that begin a declaration, a rule or an expectation, and no others", () => {
    const listed =
      "import param tenant namespaces default network group external set service policy export qos app contracts loadbalancer fabric bgp aci test allow deny expect";
    expect([...tokens.reservedWords.keys()].sort()).toEqual(listed.split(" ").sort());
  });
});
