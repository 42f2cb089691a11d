/** What can be said of a text before it is read: whether it is text at all. */
import { problem, replacing, syntaxCodes } from "./messages.js";
import type { Source } from "./messages.js";
import type { SyntaxProblem } from "./syntax.js";

/** UTF-16 code units. Ten times the largest project that the speed aims speak of, in one file. */
const maximumLength = 4 * 1024 * 1024;

/** Why a text is not read at all, where that is so. */
export function unreadable(source: Source): SyntaxProblem | undefined {
  const { id, text } = source;
  const zero = text.indexOf("\0");
  if (zero !== -1) {
    return problem(syntaxCodes.unreadableFile, { file: id, start: zero, end: zero + 1 }, "this is not a text file: it holds a zero byte");
  }
  if (text.length <= maximumLength) return undefined;
  const message = `this file has ${text.length} characters, and at most ${maximumLength} are read; divide it into several files`;
  return problem(syntaxCodes.unreadableFile, { file: id, start: 0, end: 0 }, message);
}

/** Marks that turn the direction of writing, so that a line reads as it does not work (CVE-2021-42574). */
const directionMarks = /[\u202a-\u202e\u2066-\u2069]/g;

/** What is wrong with a readable text wherever it stands, in comments and quotes too. */
export function textProblems(source: Source): readonly SyntaxProblem[] {
  const { id, text } = source;
  const problems: SyntaxProblem[] = [];
  const replaced = text.indexOf("\ufffd");
  if (replaced !== -1) {
    problems.push(problem(syntaxCodes.unreadableFile, { file: id, start: replaced, end: replaced + 1 }, "this file is not UTF-8 text from here on"));
  }
  for (const { index } of text.matchAll(directionMarks)) {
    const span = { file: id, start: index, end: index + 1 };
    const code = text.charCodeAt(index).toString(16).toUpperCase();
    const message = `the invisible character U+${code} changes the direction of writing: what you see is not what the file says`;
    problems.push(problem(syntaxCodes.unexpectedCharacter, span, message, replacing(span, "", "remove it")));
  }
  return problems;
}
