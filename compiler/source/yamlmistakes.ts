/** What is wrong with a file as YAML, in the words of those who write it. */
import type { Document } from "yaml";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { invalidYaml } from "../diagnostics/project.js";

/**
 * A finding for each mistake that stands alone. One of the signs of YAML has others behind it that are none, so the first of these is told. `id` is the file's id in spans, and
 * `file` says what it is.
 */
export function yamlMistakes(document: Document, id: string, file: "project file" | "inventory" | "agent's configuration"): readonly Diagnostic[] {
  const { errors } = document;
  const first = errors.find(({ code }) => !reasons.has(code));
  return errors
    .filter((error) => error === first || reasons.has(error.code))
    .map(({ code, message, pos: [start, end] }) =>
      invalidYaml.make({ file, reason: reasons.get(code) ?? message }, { span: { file: id, start, end } }),
    );
}

/** For errors that the library tells in its own terms. */
const reasons: ReadonlyMap<string, string> = new Map([
  ["DUPLICATE_KEY", "this key is given twice"],
  ["MULTIPLE_DOCS", 'a second document begins at this "---", and one is all that is read'],
]);
