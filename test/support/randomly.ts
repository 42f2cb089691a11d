/** Random policies larger than those of the exhaustive worlds, on every target. What fails is shrunk, and shown as source. */
import fc from "fast-check";
import { podCidrs, policySketch } from "./arbitrary.js";
import type { PolicySizes } from "./arbitrary.js";
import { decideEverywhere, everySetting, proveEverywhere } from "./decide.js";
import type { Setting } from "./decide.js";
import { counterexample } from "./exhaustive.js";
import { makePolicy, universeOf } from "./policy.js";
import type { PolicySketch } from "./policy.js";

/** `flow by flow` decides every flow that can be told apart as well; `as sets` leaves it to `verify`, and takes larger policies. */
export type Manner = "flow by flow" | "as sets";

const sizes: Readonly<Record<Manner, Partial<PolicySizes>>> = {
  "flow by flow": { tenants: 2, groups: 3, policies: 2, rules: 3 },
  "as sets": { tenants: 3, groups: 5, policies: 3, rules: 6 },
};

interface RandomWorld {
  readonly sketch: PolicySketch;
  readonly pods: string | undefined;
}

/** What is wrong with a policy on some target, one line each. */
function faultsOf(manner: Manner, settings: readonly Setting[], { sketch, pods }: RandomWorld): readonly string[] {
  const universe = universeOf(makePolicy(sketch), pods);
  return manner === "as sets" ? proveEverywhere(universe, settings) : decideEverywhere(universe, { settings }).faults;
}

/** Tries `numRuns` random policies. Throws with the smallest one that fails, as `.ctv` with what is wrong in comments. */
export function tryRandomPolicies(manner: Manner, numRuns: number, seed?: number, settings: readonly Setting[] = everySetting): void {
  const world = fc.record({ sketch: policySketch(sizes[manner]), pods: podCidrs });
  const found = fc.check(
    fc.property(world, (one) => faultsOf(manner, settings, one).length === 0),
    { numRuns, ...(seed === undefined ? {} : { seed }) },
  );
  const [failing] = found.counterexample ?? [];
  if (failing === undefined) return;
  const faults = faultsOf(manner, settings, failing);
  throw new Error(`seed ${found.seed}, shrunk ${found.numShrinks} times:\n\n${counterexample(failing.sketch, faults, failing.pods)}`);
}
