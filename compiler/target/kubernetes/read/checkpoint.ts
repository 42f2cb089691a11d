/**
 * What one end of a flow meets, as a list of entries of which the first that holds the flow decides: the Admin tier, then NetworkPolicy
 * where the pod is isolated, then the Baseline tier, and else it passes. Isolation counts for each direction by itself, so a pod that only
 * ingress policies select is still under the Baseline tier in egress.
 */
import * as ends from "../../../space/ends.js";
import type { EndBox, EndSet } from "../../../space/ends.js";
import * as flows from "../../../space/flows.js";
import type { FlowBox, FlowSet } from "../../../space/flows.js";
import { everyService } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import * as values from "../../../space/values.js";
import type { Checkpoint, CheckpointEntry } from "../../target.js";
import type { ReadClusterPolicy } from "./cluster-policy.js";
import type { ReadingOptions, ReadNetworkPolicy } from "./network-policy.js";

export type Direction = "ingress" | "egress";

export function between(direction: Direction, subjects: EndSet, peers: EndSet, service: ServiceSet): FlowSet {
  return direction === "ingress" ? flows.flowProduct(peers, subjects, service) : flows.flowProduct(subjects, peers, service);
}

/** The rules of one tier by priority. What a rule passes on, no later rule of the tier decides. */
function tierEntries(direction: Direction, tier: "Admin" | "Baseline", policies: readonly ReadClusterPolicy[]): readonly CheckpointEntry[] {
  const passed: FlowBox[] = [];
  const entries: CheckpointEntry[] = [];
  const inTier = policies.filter((policy) => policy.tier === tier);
  for (const policy of inTier.sort((a, b) => a.priority - b.priority || (a.title < b.title ? -1 : 1))) {
    for (const rule of policy[direction]) {
      const held = flows.subtractFlows(between(direction, policy.subjects, rule.peers, rule.service), passed);
      if (rule.action === "Pass") passed.push(...held);
      else if (held.length > 0) entries.push({ flows: held, action: rule.action === "Accept" ? "allow" : "deny", by: policy.title });
    }
  }
  return entries;
}

/** What the blocks of an `ipBlock` match: a function, so that equal blocks stay one object. */
function blockMatcher({ ipBlockMatchesPods }: ReadingOptions): (block: EndBox) => EndSet {
  if (ipBlockMatchesPods) return (block) => [block];
  const machines = new Map<EndBox, EndSet>();
  return (block) => {
    const known = machines.get(block);
    if (known !== undefined) return known;
    const box = ends.endBox({ addresses: block.addresses, namespace: values.onlyAbsent });
    const made = box === undefined ? [] : [box];
    machines.set(block, made);
    return made;
  };
}

/** What any policy allows comes first, then that isolated pods may do nothing else. */
function networkPolicyEntries(direction: Direction, policies: readonly ReadNetworkPolicy[], options: ReadingOptions): readonly CheckpointEntry[] {
  const matched = blockMatcher(options);
  const allowed: CheckpointEntry[] = [];
  const isolating = policies.flatMap(({ title, subject, [direction]: rules }) =>
    subject === undefined || rules === undefined ? [] : [{ title, subject, rules }],
  );
  for (const { title, subject, rules } of isolating) {
    for (const rule of rules) {
      const peers = rule.blocks.length === 0 ? rule.peers : [...rule.peers, ...rule.blocks.flatMap(matched)];
      const box = between(direction, [subject], peers, rule.service);
      if (box.length > 0) allowed.push({ flows: box, action: "allow", by: title });
    }
  }
  // Pods of a namespace that one policy isolates as a whole need no further mention.
  const floors = isolating.filter(({ subject }) => subject.labels.size === 0);
  const whole = new Set(floors.flatMap(({ subject }) => subject.namespace.values));
  const others = isolating.filter(({ subject }) => subject.labels.size > 0 && !subject.namespace.values.every((namespace) => whole.has(namespace)));
  const isolated = [...floors, ...others].map(({ title, subject }): CheckpointEntry => ({
    flows: between(direction, [subject], ends.allEnds, everyService),
    action: "deny",
    by: title,
  }));
  return [...allowed, ...isolated];
}

export function checkpoint(
  direction: Direction,
  network: readonly ReadNetworkPolicy[],
  cluster: readonly ReadClusterPolicy[],
  options: ReadingOptions,
): Checkpoint {
  return {
    name: direction,
    entries: [
      ...tierEntries(direction, "Admin", cluster),
      ...networkPolicyEntries(direction, network, options),
      ...tierEntries(direction, "Baseline", cluster),
    ],
    otherwise: "allow",
  };
}
