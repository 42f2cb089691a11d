/**
 * What each pod of a tenant may receive and send, as disjunction of pieces: the flows of every allow rule without those of the
 * denies before it, seen from the tenant's end.
 *
 * A pod enforces for itself, so a flow between two tenants' pods is decided at both. A machine enforces nothing: where it belongs
 * to another tenant, that tenant's verdict is folded in here.
 */
import { once } from "../../../once.js";
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
import type { OverlapIndex, OverlapRow } from "../../../verdict/overlap.js";
import { boxInterner } from "./keys.js";
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
  /** All boxes of all entries, in order. */
  readonly rows: readonly OverlapRow[];
  readonly actionOf: (owner: number) => "allow" | "deny";
  /** All entries, and those with one action, for asking what meets a box. Made when first asked for: many policies never need all three. */
  readonly index: () => OverlapIndex;
  readonly indexOf: Readonly<Record<"allow" | "deny", () => OverlapIndex>>;
}

export function flowOf(direction: Direction, subject: EndBox, peer: EndBox, service: ServiceSet): FlowBox | undefined {
  return direction === "ingress" ? flows.flowBox(peer, subject, service) : flows.flowBox(subject, peer, service);
}

/** The two ends of a flow, seen from the pod that enforces. */
export function sides(direction: Direction, box: FlowBox): { readonly subject: EndBox; readonly peer: EndBox } {
  return direction === "ingress" ? { subject: box.destination, peer: box.source } : { subject: box.source, peer: box.destination };
}

export function ruleList(universe: Universe, tenant: Tenant): RuleList {
  const sets = tenant.rules.map((rule) => flows.flowProduct(universe.endsOf(rule.source), universe.endsOf(rule.destination), rule.service.services));
  const all = flows.flowProduct(ends.allEnds, ends.allEnds, everyService);
  const entries = tenant.defaultAction === "allow" ? [...sets, all] : sets;
  const actionOf = (owner: number): "allow" | "deny" => tenant.rules.at(owner)?.action ?? "allow";
  const only = (action: "allow" | "deny") => once(() => overlapIndex(entries.map((set, owner) => (actionOf(owner) === action ? set : []))));
  return {
    tenant,
    rows: entries.flatMap((set, owner) => set.map((box) => ({ owner, box }))),
    actionOf,
    index: once(() => overlapIndex(entries)),
    indexOf: { allow: only("allow"), deny: only("deny") },
  };
}

/** A part of the flows without those of earlier rules with the given action. */
export function withoutEarlier(list: RuleList, owner: number, box: FlowBox, action: "allow" | "deny"): FlowSet {
  const earlier = list.indexOf[action]().overlapping(box, 0, owner);
  return earlier.length === 0
    ? [box]
    : flows.uncoveredParts(
        box,
        earlier.map((row) => row.box),
      );
}

/** The part of a box that the tenant's verdict allows; the box has an end in the tenant. */
export function allowedBy(list: RuleList, box: FlowBox): FlowSet {
  const allowed: FlowBox[] = [];
  let rest: FlowSet = [box];
  for (const row of list.index().overlapping(box)) {
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
    return { ...piece, ...sides(direction, box), service: box.service };
  });
  return workloads === undefined ? pieces : [{ ...piece, peer: workloads }, ...pieces];
}

/** Makes pieces of the flows of a rule of the tenant; equal boxes become one object. `fold` (default true): ask other tenants too. */
export type PieceMaker = (direction: Direction, rule: Rule | undefined, box: FlowBox, fold?: boolean) => readonly Piece[];

export function pieceMaker(ground: Ground, lists: ReadonlyMap<string, RuleList>, tenant: Tenant): PieceMaker {
  const own = workloadsOfTenant(tenant);
  const intern = boxInterner();
  return (direction, rule, box, fold = true) => {
    const side = sides(direction, box);
    const subject = ownPart(own, side.subject);
    if (subject === undefined) return [];
    const piece = { rule, subject: intern(subject), peer: intern(side.peer), service: box.service };
    return fold ? folded(ground, lists, direction, tenant, piece) : [piece];
  };
}

/** All pieces of a tenant, in the order of its rules. Their union is what its pods may receive or send. */
export function piecesOf(make: PieceMaker, list: RuleList): Readonly<Record<Direction, readonly Piece[]>> {
  const made: Record<Direction, Piece[]> = { ingress: [], egress: [] };
  for (const { owner, box } of list.rows) {
    if (list.actionOf(owner) === "deny") continue;
    const rule = list.tenant.rules.at(owner);
    for (const rest of withoutEarlier(list, owner, box, "deny")) {
      made.ingress.push(...make("ingress", rule, rest));
      made.egress.push(...make("egress", rule, rest));
    }
  }
  return made;
}
