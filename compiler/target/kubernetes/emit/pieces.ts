/**
 * What each pod of a tenant may receive and send, as disjunction of pieces: the flows of every allow rule without those of the
 * denies before it, seen from the tenant's end.
 *
 * A pod enforces for itself, so a flow between two tenants' pods is decided at both. A machine enforces nothing: where it belongs
 * to another tenant, that tenant's verdict is folded in here.
 */
import type { Rule, Tenant } from "../../../policy/model.js";
import type { Universe } from "../../../policy/universe.js";
import * as address from "../../../space/address.js";
import * as ends from "../../../space/ends.js";
import type { EndBox } from "../../../space/ends.js";
import * as flows from "../../../space/flows.js";
import type { FlowBox, FlowSet } from "../../../space/flows.js";
import { everyService } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import { overlapIndex } from "../../../verdict/overlap.js";
import type { OverlapIndex } from "../../../verdict/overlap.js";
import { machinesAt, machinesOf, workloadsOf, workloadsOfTenant } from "./ground.js";
import type { Ground } from "./ground.js";

export type Direction = "ingress" | "egress";

/** Flows between pods of the tenant (`subject`) and anybody (`peer`). */
export interface Piece {
  /** Absent for the tenant's `default allow`. */
  readonly rule?: Rule;
  readonly subject: EndBox;
  readonly peer: EndBox;
  readonly service: ServiceSet;
}

/** The rules of a tenant with their flows, in order; `default allow` is a last entry of its own. */
export interface RuleList {
  readonly tenant: Tenant;
  readonly index: OverlapIndex;
  readonly actionOf: (owner: number) => "allow" | "deny";
}

export function flowOf(direction: Direction, subject: EndBox, peer: EndBox, service: ServiceSet): FlowBox | undefined {
  return direction === "ingress" ? flows.flowBox(peer, subject, service) : flows.flowBox(subject, peer, service);
}

export function ruleList(universe: Universe, tenant: Tenant): RuleList {
  const sets = tenant.rules.map((rule) =>
    flows.flowProduct(universe.endsOf(rule.source), universe.endsOf(rule.destination), rule.service.services),
  );
  const all = flows.flowProduct(ends.allEnds, ends.allEnds, everyService);
  const entries = tenant.defaultAction === "allow" ? [...sets, all] : sets;
  return { tenant, index: overlapIndex(entries), actionOf: (owner) => tenant.rules.at(owner)?.action ?? "allow" };
}

/** A part of the flows without those of earlier rules with the given action. */
export function withoutEarlier(list: RuleList, owner: number, box: FlowBox, action: "allow" | "deny"): FlowSet {
  return flows.uncoveredParts(
    box,
    list.index
      .overlapping(box, 0, owner)
      .filter((row) => list.actionOf(row.owner) === action)
      .map((row) => row.box),
  );
}

/** The part of a box that the tenant's verdict allows; the box has an end in the tenant. */
export function allowedBy(list: RuleList, box: FlowBox): FlowSet {
  const allowed: FlowBox[] = [];
  let rest: FlowSet = [box];
  for (const row of list.index.overlapping(box)) {
    if (list.actionOf(row.owner) === "allow") allowed.push(...rest.flatMap((piece) => flows.intersectFlowBoxes(piece, row.box) ?? []));
    rest = rest.flatMap((piece) => flows.subtractFlowBox(piece, row.box));
  }
  return allowed;
}

/** The box itself where it lies within the tenant's pods, so that boxes keep their identity. */
function ownPart(own: EndBox, box: EndBox): EndBox | undefined {
  return ends.endBoxWithin(box, own) ? box : ends.intersectEndBoxes(box, own);
}

/** Folds in what other tenants say of their machines; the piece itself where its peer has none of them. */
function folded(ground: Ground, lists: ReadonlyMap<string, RuleList>, direction: Direction, tenant: Tenant, piece: Piece): readonly Piece[] {
  const machines = machinesOf(piece.peer);
  if (machines === undefined) return [piece];
  const possible = address.intersectAddresses(machines.addresses, ground.machineAddresses);
  const others = [...lists.values()].filter(
    (list) => list.tenant !== tenant && address.addressesOverlap(possible, ground.addressesOf(list.tenant.name)),
  );
  if (others.length === 0) return [piece];
  let boxes: FlowSet = [flowOf(direction, piece.subject, machines, piece.service)].flatMap((box) => box ?? []);
  for (const other of others) {
    const theirs = machinesAt(ground.addressesOf(other.tenant.name));
    const asked = theirs === undefined ? undefined : flowOf(direction, piece.subject, theirs, piece.service);
    if (asked === undefined) continue;
    boxes = boxes.flatMap((box) => {
      const common = flows.intersectFlowBoxes(box, asked);
      return [...flows.subtractFlowBox(box, asked), ...(common === undefined ? [] : allowedBy(other, common))];
    });
  }
  const workloads = workloadsOf(piece.peer);
  const pieces = boxes.map((box): Piece => {
    const [subject, peer] = direction === "ingress" ? [box.destination, box.source] : [box.source, box.destination];
    return { ...piece, subject, peer, service: box.service };
  });
  return workloads === undefined ? pieces : [{ ...piece, peer: workloads }, ...pieces];
}

/** All pieces of a tenant in one direction, in the order of its rules. Their union is what its pods may receive or send. */
export function piecesOf(ground: Ground, lists: ReadonlyMap<string, RuleList>, list: RuleList): Readonly<Record<Direction, readonly Piece[]>> {
  const own = workloadsOfTenant(list.tenant);
  const made: Record<Direction, Piece[]> = { ingress: [], egress: [] };
  const add = (direction: Direction, rule: Rule | undefined, subject: EndBox | undefined, peer: EndBox, service: ServiceSet): void => {
    if (subject === undefined) return;
    for (const piece of folded(ground, lists, direction, list.tenant, { rule, subject, peer, service })) made[direction].push(piece);
  };
  for (const { owner, box } of list.index.rows) {
    if (list.actionOf(owner) === "deny") continue;
    const rule = list.tenant.rules.at(owner);
    for (const rest of withoutEarlier(list, owner, box, "deny")) {
      add("ingress", rule, ownPart(own, rest.destination), rest.source, rest.service);
      add("egress", rule, ownPart(own, rest.source), rest.destination, rest.service);
    }
  }
  return made;
}
