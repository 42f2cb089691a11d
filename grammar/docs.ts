/** Doc comments: which declaration each belongs to. */
import type { Comment } from "./syntax.js";

/**
 * The doc text of every place that has one, by the offset of the first character below the comment. A doc comment stands on
 * lines of its own, right above what it documents; ordinary line comments may stand between (a `ctv-ignore`, for one).
 */
export function documentedPlaces(text: string, comments: readonly Comment[]): ReadonlyMap<number, string> {
  const places = new Map<number, string>();
  let lines: string[] = [];
  for (const [index, comment] of comments.entries()) {
    if (comment.style === "doc" && startsLine(text, comment.span.start)) lines.push(docText(comment.text));
    if (lines.length === 0) continue;
    const place = nextLine(text, comment.span.end);
    if (place !== undefined && comments[index + 1]?.span.start === place) continue;
    if (place !== undefined) places.set(place, lines.join("\n"));
    lines = [];
  }
  return places;
}

/** The comment's text without its marker and the one space behind it. */
function docText(text: string): string {
  return text.slice(3).replace(/^ /, "").trimEnd();
}

function startsLine(text: string, offset: number): boolean {
  let at = offset - 1;
  while (at >= 0 && (text[at] === " " || text[at] === "\t")) at--;
  return at < 0 || text[at] === "\n" || text[at] === "\ufeff";
}

/** The first character of the next line that is not space; nothing where that line is empty or there is none. */
function nextLine(text: string, offset: number): number | undefined {
  const rest = /^[ \t\r]*\n[ \t]*(?=\S)/.exec(text.slice(offset, offset + 400));
  return rest === null ? undefined : offset + rest[0].length;
}
