/**
 * The proof of an import: the text that was made is read as any source is, and compared with what was imported over all flows. What an import
 * cannot keep is settled, and told, before the reading is made.
 */
import { check } from "../compile.js";
import type { Universe } from "../policy/universe.js";
import type { Loss, Reading } from "../target/target.js";
import { describeFlow } from "../verdict/describe.js";
import { compare } from "../verify/compare.js";

/** How what was imported decides, for the ends that the policy's universe has; and flows that are no question of it. */
export type Proof = (universe: Universe) => { readonly reading: Reading; readonly losses: readonly Loss[] };

/** The proof against a reading that hangs on nothing else. */
export function proofBy(reading: Reading): Proof {
  return () => ({ reading, losses: [] });
}

const words = { "target-allows": "the objects allow", "target-denies": "the objects deny", "reply-denied": "the objects drop replies to" } as const;

/** One line for each thing that is wrong with the text; none is the proof. */
export function proveImport(text: string, proof: Proof): readonly string[] {
  const file = "import.ctv";
  const { diagnostics, universe } = check({ entries: [file], read: (id) => (id === file ? { text } : undefined) });
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code}: ${message}`);
  if (universe === undefined || errors.length > 0) return errors.length > 0 ? errors : ["the text does not compile"];
  const { reading, losses } = proof(universe);
  return compare(universe, reading, losses).map(
    ({ kind, flow, by, tenant, rule }) =>
      `${words[kind]} ${describeFlow(universe.policy, flow)}, by ${by}; the policy decides otherwise, by ${rule === undefined ? `the default of ${tenant}` : rule.text}`,
  );
}
