/** The one door into this room: text in, tree and problems out. */
import { documentedPlaces } from "./docs.js";
import { explain } from "./explain.js";
import { layOut } from "./layout/layout.js";
import { isUnterminatedComment, tokenise } from "./lexer.js";
import type { Source } from "./messages.js";
import { parser } from "./parser.js";
import type { Comment, Item, ParseResult, SyntaxProblem } from "./syntax.js";
import { textProblems, unreadable } from "./text.js";

/** More problems than this in one file are counted, not shown: the file is probably of another language. */
const maximumProblems = 100;

/**
 * Reads a file. Never throws, whatever the text: what cannot be read is missing from the tree and told as a problem.
 *
 * @param id the file's id, which every span carries
 */
export function parseFile(id: string, text: string): ParseResult {
  const source: Source = { id, text };
  const refused = unreadable(source);
  if (refused !== undefined) return resultOf(source, [], [], [refused]);

  const lexed = tokenise(source);
  const last = lexed.comments.at(-1);
  const cutShort = last !== undefined && isUnterminatedComment(last.text);
  const layout = layOut(source, lexed.tokens, lexed.gaps, cutShort);
  const problems = [...textProblems(source), ...lexed.problems, ...layout.problems];
  const spoilt = new Set(layout.spoilt);
  const items = parser.read(layout.tokens, {
    source,
    docs: documentedPlaces(text, lexed.comments),
    report: (found) => problems.push(found),
    mismatch: (found) => {
      if (spoilt.has(found.first.startOffset)) return;
      spoilt.add(found.first.startOffset);
      problems.push(explain(source, found));
    },
  });
  return resultOf(source, items, lexed.comments, problems);
}

function resultOf(source: Source, items: readonly Item[], comments: readonly Comment[], problems: SyntaxProblem[]): ParseResult {
  const span = { file: source.id, start: 0, end: source.text.length };
  problems.sort((left, right) => left.span.start - right.span.start || left.span.end - right.span.end);
  return { file: { kind: "file", id: source.id, span, items, comments }, problems: limited(problems) };
}

function limited(problems: readonly SyntaxProblem[]): readonly SyntaxProblem[] {
  if (problems.length <= maximumProblems) return problems;
  const last = problems[maximumProblems - 1];
  const count = problems.length - maximumProblems;
  return [...problems.slice(0, maximumProblems - 1), { ...last, message: `${last.message}; ${count} more syntax errors follow in this file` }];
}
