/** Holds what Contiv decides, read back from the emitted texts, against the reference evaluator, flow by flow. */
import { emitContiv } from "../../../../compiler/target/contiv/emit/emit.js";
import { everyAssumption, readContiv } from "../../../../compiler/target/contiv/read/read.js";
import type { Checkpoint, Emission } from "../../../../compiler/target/target.js";
import type { Universe } from "../../../../compiler/policy/universe.js";
import { flowInSet } from "../../../../compiler/space/flows.js";
import type { Flow } from "../../../../compiler/space/flows.js";
import { formatAddress } from "../../../../compiler/space/address.js";
import { evaluate } from "../../../../compiler/verdict/evaluate.js";
import { isLost } from "../../../support/losses.js";
import { distinctEnds, interestingEnds, interestingFlows, seenByPolicy } from "../../../support/worlds.js";

/** Whether checkpoints let a flow pass, and what decides. */
export function passes(checkpoints: readonly Checkpoint[], flow: Flow): { readonly allowed: boolean; readonly by: string } {
  let by = "nothing";
  for (const checkpoint of checkpoints) {
    const entry = checkpoint.entries.find((candidate) => flowInSet(candidate.flows, flow));
    by = `${checkpoint.name}: ${entry?.by ?? "otherwise"}`;
    if ((entry?.action ?? checkpoint.otherwise) === "deny") return { allowed: false, by };
  }
  return { allowed: true, by };
}

export function flowText(flow: Flow): string {
  const end = ({ namespace, labels, address }: Flow["source"]): string =>
    `${namespace ?? "bare"}{${Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(",")}}@${formatAddress(address)}`;
  return `${end(flow.source)} -> ${end(flow.destination)} : ${flow.protocol}/${flow.detail}`;
}

/** Flows on which Contiv does not do as the source says, and no diagnostic owns up to. Empty is agreement. */
export function untold(universe: Universe, emission: Emission, flows: Iterable<Flow>): readonly string[] {
  const out: string[] = [];
  const readings = everyAssumption.map(({ assumptions }) => ({ assumptions, reading: readContiv(emission.artefacts, universe, assumptions) }));
  for (const { reading } of readings) for (const problem of reading.problems) out.push(`${problem.path}: ${problem.message}`);
  for (const flow of flows) {
    const { outcome, verdicts } = evaluate(universe.policy, flow);
    if (outcome === "untouched") continue;
    for (const { assumptions, reading } of readings) {
      // What the source denies must not pass at all; of what it allows, the replies must pass too.
      const target = passes(outcome === "allow" ? [...reading.checkpoints, ...reading.replies] : reading.checkpoints, flow);
      if (target.allowed === (outcome === "allow")) continue;
      // With a port that the client chooses, only what it gets too much is of interest.
      if (assumptions.clientPorts === "chosen" && !target.allowed) continue;
      const told = (emission.losses ?? []).some((loss) => (loss.outcome === "allow") === target.allowed && isLost(loss, flow));
      if (!told) {
        const rules = verdicts.map((verdict) => verdict.rule?.text ?? `default ${verdict.action}`).join("; ");
        out.push(
          `${flowText(flow)}: source ${outcome} (${rules}), Contiv ${target.allowed ? "allow" : "deny"} (${target.by}) ${assumptions.clientPorts} ${assumptions.foreignWorkloads}`,
        );
      }
    }
    if (out.length > 5) break;
  }
  return out;
}

export function disagreements(universe: Universe): readonly string[] {
  return untold(universe, emitContiv(universe, { portLimit: 64 }), interestingFlows(universe));
}

/** The same on a selection of ends, for policies with many. Contiv sees addresses where the policy may not, so ends differ by address too. */
export function randomDisagreements(universe: Universe): readonly string[] {
  const seen = seenByPolicy(universe.policy);
  const ends = distinctEnds(interestingEnds(universe), (end) => `${seen(end)} ${end.namespace ?? ""} ${formatAddress(end.address)}`);
  const step = Math.ceil(ends.length / 40);
  return untold(
    universe,
    emitContiv(universe, { portLimit: 64 }),
    interestingFlows(
      universe,
      ends.filter((_, index) => index % step === 0),
    ),
  );
}
