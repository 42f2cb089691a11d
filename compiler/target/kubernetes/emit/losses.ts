/** From what the objects do not say to findings: every flow on the rule that decides it, with one flow that can exist to show it. */
import { once } from "../../../once.js";
import type { Rule, Tenant } from "../../../policy/model.js";
import type { Family } from "../../../space/address.js";
import type { EndBox } from "../../../space/ends.js";
import * as ends from "../../../space/ends.js";
import * as flows from "../../../space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../../../space/flows.js";
import { overlapIndex } from "../../../verdict/overlap.js";
import { everyService } from "../../../space/service.js";
import { familyPart, workloadsOfTenant } from "./ground.js";
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

const families: readonly Family[] = [4, 6];

/** A flow of the box that can exist. */
function possibleFlow(ground: Ground, box: FlowBox): Flow | undefined {
  const possible = (end: EndBox, family: Family): EndBox | undefined => {
    const part = familyPart(end, family);
    return part === undefined ? undefined : ground.possible(part);
  };
  for (const family of families) {
    const found = flows.flowBox(possible(box.source, family), possible(box.destination, family), box.service);
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
  const { tenant } = list;
  const owners = new Map<Rule | undefined, number>();
  tenant.rules.forEach((rule, owner) => owners.set(rule, owner));
  const ownerOf = (rule: Rule | undefined): number => owners.get(rule) ?? tenant.rules.length;
  const others = once(() => othersOf(lists.values(), tenant));
  const found = new Map<Rule | undefined, CausedFlows[]>();
  const decided = ({ rule, flows: boxes, company }: Loss): FlowSet => {
    const owner = ownerOf(rule);
    if (company === undefined) return boxes.flatMap((box) => withoutEarlier(list, owner, box, "allow"));
    const earlier = company.filter((other) => ownerOf(other.rule) < owner).map((other) => other.box);
    return earlier.length === 0 ? boxes : flows.subtractFlows(boxes, earlier);
  };
  for (const loss of losses) {
    const { rule, cause } = loss;
    const own = permittedByOthers(others(), decided(loss));
    if (own.length === 0) continue;
    const known = found.get(rule);
    if (known === undefined) found.set(rule, [{ cause, boxes: own }]);
    else known.push({ cause, boxes: own });
  }
  return [...found]
    .sort(([a], [b]) => ownerOf(a) - ownerOf(b))
    .flatMap(([rule, parts]) => onceEach(parts).flatMap(({ cause, boxes }) => asLoss(ground, { tenant, rule, cause, outcome: "deny" }, boxes)));
}

/** Flows that a rule loses for one cause. */
interface CausedFlows {
  readonly cause: Cause;
  readonly boxes: FlowSet;
}

const order: readonly Cause[] = ["address", "unknown", "machine", "protocol", "portZero"];

/** One entry a cause. A flow that is lost at one end for one cause and at the other for another counts for the first. */
function onceEach(parts: readonly CausedFlows[]): readonly CausedFlows[] {
  if (parts.length === 1 && parts[0].boxes.length === 1) return parts;
  const earlier: FlowBox[] = [];
  return order.flatMap((cause) => {
    const boxes = parts
      .flatMap((part) => (part.cause === cause ? part.boxes : []))
      .flatMap((box) => {
        const rest = flows.uncoveredParts(box, earlier);
        earlier.push(...rest);
        return rest;
      });
    return boxes.length === 0 ? [] : [{ cause, boxes }];
  });
}
