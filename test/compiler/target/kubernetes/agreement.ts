/** Holds what the emitted YAML decides against the reference evaluator, flow by flow, under both readings of `ipBlock`. */
import { emitKubernetes } from "../../../../compiler/target/kubernetes/emit/emit.js";
import type { KubernetesOptions } from "../../../../compiler/target/kubernetes/options.js";
import { readKubernetes } from "../../../../compiler/target/kubernetes/read/read.js";
import { endInBox } from "../../../../compiler/space/ends.js";
import type { End, EndBox } from "../../../../compiler/space/ends.js";
import { flowInSet } from "../../../../compiler/space/flows.js";
import type { Flow } from "../../../../compiler/space/flows.js";
import { containsService, familyServices, pointDetail, pointProtocol } from "../../../../compiler/space/service.js";
import type { Emission, Loss, Reading } from "../../../../compiler/target/target.js";
import { isPossibleEnd } from "../../../../compiler/policy/universe.js";
import type { Universe } from "../../../../compiler/policy/universe.js";
import { evaluate } from "../../../../compiler/verdict/evaluate.js";
import { describeFlow } from "../../../../compiler/verdict/describe.js";
import { makePolicy, universeOf } from "../../../support/policy.js";
import type { PolicySketch } from "../../../support/policy.js";
import { distinctEnds, interestingEnds, representativeAddresses, representativeServices, seenByPolicy } from "../../../support/worlds.js";

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

/** Every column of ends that the policy can tell apart, at every address where the policy or the target changes its mind. */
function endsAt(universe: Universe, boxes: readonly EndBox[]): readonly End[] {
  const known = interestingEnds(universe);
  const columns = distinctEnds(known, (end) => JSON.stringify([end.namespace, end.labels]));
  const addresses = representativeAddresses(boxes.map((box) => box.addresses));
  const more = columns.flatMap((end) => addresses.map((address): End => ({ ...end, address }))).filter((end) => isPossibleEnd(universe, end));
  return [...known, ...more];
}

function pointsOf(universe: Universe): readonly number[] {
  return representativeServices(universe.policy.tenants.flatMap((tenant) => tenant.rules.map((rule) => rule.service.services)));
}

function* flowsBetween(ends: readonly End[], points: ReadonlySet<number>): Generator<Flow> {
  for (const source of ends) {
    for (const destination of ends) {
      if (source.address.family !== destination.address.family) continue;
      for (const point of points) {
        if (!containsService(familyServices(source.address.family), point)) continue;
        yield { source, destination, protocol: pointProtocol(point), detail: pointDetail(point) };
      }
    }
  }
}

/** Every flow that `evaluate` and the artefacts decide differently without a loss that says so, and every loss that is none. */
export function holdAgainstSource(sketch: PolicySketch, pods: string | undefined, options: KubernetesOptions): Outcome {
  const universe = universeOf(makePolicy(sketch), pods);
  return hold(universe, emitKubernetes(universe, options));
}

/** The faults found when the artefacts' text is changed after emission. */
export function holdTampered(
  sketch: PolicySketch,
  pods: string | undefined,
  options: KubernetesOptions,
  change: (text: string) => string,
): readonly string[] {
  const universe = universeOf(makePolicy(sketch), pods);
  const emission = emitKubernetes(universe, options);
  return hold(universe, { ...emission, artefacts: emission.artefacts.map((artefact) => ({ ...artefact, text: change(artefact.text) })) }).faults;
}

function hold(universe: Universe, emission: Emission): Outcome {
  const { policy } = universe;
  const readings = [true, false].map((ipBlockMatchesPods) => readKubernetes(emission.artefacts, { ipBlockMatchesPods }));
  const faults: string[] = readings.flatMap((reading) => reading.problems.map((problem) => `${problem.path}: ${problem.message}`));
  const losses = emission.losses ?? [];

  const sets = [
    ...readings.flatMap((reading) => reading.checkpoints.flatMap((checkpoint) => checkpoint.entries.map((entry) => entry.flows))),
    ...losses.map((loss) => loss.flows),
  ];
  const boxes = [...new Set(sets.flatMap((set) => set.flatMap((box) => [box.source, box.destination])))];
  const seen = seenByPolicy(policy);
  const tell = (end: End): string => `${seen(end)} ${end.namespace ?? "-"} ${boxes.map((box) => (endInBox(box, end) ? 1 : 0)).join("")}`;
  const ends = distinctEnds(endsAt(universe, boxes), tell);
  const points = new Set([...pointsOf(universe), ...representativeServices(sets.flatMap((set) => set.map((box) => box.service)))]);

  let flows = 0;
  for (const flow of flowsBetween(ends, points)) {
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
  const deciding = decision.verdicts
    .filter((verdict) => verdict.action === decision.outcome)
    .map((verdict) => verdict.rule?.id ?? `${verdict.tenant}/default`);
  const covered = deciding.map((id) => covering.filter((loss) => loss.diagnostic.rule === id && loss.outcome === wrong).length);
  const once = wrong === "allow" ? covered.every((count) => count === 1) : covered.every((count) => count <= 1) && covered.includes(1);
  const others = covering.filter((loss) => !deciding.includes(loss.diagnostic.rule ?? ""));
  if (once && others.length === 0) return undefined;
  return `source ${decision.outcome} by ${deciding.join(", ")}, target ${found.join("/")}, said by ${rulesOf(covering) || "nothing"}`;
}
