/** What the layout has to say: about braces, lines, and statements that stand where they cannot. */
import type { IToken } from "chevrotain";
import { after, article, inserting, likely, problem, quoted, replacing, spanOf, syntaxCodes } from "../messages.js";
import type { Related, Source } from "../messages.js";
import type { SyntaxProblem } from "../syntax.js";
import * as t from "../tokens.js";
import { contentsOf, isA } from "./blocks.js";
import type { Block } from "./state.js";

function openedAt(source: Source, brace: IToken | undefined, message = "opened here"): readonly Related[] {
  return brace === undefined ? [] : [{ span: spanOf(source, brace), message }];
}

/** `group "web"`. */
function titleOf({ keyword, name }: Block): string {
  if (keyword === undefined) return "a block";
  return name === undefined ? article(keyword.image) : `${keyword.image} "${name.image}"`;
}

export function bracketNotClosed(source: Source, bracket: IToken, last: IToken): SyntaxProblem {
  const closing = bracket.tokenType === t.LeftBrace ? "}" : ")";
  const span = after(source, last);
  return problem(
    syntaxCodes.listNotClosed,
    span,
    `"${closing}" is missing`,
    likely(inserting(span, closing, `write "${closing}"`)),
    openedAt(source, bracket),
  );
}

export function blockNotOpened(source: Source, first: IToken, last: IToken, hasContents: boolean): SyntaxProblem {
  const span = after(source, last);
  if (hasContents) {
    return problem(
      syntaxCodes.blockNotOpened,
      span,
      `"{" is missing: the block of ${article(first.image)} stands in braces`,
      likely(inserting(span, " {", 'write "{"')),
    );
  }
  const message = `${article(first.image)} needs a block in braces, if only an empty one`;
  return problem(syntaxCodes.blockNotOpened, span, message, inserting(span, " {}", 'write "{}"'));
}

/** What a block holds stands behind its head, between `last` and the end of `end`. */
export function contentsWithoutBraces(source: Source, first: IToken, last: IToken, end: IToken): SyntaxProblem {
  const span = after(source, last);
  const message = `"{" is missing: the block of ${article(first.image)} stands in braces, also on one line`;
  const edits = [
    { span, text: " {" },
    { span: after(source, end), text: " }" },
  ];
  return problem(syntaxCodes.blockNotOpened, span, message, { title: "put it in braces", edits, safe: true });
}

/** `before` is the token that shows the block to be over. */
export function blockNotClosed(source: Source, block: Block, before: IToken): SyntaxProblem {
  const span = spanOf(source, before);
  const message = `"}" is missing before this: ${titleOf(block)} is not closed`;
  return problem(syntaxCodes.blockNotClosed, span, message, likely(inserting(span, "}\n", 'write "}"')), openedAt(source, block.brace));
}

/** `open` are the blocks that are still open at the end of the file, outermost first. */
export function blocksNotClosed(source: Source, open: readonly Block[]): SyntaxProblem {
  const end = source.text.length;
  const [only] = open;
  const message = `the file ends, and ${open.length === 1 ? `${titleOf(only)} is` : `${open.length} blocks are`} not closed`;
  const span = { file: source.id, start: end, end };
  const fix = likely(inserting(span, "}\n".repeat(open.length), 'write "}"'));
  return problem(
    syntaxCodes.blockNotClosed,
    span,
    message,
    fix,
    open.flatMap(({ brace }) => openedAt(source, brace)),
  );
}

export function strayBrace(source: Source, brace: IToken): SyntaxProblem {
  const span = spanOf(source, brace);
  return problem(syntaxCodes.strayClosing, span, 'this "}" closes nothing', likely(replacing(span, "", "remove it")));
}

export function nestedTooDeeply(source: Source, brace: IToken): SyntaxProblem {
  return problem(syntaxCodes.nestedTooDeeply, spanOf(source, brace), "braces are nested too deeply here; the rest of the file is not read");
}

/** `last` is the token at which the statement above ended. */
export function brokenLine(source: Source, last: IToken, following: IToken): SyntaxProblem {
  const span = spanOf(source, following);
  const gap = { ...after(source, last), end: span.start };
  const message = `the statement above ended with its line, and ${quoted(following.image)} begins none; a statement goes on behind a comma, "->", ":" or "=" at a line's end`;
  const joinable = source.text.slice(gap.start, gap.end).trim() === "";
  return problem(syntaxCodes.brokenLine, span, message, joinable ? replacing(gap, " ", "join the two lines") : undefined);
}

export function unknownStatement(source: Source, token: IToken, block: Block, meant: string | undefined): SyntaxProblem {
  const span = spanOf(source, token);
  if (meant === undefined)
    return problem(syntaxCodes.unknownStatement, span, `no statement begins with ${quoted(token.image)}: ${contentsOf(block.kind)}`);
  const message = `${quoted(token.image)} begins no statement; did you mean "${meant}"?`;
  return problem(syntaxCodes.unknownStatement, span, message, replacing(span, meant, `write "${meant}"`));
}

export function misplacedStatement(source: Source, token: IToken, block: Block): SyntaxProblem {
  const span = spanOf(source, token);
  const rule = isA(token, t.Action);
  if (rule && block.kind === "test") {
    const message = `an expectation begins with "expect": say "expect ${token.image}"`;
    return problem(syntaxCodes.misplacedStatement, span, message, inserting(span, "expect ", 'write "expect"'));
  }
  const place = block.keyword === undefined ? "at the top of a file" : `inside ${titleOf(block)}`;
  const expectation = token.tokenType === t.Expect;
  const what = rule ? "a rule" : expectation ? "an expectation" : article(token.image);
  const home = rule ? "rules stand in a policy" : expectation ? "expectations stand in a test" : contentsOf(block.kind);
  const related = openedAt(source, block.brace, "this block is still open");
  return problem(syntaxCodes.misplacedStatement, span, `${what} cannot stand ${place}; ${home}`, undefined, related);
}
