/** ClusterNetworkPolicy leaves open which of two policies of one tier and one priority decides, so they must not disagree. */
import { overlapIndex } from "../../../verdict/overlap.js";
import type { FlowSet } from "../../../space/flows.js";
import type { ReadClusterPolicy, ReadClusterRule } from "./cluster-policy.js";
import { between } from "./checkpoint.js";
import type { Direction } from "./checkpoint.js";

interface Claim {
  readonly policy: ReadClusterPolicy;
  readonly action: ReadClusterRule["action"];
  readonly flows: FlowSet;
}

/** A policy that disagrees with another, with a message. */
export interface Tie {
  readonly policy: ReadClusterPolicy;
  readonly message: string;
}

function claims(policies: readonly ReadClusterPolicy[], direction: Direction): readonly Claim[] {
  return policies.flatMap((policy) =>
    policy[direction].map((rule) => ({
      policy,
      action: rule.action,
      flows: between(direction, policy.subjects, rule.peers, rule.service),
    })),
  );
}

function tiesOf(all: readonly Claim[], action: Claim["action"], against: readonly Claim["action"][], direction: Direction): readonly Tie[] {
  const asking = all.filter((claim) => claim.action === action);
  if (asking.length === 0) return [];
  const others = all.filter((claim) => against.includes(claim.action));
  const index = overlapIndex(others.map((claim) => claim.flows));
  return asking.flatMap(({ policy, flows }) => {
    const rival = flows
      .flatMap((box) => index.overlapping(box))
      .map((row) => others[row.owner].policy)
      .find((other) => other !== policy);
    if (rival === undefined) return [];
    return [
      { policy, message: `disagrees in ${direction} with ${rival.title} of the same tier and priority ${policy.priority}, where either may decide` },
    ];
  });
}

/** Policies that deny or pass on what another of their tier and priority accepts, once each. */
export function disagreeingTies(policies: readonly ReadClusterPolicy[]): readonly Tie[] {
  const groups = new Map<string, ReadClusterPolicy[]>();
  for (const policy of policies) {
    const key = `${policy.tier} ${policy.priority}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [policy]);
    else group.push(policy);
  }
  const found = new Map<ReadClusterPolicy, Tie>();
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    for (const direction of ["ingress", "egress"] as const) {
      const all = claims(group, direction);
      for (const tie of [...tiesOf(all, "Deny", ["Accept"], direction), ...tiesOf(all, "Pass", ["Accept", "Deny"], direction)]) {
        if (!found.has(tie.policy)) found.set(tie.policy, tie);
      }
    }
  }
  return [...found.values()];
}
