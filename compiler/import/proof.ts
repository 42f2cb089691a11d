/**
 * The proof of an import: the text that was made is read as any source is, and compared with what was imported over all flows. There is no list
 * of exceptions: what an import cannot keep is settled, and told, before the reading is made.
 */
import { check } from "../compile.js";
import type { Reading } from "../target/target.js";
import { describeFlow } from "../verdict/describe.js";
import { compare } from "../verify/compare.js";

/** One line for each thing that is wrong with the text; none is the proof. */
export function proveImport(text: string, reading: Reading): readonly string[] {
  const file = "import.ctv";
  const { diagnostics, universe } = check({ entries: [file], read: (id) => (id === file ? { text } : undefined) });
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code}: ${message}`);
  if (universe === undefined || errors.length > 0) return errors.length > 0 ? errors : ["the text does not compile"];
  return compare(universe, reading).map(
    ({ kind, flow, by, tenant, rule }) =>
      `${kind === "target-allows" ? "the objects allow" : "the objects deny"} ${describeFlow(universe.policy, flow)}, by ${by}; the policy decides otherwise, by ${rule === undefined ? `the default of ${tenant}` : rule.text}`,
  );
}
