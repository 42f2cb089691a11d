/** One mistake gives one message: what later passes say of a line that could not be read is a consequence of that. */
import { positionAt } from "../../grammar/span.js";
import type { LoadedFile } from "../source/files.js";
import type { Diagnostic } from "./diagnostic.js";

/** The findings of a file without those that begin on a line with a syntax error, the syntax errors themselves aside. */
export function withoutConsequences(found: readonly Diagnostic[], { lines, parsed }: LoadedFile): readonly Diagnostic[] {
  if (parsed.problems.length === 0) return found;
  const unread = new Set(parsed.problems.map(({ span }) => positionAt(lines, span.start).line));
  return found.filter(({ code, span }) => code.startsWith("CTV1") || !unread.has(positionAt(lines, span.start).line));
}
