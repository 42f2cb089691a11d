/** From what the objects do not say to findings: every flow on the rule that decides it, with one flow that can exist to show it. */
import { once } from "../../../once.js";
import type { Rule, Tenant } from "../../../policy/model.js";
import * as address from "../../../space/address.js";
import type { EndBox } from "../../../space/ends.js";
import * as ends from "../../../space/ends.js";
import * as flows from "../../../space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../../../space/flows.js";
import { overlapIndex } from "../../../verdict/overlap.js";
import { everyService } from "../../../space/service.js";
import { workloadsOfTenant } from "./ground.js";
import type { Ground } from "./ground.js";
import { allowedBy, flowOf, withoutEarlier } from "./pieces.js";
import type { Direction, RuleList } from "./pieces.js";
import { peerBox } from "./allowance.js";
import type { Allowance, Cause, Loss, Said } from "./allowance.js";

/** Flows that the objects decide otherwise than the source, on the rule that decides them in the source. */
export interface RuleLoss {
  readonly tenant: Tenant;
  /** Absent for the tenant's default. */
  readonly rule?: Rule;
  readonly cause: Cause | "machines";
  /** What becomes of the flows. */
  readonly outcome: "allow" | "deny";
  readonly flows: FlowSet;
  /** One of them that can exist. */
  readonly flow: Flow;
}

const families = [
  { v4: address.allAddresses.v4, v6: address.noAddresses.v6 },
  { v4: address.noAddresses.v4, v6: address.allAddresses.v6 },
].map((addresses): EndBox => ({ ...ends.everyEnd, addresses }));

/** A flow of the box that can exist. */
function possibleFlow(ground: Ground, box: FlowBox): Flow | undefined {
  for (const family of families) {
    const [source, destination] = [box.source, box.destination].map((end) => {
      const part = ends.intersectEndBoxes(end, family);
      return part === undefined ? undefined : ground.possible(part);
    });
    const found = flows.flowBox(source, destination, box.service);
    if (found !== undefined) return flows.someFlow(found);
  }
  return undefined;
}

/** Drops flows that cannot exist, and the loss with them when none can. */
export function asLoss(ground: Ground, loss: Omit<RuleLoss, "flow" | "flows">, boxes: FlowSet): readonly RuleLoss[] {
  for (const box of boxes) {
    const flow = possibleFlow(ground, box);
    if (flow !== undefined) return [{ ...loss, flows: boxes, flow }];
  }
  return [];
}

function saidFlows(direction: Direction, allowances: readonly Allowance[]): FlowSet {
  return allowances.flatMap((allowance) => {
    const box = peerBox(allowance.peer);
    return (box === undefined ? undefined : flowOf(direction, allowance.subject, box, allowance.service)) ?? [];
  });
}

/** Allowed flows that one direction denies, without those that another rule says after all: only where services are lost can one. */
export function lostIn(direction: Direction, said: Said): readonly Loss[] {
  const services = said.losses.filter(isAboutServices);
  if (services.length === 0) return said.losses;
  const index = overlapIndex(saidFlows(direction, said.allowances).map((box) => [box]));
  const stillLost = (box: FlowBox): FlowSet =>
    flows.uncoveredParts(
      box,
      index.overlapping(box).map((row) => row.box),
    );
  return said.losses.map((loss) => (isAboutServices(loss) ? { ...loss, flows: loss.flows.flatMap(stillLost) } : loss));
}

function isAboutServices(loss: Loss): boolean {
  return loss.cause === "protocol" || loss.cause === "portZero";
}

/** A tenant with pods at the other end, and the flows that it decides too. */
interface OtherTenant {
  readonly list: RuleList;
  readonly pods: EndBox;
  readonly atStake: FlowSet;
}

function othersOf(lists: Iterable<RuleList>, tenant: Tenant): readonly OtherTenant[] {
  return [...lists]
    .filter((list) => list.tenant !== tenant)
    .map((list) => {
      const pods = workloadsOfTenant(list.tenant);
      const atStake = [flows.flowProduct([pods], ends.allEnds, everyService), flows.flowProduct(ends.allEnds, [pods], everyService)].flat();
      return { list, pods, atStake };
    });
}

/** The part of the flows that the other tenants, whose pods are at the other end, allow too: only these are permitted. */
function permittedByOthers(others: readonly OtherTenant[], boxes: FlowSet): FlowSet {
  let permitted = boxes;
  for (const { list, pods, atStake } of others) {
    const concerns = (box: FlowBox): boolean => ends.endBoxesOverlap(box.source, pods) || ends.endBoxesOverlap(box.destination, pods);
    if (!permitted.some(concerns)) continue;
    permitted = permitted.flatMap((box) => [
      ...flows.subtractFlows([box], atStake),
      ...flows.intersectFlows([box], atStake).flatMap((part) => allowedBy(list, part)),
    ]);
  }
  return permitted;
}

/** What a tenant's allow rules lose, one entry a rule and cause, in the order of the rules. */
export function allowedButDenied(ground: Ground, lists: ReadonlyMap<string, RuleList>, list: RuleList, losses: readonly Loss[]): readonly RuleLoss[] {
  const owners = new Map<Rule | undefined, number>(list.tenant.rules.map((rule, owner) => [rule, owner]));
  const others = once(() => othersOf(lists.values(), list.tenant));
  const found = new Map<Rule | undefined, Map<Cause, FlowBox[]>>();
  for (const { rule, cause, flows: boxes } of losses) {
    const decided = boxes.flatMap((box) => withoutEarlier(list, owners.get(rule) ?? list.tenant.rules.length, box, "allow"));
    const own = permittedByOthers(others(), decided);
    if (own.length === 0) continue;
    const byCause = found.get(rule) ?? new Map<Cause, FlowBox[]>();
    found.set(rule, byCause);
    byCause.set(cause, [...(byCause.get(cause) ?? []), ...own]);
  }
  return [...found]
    .sort(([a], [b]) => (owners.get(a) ?? Infinity) - (owners.get(b) ?? Infinity))
    .flatMap(([rule, byCause]) =>
      onceEach(byCause).flatMap(([cause, boxes]) => asLoss(ground, { tenant: list.tenant, rule, cause, outcome: "deny" }, boxes)),
    );
}

const order: readonly Cause[] = ["address", "unknown", "machine", "protocol", "portZero"];

/** A flow that is lost at one end for one cause and at the other for another counts for the first. */
function onceEach(byCause: ReadonlyMap<Cause, FlowSet>): readonly (readonly [Cause, FlowSet])[] {
  const earlier: FlowBox[] = [];
  return order.flatMap((cause) => {
    const boxes = (byCause.get(cause) ?? []).flatMap((box) => {
      const rest = flows.uncoveredParts(box, earlier);
      earlier.push(...rest);
      return rest;
    });
    return boxes.length === 0 ? [] : [[cause, boxes] as const];
  });
}
