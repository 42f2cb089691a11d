/** One mistake gives one message: what later passes say of a line that could not be read is a consequence of that. */
import { positionAt } from "../../grammar/span.js";
import type { LoadedFile } from "../source/files.js";
import type { Diagnostic } from "./diagnostic.js";

/** The findings without those that begin on a line with a syntax error, the syntax errors themselves aside. */
export function withoutConsequences(found: readonly Diagnostic[], files: ReadonlyMap<string, LoadedFile>): readonly Diagnostic[] {
  const unread = new Map<string, ReadonlySet<number>>();
  for (const { id, lines, parsed } of files.values()) {
    if (parsed.problems.length > 0) unread.set(id, new Set(parsed.problems.map(({ span }) => positionAt(lines, span.start).line)));
  }
  if (unread.size === 0) return found;
  return found.filter(({ code, span }) => {
    const file = files.get(span.file);
    const isSyntax = code.startsWith("CTV1");
    return isSyntax || file === undefined || unread.get(span.file)?.has(positionAt(file.lines, span.start).line) !== true;
  });
}
