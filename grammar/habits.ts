/** What people write who think of other languages: told with the words of this one. */
import type { IToken } from "chevrotain";
import { isA } from "./layout/blocks.js";
import { likely, problem, replacing, spanOf, syntaxCodes } from "./messages.js";
import type { Source } from "./messages.js";
import type { Span } from "./span.js";
import type { Mismatch } from "./statements.js";
import type { SyntaxProblem } from "./syntax.js";
import * as t from "./tokens.js";

/** Nothing for a token that shows no such habit. */
export function fromHabit(source: Source, mismatch: Mismatch): SyntaxProblem | undefined {
  return joinedRequirements(source, mismatch) ?? colonInMatch(source, mismatch) ?? spokenRule(source, mismatch) ?? spacedPort(source, mismatch);
}

/** `match a = b and c = d`. */
function joinedRequirements(source: Source, { found, previous, first, wanted }: Mismatch): SyntaxProblem | undefined {
  if (first.tokenType !== t.Match || wanted !== "end" || !/^(and|or)$/i.test(found.image)) return undefined;
  const span = spanOf(source, found);
  if (/^or$/i.test(found.image)) {
    return problem(
      syntaxCodes.unexpectedText,
      span,
      "all requirements of a match must hold; values to choose from stand in parentheses: label in (a, b)",
    );
  }
  const fix = replacing(between(source, previous, found), ",", 'write ","');
  return problem(syntaxCodes.unexpectedText, span, "requirements are separated by commas, and all of them must hold", fix);
}

/** `match app: web`. */
function colonInMatch(source: Source, { first, rest, wanted }: Mismatch): SyntaxProblem | undefined {
  const colon = rest.at(1);
  if (first.tokenType !== t.Match || wanted !== "requirement" || colon?.tokenType !== t.Colon) return undefined;
  const span = spanOf(source, colon);
  const message = `the value of a label stands behind "=": ${rest[0].image} = ${rest.at(2)?.image ?? "value"}`;
  return problem(syntaxCodes.malformedRequirement, span, message, replacing(span, " =", 'write "="'));
}

/** `allow from a to b`, `allow a to b`, `allow a -> b on 443`. */
function spokenRule(source: Source, { found, previous, first, rest, wanted }: Mismatch): SyntaxProblem | undefined {
  if (!isA(first, t.Action) && first.tokenType !== t.Expect) return undefined;
  if (wanted === "arrow" && previous.image === "from" && rest.some(({ image }) => image === "to")) {
    return problem(syntaxCodes.unexpectedText, spanOf(source, previous), 'a rule is written "allow SOURCE -> DESTINATION", without "from" and "to"');
  }
  if (wanted === "arrow" && found.image === "to") {
    const span = spanOf(source, found);
    return problem(syntaxCodes.missingArrow, span, 'between the source and the destination stands "->"', replacing(span, "->", 'write "->"'));
  }
  if (wanted !== "end" || !/^(on|ports?|protocol|service|via)$/.test(found.image)) return undefined;
  const port = rest.at(1);
  const fix =
    port?.tokenType === t.Integer || port?.tokenType === t.IntegerRange
      ? likely(replacing(between(source, previous, port), ` : tcp/${port.image}`, `write ": tcp/${port.image}"`))
      : undefined;
  return problem(syntaxCodes.unexpectedText, spanOf(source, found), 'the service stands behind ":", as in a -> b : tcp/443', fix);
}

/** `tcp 80`, `tcp:80`. */
function spacedPort(source: Source, { found, previous, rest, wanted }: Mismatch): SyntaxProblem | undefined {
  const port = found.tokenType === t.Colon ? rest.at(1) : found;
  const isPort = port?.tokenType === t.Integer || port?.tokenType === t.IntegerRange;
  if (wanted !== "end" || !isPort || !/^(tcp|udp|sctp)$/i.test(previous.image)) return undefined;
  const message = `between a protocol and its port stands "/": ${previous.image}/${port.image}`;
  const gap = { ...between(source, previous, port), end: port.startOffset };
  return problem(syntaxCodes.unexpectedText, spanOf(source, found), message, replacing(gap, "/", 'write "/"'));
}

/** From behind one token to the end of another. */
function between(source: Source, before: IToken, last: IToken): Span {
  return { file: source.id, start: before.startOffset + before.image.length, end: last.startOffset + last.image.length };
}
