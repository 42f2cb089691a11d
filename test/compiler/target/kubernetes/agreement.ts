/** Holds what the emitted YAML decides against the reference evaluator, flow by flow, under both readings of `ipBlock`. */
import { emitKubernetes } from "../../../../compiler/target/kubernetes/emit/emit.js";
import type { KubernetesOptions } from "../../../../compiler/target/kubernetes/options.js";
import { readKubernetes } from "../../../../compiler/target/kubernetes/read/read.js";
import { endInBox } from "../../../../compiler/space/ends.js";
import type { End, EndBox } from "../../../../compiler/space/ends.js";
import { flowInSet } from "../../../../compiler/space/flows.js";
import type { Flow, FlowSet } from "../../../../compiler/space/flows.js";
import type { Emission, Loss, Reading } from "../../../../compiler/target/target.js";
import { evaluate } from "../../../../compiler/verdict/evaluate.js";
import { describeFlow } from "../../../../compiler/verdict/describe.js";
import { makePolicy, universeOf } from "../../../support/policy.js";
import type { PolicySketch } from "../../../support/policy.js";
import { distinctEnds, interestingEnds, interestingFlows, seenByPolicy } from "../../../support/worlds.js";

export interface Outcome {
  readonly emission: Emission;
  /** What is wrong, one line each; empty when source and target agree or say where they do not. */
  readonly faults: readonly string[];
  readonly flows: number;
}

/** Whether the target permits a flow: every checkpoint lets it pass, by its first entry that holds it. */
export function permits(reading: Reading, flow: Flow): boolean {
  return reading.checkpoints.every((checkpoint) => {
    const entry = checkpoint.entries.find((candidate) => flowInSet(candidate.flows, flow));
    return (entry?.action ?? checkpoint.otherwise) === "allow";
  });
}

function boxesOf(sets: readonly FlowSet[]): readonly EndBox[] {
  return [...new Set(sets.flatMap((set) => set.flatMap((box) => [box.source, box.destination])))];
}

/** Every line that `evaluate` and the artefacts decide differently without a loss that says so, and every loss that is none. */
export function holdAgainstSource(sketch: PolicySketch, pods: string | undefined, options: KubernetesOptions): Outcome {
  const policy = makePolicy(sketch);
  const universe = universeOf(policy, pods);
  const emission = emitKubernetes(universe, options);
  const readings = [true, false].map((ipBlockMatchesPods) => readKubernetes(emission.artefacts, { ipBlockMatchesPods }));
  const faults: string[] = readings.flatMap((reading) => reading.problems.map((problem) => `${problem.path}: ${problem.message}`));
  const losses = emission.losses ?? [];

  const boxes = boxesOf([...readings.flatMap((reading) => reading.checkpoints.flatMap((checkpoint) => checkpoint.entries.map((entry) => entry.flows))), ...losses.map((loss) => loss.flows)]);
  const seen = seenByPolicy(policy);
  const tell = (end: End): string => `${seen(end)} ${end.namespace ?? "-"} ${boxes.map((box) => (endInBox(box, end) ? 1 : 0)).join("")}`;
  const ends = distinctEnds(interestingEnds(universe), tell);

  let flows = 0;
  for (const flow of interestingFlows(universe, ends)) {
    const decision = evaluate(policy, flow);
    if (decision.outcome === "untouched") continue;
    flows++;
    const found = readings.map((reading) => (permits(reading, flow) ? "allow" : "deny"));
    const covering = losses.filter((loss) => flowInSet(loss.flows, flow));
    const fault = faultOf(decision, found, covering);
    if (fault !== undefined) faults.push(`${describeFlow(policy, flow)}: ${fault}`);
  }
  return { emission, faults, flows };
}

function faultOf(decision: ReturnType<typeof evaluate>, found: readonly string[], covering: readonly Loss[]): string | undefined {
  const rulesOf = (losses: readonly Loss[]): string => losses.map((loss) => `${loss.diagnostic.code} of ${loss.diagnostic.rule ?? "?"}`).join(", ");
  const differs = found.some((outcome) => outcome !== decision.outcome);
  if (!differs) return covering.length === 0 ? undefined : `no difference, but ${rulesOf(covering)}`;
  const wrong = decision.outcome === "allow" ? "deny" : "allow";
  const deciding = decision.verdicts.filter((verdict) => verdict.action === decision.outcome).map((verdict) => verdict.rule?.id ?? `${verdict.tenant}/default`);
  const covered = deciding.map((id) => covering.filter((loss) => loss.diagnostic.rule === id && loss.outcome === wrong).length);
  const once = wrong === "allow" ? covered.every((count) => count === 1) : covered.every((count) => count <= 1) && covered.includes(1);
  const others = covering.filter((loss) => !deciding.includes(loss.diagnostic.rule ?? ""));
  if (once && others.length === 0) return undefined;
  return `source ${decision.outcome} by ${deciding.join(", ")}, target ${found.join("/")}, said by ${rulesOf(covering) || "nothing"}`;
}
