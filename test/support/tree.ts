/** The syntax tree with everything left out that spacing, quoting and comments decide. */
import { parseFile } from "../../grammar/parse.js";
import type { SourceFile } from "../../grammar/syntax.js";

/** What a text says, as JSON: equal for two texts that differ in layout only. */
export function meaningOf(file: SourceFile): string {
  return JSON.stringify(file.items, (key, value: unknown) => (key === "span" || key === "quoted" ? undefined : value), 1);
}

/** The text's tree; an error with the first problem where it has any. */
export function parseWhole(text: string): SourceFile {
  const { file, problems } = parseFile("main.ctv", text);
  if (problems.length > 0) {
    const [{ code, message, span }] = problems;
    throw new Error(`${code} ${message}, at: ${text.slice(Math.max(0, span.start - 60), span.start)}>>>${text.slice(span.start, span.end + 40)}`);
  }
  return file;
}
