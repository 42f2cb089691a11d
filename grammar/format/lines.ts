/** Questions about the line structure of the text being formatted. */

/** Whether the statement that ends at `end` is the last on its line and an empty line comes next. */
export function blankLineAfter(text: string, end: number): boolean {
  let at = skipWithinLine(text, end, ";,");
  if (text.startsWith("//", at)) at = endOfLine(text, at);
  if (text[at] !== "\n") return false;
  at = skipBlanks(text, at + 1);
  return text[at] === "\n";
}

/** Whether nothing but comments stands between `start` and the end of its line. */
export function restOfLineIsBlank(text: string, start: number): boolean {
  const at = skipWithinLine(text, start);
  return at >= text.length || text[at] === "\n" || text.startsWith("//", at);
}

/** Whether a line ends in `[start, end)`. */
export function newlineWithin(text: string, start: number, end: number): boolean {
  const at = text.indexOf("\n", start);
  return at !== -1 && at < end;
}

/** The first offset at or after `start` that is neither white space nor inside a comment. */
export function skipBlanksAndComments(text: string, start: number): number {
  let at = start;
  for (;;) {
    at = skipWithinLine(text, at);
    if (text.startsWith("//", at)) at = endOfLine(text, at);
    if (text[at] !== "\n") return at;
    at += 1;
  }
}

/** Past spaces, block comments and these separators. */
function skipWithinLine(text: string, start: number, separators = ""): number {
  let at = start;
  for (;;) {
    at = skipBlanks(text, at);
    if (at < text.length && separators.includes(text[at])) at += 1;
    else if (text.startsWith("/*", at)) at = endOfBlock(text, at);
    else return at;
  }
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (text[at] === " " || text[at] === "\t") at += 1;
  return at;
}

function endOfLine(text: string, start: number): number {
  const at = text.indexOf("\n", start);
  return at === -1 ? text.length : at;
}

function endOfBlock(text: string, start: number): number {
  const at = text.indexOf("*/", start + 2);
  return at === -1 ? text.length : at + 2;
}
