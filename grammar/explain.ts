/** A token that does not fit, explained: what is missing or too much, where, and what would mend it. */
import type { IToken } from "chevrotain";
import { isA } from "./layout/blocks.js";
import { after, article, inserting, likely, problem, quoted, replacing, spanOf, syntaxCodes } from "./messages.js";
import type { Fix, Source, SyntaxCode } from "./messages.js";
import { nearest } from "./near.js";
import { fromHabit } from "./habits.js";
import type { Mismatch } from "./statements.js";
import type { SyntaxProblem } from "./syntax.js";
import * as t from "./tokens.js";

export function explain(source: Source, mismatch: Mismatch): SyntaxProblem {
  return (
    danglingComma(source, mismatch) ??
    misplacedExcept(source, mismatch) ??
    fromHabit(source, mismatch) ??
    misspelt(source, mismatch) ??
    explanationOf(source, mismatch)
  );
}

/** A second `except` in a list of peers, or one where there are no peers. */
function misplacedExcept(source: Source, { found, wanted }: Mismatch): SyntaxProblem | undefined {
  if (found.tokenType !== t.Except || (wanted !== "arrow" && wanted !== "end")) return undefined;
  return problem(syntaxCodes.unexpectedText, spanOf(source, found), '"except" stands once, behind a list of peers: a, b except c, d');
}

/** A rule says its name or `log` a second time. */
export function saidTwice(source: Source, token: IToken): SyntaxProblem {
  return problem(syntaxCodes.unexpectedText, spanOf(source, token), `this rule says ${quoted(token.image)} twice`);
}

function explanationOf(source: Source, mismatch: Mismatch): SyntaxProblem {
  const { wanted, previous, first } = mismatch;
  const missing = (code: SyntaxCode, message: string, fix?: Fix): SyntaxProblem => missingAt(source, mismatch, code, message, fix);
  const subject = article(first.image);
  switch (wanted) {
    case "declaredName":
      return previous.tokenType === t.As
        ? missing(syntaxCodes.missingName, 'the name of the rule is missing after "as"')
        : missing(syntaxCodes.missingName, `${subject} needs a name`);
    case "name":
      return missing(syntaxCodes.missingName, `a name is missing after ${quoted(previous.image)}`);
    case "pathName": {
      const code = mismatch.found.image === "" ? syntaxCodes.missingName : syntaxCodes.missingPeer;
      return missing(code, 'before "/" stands a tenant, and behind it the name of a group; a service such as tcp/80 stands behind ":"');
    }
    case "inNetwork":
      return missing(syntaxCodes.missingWord, `${subject} says its network: "in" and the network's name are missing`);
    case "block":
      return previous.tokenType === t.In || previous.tokenType === t.Priority
        ? problem(syntaxCodes.missingName, spanOf(source, previous), `${subject} needs a name before ${quoted(previous.image)}`)
        : tooMuch(source, mismatch, `before the "{" of ${subject}`);
    case "importPath":
      return unquotedText(source, mismatch, 'the path of an import stands in quotes: import "path/to/file.ctv"');
    case "testName":
      return unquotedText(source, mismatch, 'the name of a test is a text in quotes: test "what it shows" { ... }');
    case "action":
      return missing(syntaxCodes.missingWord, `"allow" or "deny" is missing after ${quoted(previous.image)}`);
    case "contractType":
      return missing(syntaxCodes.missingWord, `contracts are "provided" or "consumed": one of the two is missing after ${quoted(previous.image)}`);
    case "colon":
    case "type":
      if (wanted === "colon" && isA(mismatch.found, t.Name)) {
        return problem(
          syntaxCodes.missingWord,
          after(source, previous),
          '":" is missing before the type',
          inserting(after(source, previous), ":", 'write ":"'),
        );
      }
      return missing(syntaxCodes.missingWord, 'a param says its type: "param NAME: TYPE", where TYPE is cidrs, port, int, string, bool or another');
    case "equals":
      return missingEquals(source, mismatch);
    case "arrow":
      return missingArrow(source, mismatch);
    case "peer":
      return missingPeer(source, mismatch);
    case "service":
    case "port":
    case "portListEnd":
      return missingService(source, mismatch);
    case "target":
      return missing(syntaxCodes.missingValue, 'the port behind the load balancer is missing after "->"');
    case "priority":
      return missing(syntaxCodes.missingValue, 'the number of the priority is missing after "priority"');
    case "value":
      return missingValue(source, mismatch);
    case "requirement":
    case "labelOperator":
    case "labelList":
    case "labelListEnd":
    case "labelValue":
      return brokenRequirement(source, mismatch);
    case "end":
      return tooMuch(source, mismatch, "here");
  }
}

/** Points behind the last good token, or at the token that stands in the place of what is missing. */
function missingAt(source: Source, { found, previous }: Mismatch, code: SyntaxCode, message: string, fix?: Fix): SyntaxProblem {
  const instead = found.image === "" || isBrace(found) ? "" : `; found ${quoted(found.image)}`;
  const span = instead === "" ? after(source, previous) : spanOf(source, found);
  return problem(code, span, `${message}${instead}`, fix);
}

function isBrace({ tokenType }: IToken): boolean {
  return tokenType === t.BlockStart || tokenType === t.RightBrace;
}

/** Whether a token can stand as an item of a list: a name, an address, a number. */
function isTerm(token: IToken): boolean {
  return [t.Name, t.Address, t.Integer, t.IntegerRange, t.Bandwidth].some((type) => isA(token, type));
}

/** The contextual words that could go on here. */
function possibleWords({ wanted, first }: Mismatch): readonly string[] {
  if (wanted === "contractType") return ["provided", "consumed"];
  if (wanted === "labelOperator") return ["in", "not"];
  if (wanted === "inNetwork") return ["in"];
  if (wanted === "block") return first.tokenType === t.Policy ? ["priority"] : first.tokenType === t.Group ? ["in"] : [];
  if (wanted === "arrow") return ["except"];
  if (wanted !== "end") return [];
  if (isA(first, t.Action)) return ["except", "log", "as"];
  if (first.tokenType === t.Export) return ["to"];
  return first.tokenType === t.Expect || first.tokenType === t.SetWord ? ["except"] : [];
}

/** A contextual word with a slip in it, where a list has ended and only such a word could follow. */
function misspelt(source: Source, mismatch: Mismatch): SyntaxProblem | undefined {
  const { found } = mismatch;
  const meant = found.tokenType === t.Identifier && found.image.length > 1 ? nearest(found.image, possibleWords(mismatch)) : undefined;
  if (meant === undefined) return undefined;
  const span = spanOf(source, found);
  return problem(
    syntaxCodes.unexpectedText,
    span,
    `${quoted(found.image)} does not fit here; did you mean "${meant}"?`,
    replacing(span, meant, `write "${meant}"`),
  );
}

function danglingComma(source: Source, { found, previous }: Mismatch): SyntaxProblem | undefined {
  if (previous.tokenType !== t.Comma || found.image !== "") return undefined;
  const span = spanOf(source, previous);
  return problem(syntaxCodes.missingValue, span, "nothing follows this comma", replacing(span, "", "remove it"));
}

function unquotedText(source: Source, mismatch: Mismatch, message: string): SyntaxProblem {
  const words = mismatch.rest.slice(0, mismatch.rest.findIndex((token) => token.tokenType === t.BlockStart) >>> 0);
  const [first] = words;
  const last = words.at(-1);
  if (first === undefined || last === undefined) return missingAt(source, mismatch, syntaxCodes.missingName, message);
  const span = { file: source.id, start: first.startOffset, end: last.startOffset + last.image.length };
  const text = source.text.slice(span.start, span.end);
  const fix = /["\\\n]/.test(text) ? undefined : replacing(span, `"${text}"`, "quote it");
  return problem(syntaxCodes.nameNeedsQuotes, span, message, fix);
}

function missingEquals(source: Source, mismatch: Mismatch): SyntaxProblem {
  const { found, previous, first } = mismatch;
  const message = `"=" is missing: ${article(first.image)} is written "${first.image} NAME = ..."`;
  if (found.tokenType === t.Colon) {
    const span = spanOf(source, found);
    return problem(syntaxCodes.missingValue, span, message, replacing(span, " =", 'write "="'));
  }
  const fix = isTerm(found) ? inserting(spanOf(source, found), "= ", 'write "="') : undefined;
  return problem(syntaxCodes.missingValue, after(source, previous), message, fix);
}

function missingArrow(source: Source, mismatch: Mismatch): SyntaxProblem {
  const { found, previous, rest } = mismatch;
  const span = spanOf(source, found);
  const arrowLater = rest.some((token) => token.tokenType === t.Arrow || token.tokenType === t.OtherArrow);
  if (isTerm(found) && arrowLater) {
    const fix = likely(inserting(after(source, previous), ",", 'write ","'));
    return problem(syntaxCodes.unexpectedText, span, `a comma is missing between ${quoted(previous.image)} and ${quoted(found.image)}`, fix);
  }
  const message = `"->" is missing between the source and the destination`;
  if (isTerm(found)) return problem(syntaxCodes.missingArrow, after(source, previous), message, inserting(span, "-> ", 'write "->"'));
  if (found.tokenType === t.Slash && arrowLater)
    return missingAt(source, mismatch, syntaxCodes.missingPeer, "a source is a group, a network, an address or a set");
  return problem(syntaxCodes.missingArrow, after(source, previous), message);
}

function missingPeer(source: Source, mismatch: Mismatch): SyntaxProblem {
  const { found, previous } = mismatch;
  if (found.tokenType === t.LeftBrace || found.tokenType === t.LeftParenthesis) {
    return problem(syntaxCodes.unexpectedText, spanOf(source, found), "several sources or destinations are a plain list: a, b except c");
  }
  const kinds = "a group, network, address or set, or any or world";
  if (previous.tokenType === t.Comma || previous.tokenType === t.Except) {
    return missingAt(source, mismatch, syntaxCodes.missingPeer, `${quoted(previous.image)} is followed by nothing: ${kinds} is missing`);
  }
  if (previous.tokenType === t.Equals) return missingAt(source, mismatch, syntaxCodes.missingPeer, `the members of the set are missing: ${kinds}`);
  const [side, place] = isA(previous, t.Arrow) ? ["destination", 'after "->"'] : ["source", `after ${quoted(previous.image)}`];
  const message = `the ${side} is missing ${place}: ${kinds}`;
  const absent = found.image === "" || isA(found, t.Arrow) || found.tokenType === t.Colon;
  if (absent) return problem(syntaxCodes.missingPeer, after(source, previous), message);
  return missingAt(source, mismatch, syntaxCodes.missingPeer, message);
}

function missingService(source: Source, mismatch: Mismatch): SyntaxProblem {
  const { wanted, found, previous } = mismatch;
  if (wanted === "service" && (found.tokenType === t.Integer || found.tokenType === t.IntegerRange)) {
    const span = spanOf(source, found);
    const message = `a port needs its protocol: tcp/${found.image} or udp/${found.image}`;
    return problem(syntaxCodes.missingService, span, message, likely(replacing(span, `tcp/${found.image}`, `write "tcp/${found.image}"`)));
  }
  if (wanted === "service" && found.tokenType === t.LeftBrace) {
    return problem(syntaxCodes.missingService, spanOf(source, found), "ports in braces stand behind their protocol: tcp/{80, 443}");
  }
  if (wanted === "service") {
    const message = `a service is missing after ${quoted(previous.image)}: its name, or a protocol and port such as tcp/80`;
    return missingAt(source, mismatch, syntaxCodes.missingService, message);
  }
  if (isTerm(previous) && isTerm(found)) return missingComma(source, mismatch);
  return missingAt(
    source,
    mismatch,
    syntaxCodes.missingService,
    `a port is missing after ${quoted(previous.image)}: a number, a range 8000-8100, or several in braces`,
  );
}

function missingValue(source: Source, mismatch: Mismatch): SyntaxProblem {
  const { found, previous } = mismatch;
  if (found.tokenType === t.Equals || found.tokenType === t.Colon) {
    const span = spanOf(source, found);
    const message = `a property is its name and its value, without ${quoted(found.image)}`;
    return problem(syntaxCodes.unexpectedText, span, message, replacing(span, "", `remove ${quoted(found.image)}`));
  }
  return missingAt(source, mismatch, syntaxCodes.missingValue, `a value is missing after ${quoted(previous.image)}`);
}

function brokenRequirement(source: Source, mismatch: Mismatch): SyntaxProblem {
  const { wanted, found, previous, rest } = mismatch;
  const forms = "label = value, label in (a, b), label not in (a), has label or not label";
  const code = syntaxCodes.malformedRequirement;
  if (wanted === "labelValue" && isTerm(found)) {
    const span = spanOf(source, found);
    return problem(
      code,
      span,
      `${quoted(found.image)} is not a bare word; as a label's value it must be quoted`,
      replacing(span, `"${found.image}"`, "quote it"),
    );
  }
  if (wanted === "labelValue") return missingAt(source, mismatch, code, `a label's value is missing after ${quoted(previous.image)}`);
  if (wanted === "labelListEnd" && isTerm(found)) return missingComma(source, mismatch);
  if (wanted === "labelList" && isTerm(found)) {
    const span = spanOf(source, found);
    return problem(code, span, 'the values after "in" stand in parentheses', replacing(span, `(${found.image})`, "write parentheses"));
  }
  // With two tokens of lookahead the label itself is "found" when it is what follows that is wrong.
  const label = wanted === "requirement" && isTerm(found) ? found : undefined;
  const offender = label === undefined ? found : rest[1];
  const missing = `a requirement of a label is missing or incomplete: ${forms}`;
  if (label !== undefined && (label.tokenType === t.Has || label.tokenType === t.Not)) {
    return problem(code, after(source, label), `a label is missing after ${quoted(label.image)}`);
  }
  if (label !== undefined && (offender === undefined || offender.tokenType === t.Comma)) {
    return problem(
      code,
      after(source, label),
      `what must hold of the label ${quoted(label.image)}? ${forms}`,
      likely(replacing(spanOf(source, label), `has ${label.image}`, `write "has ${label.image}"`)),
    );
  }
  if (offender === undefined || offender.image === "") return problem(code, after(source, previous), missing);
  return problem(code, spanOf(source, offender), `${quoted(offender.image)} does not fit in a requirement of a label: ${forms}`);
}

function missingComma(source: Source, { found, previous }: Mismatch): SyntaxProblem {
  const span = spanOf(source, found);
  if (previous.tokenType === t.Integer && /^[kmgt]?bps$/i.test(found.image)) {
    const gap = { ...span, start: after(source, previous).start, end: span.start };
    return problem(syntaxCodes.unexpectedText, span, `a bandwidth is one word: ${previous.image}${found.image}`, replacing(gap, "", "join the two"));
  }
  const message = `a comma is missing between ${quoted(previous.image)} and ${quoted(found.image)}`;
  return problem(syntaxCodes.unexpectedText, span, message, likely(inserting(after(source, previous), ",", 'write ","')));
}

/** Whether a property seems to begin where another goes on: a word, and directly behind it a value. */
function beginsProperty({ found, first, rest }: Mismatch): boolean {
  const second = rest[1];
  return !isA(first, t.Declaring) && isA(found, t.PropertyName) && second !== undefined && isTerm(second);
}

/** Something is left when a statement is complete. */
function tooMuch(source: Source, mismatch: Mismatch, where: string): SyntaxProblem {
  const { found, previous, first, rest } = mismatch;
  const code = syntaxCodes.unexpectedText;
  const span = spanOf(source, found);
  if (mismatch.wanted === "end" && (isA(found, t.Reserved) || beginsProperty(mismatch))) {
    const message = `a statement begins on a line of its own, or after ";": ${quoted(found.image)} cannot go on with this one`;
    return problem(code, span, message, inserting(span, "; ", 'write ";"'));
  }
  const rule = isA(first, t.Action) || first.tokenType === t.Expect;
  if (first.tokenType === t.Expect && (found.tokenType === t.Log || found.tokenType === t.As)) {
    return problem(code, span, `an expectation has no ${quoted(found.image)}`);
  }
  if (first.tokenType === t.Param && !rest.some((token) => token.tokenType === t.Comma)) {
    return problem(code, span, '"=" is missing before the default', inserting(span, "= ", 'write "="'));
  }
  if (rule && isTerm(found) && isTerm(previous)) {
    const service = rest[1]?.tokenType === t.Slash;
    const message = service
      ? `":" is missing before the service`
      : `${quoted(found.image)} does not fit here: ":" comes before a service, "," before another peer`;
    return problem(code, span, message, service ? inserting(after(source, previous), " :", 'write ":"') : undefined);
  }
  if (isTerm(found) && isTerm(previous) && mismatch.wanted === "end") return missingComma(source, mismatch);
  if (found.tokenType === t.LeftBrace)
    return problem(code, span, `braces hold the contents of blocks and the ports of a protocol; they have no meaning here`);
  return problem(code, span, `${quoted(found.image)} does not fit ${where}`);
}
