/** Random policies at length, on every target: larger than those of the exhaustive worlds. `CTV_SEED` repeats a run. */
import { it } from "@jest/globals";
import { tryRandomPolicies } from "../support/randomly.js";

const seed = process.env.CTV_SEED === undefined ? undefined : Number(process.env.CTV_SEED);

it.each([
  ["flow by flow", Number(process.env.CTV_RUNS ?? 1000)],
  ["as sets", Number(process.env.CTV_RUNS ?? 2000)],
] as const)("every target decides random policies as the evaluator does, %s", (manner, runs) => {
  tryRandomPolicies(manner, runs, seed);
  process.stderr.write(`random policies, ${manner}: ${runs} policies, 0 with disagreements\n`);
});
