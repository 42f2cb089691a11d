/**
 * Flows that a tenant denies and nobody enforces: between machines, or between a machine and a pod of no tenant. Kubernetes policies
 * act on pods, and only the pods of tenants get policies.
 */
import type { Rule, Tenant } from "../../../policy/model.js";
import * as ends from "../../../space/ends.js";
import type { EndBox, EndSet } from "../../../space/ends.js";
import * as flows from "../../../space/flows.js";
import type { FlowBox, FlowSet } from "../../../space/flows.js";
import { everyService } from "../../../space/service.js";
import * as values from "../../../space/values.js";
import { machinesAt } from "./ground.js";
import type { Ground } from "./ground.js";
import { asLoss } from "./losses.js";
import type { RuleLoss } from "./losses.js";
import type { RuleList } from "./pieces.js";

/** Gives the part of flows that touches the tenant's machines and no pod of any tenant. */
function machineFlows(ground: Ground, tenant: Tenant): (box: FlowBox) => FlowSet {
  const own = machinesAt(ground.addressesOf(tenant.name));
  if (own === undefined) return () => [];
  const outsider: EndBox = { ...ends.everyEnd, namespace: values.noneOf([...ground.universe.tenantOfNamespace.keys()]) };
  const outside: EndSet = [outsider];
  const others = ends.subtractEnds(outside, [own]);
  return (box) => {
    if (!ends.endBoxesOverlap(box.destination, outsider) || !ends.endBoxesOverlap(box.source, outsider)) return [];
    const to = ends.intersectEnds([box.destination], outside);
    const from = ends.intersectEnds([box.source], outside);
    return [
      ...flows.flowProduct(ends.intersectEnds(from, [own]), to, box.service),
      ...flows.flowProduct(ends.intersectEnds(from, others), ends.intersectEnds(to, [own]), box.service),
    ];
  };
}

/** One entry a deny rule, and one for a `default deny`. */
export function deniedButAllowed(ground: Ground, list: RuleList): readonly RuleLoss[] {
  const { tenant } = list;
  const betweenMachines = machineFlows(ground, tenant);
  const earlier: FlowBox[] = [];
  const out: RuleLoss[] = [];
  const report = (rule: Rule | undefined, boxes: FlowSet): void => {
    out.push(...asLoss(ground, { tenant, rule, cause: "machines", outcome: "allow" }, flows.subtractFlows(boxes, earlier)));
  };
  const byOwner = new Map<number, FlowBox[]>();
  for (const { owner, box } of list.rows) {
    const own = betweenMachines(box);
    if (own.length > 0) byOwner.set(owner, [...(byOwner.get(owner) ?? []), ...own]);
  }
  for (const [owner, boxes] of byOwner) {
    if (list.actionOf(owner) === "deny") report(tenant.rules.at(owner), boxes);
    earlier.push(...boxes);
  }
  if (tenant.defaultAction === "deny") {
    report(undefined, flows.flowProduct(ends.allEnds, ends.allEnds, everyService).flatMap(betweenMachines));
  }
  return out;
}
