/**
 * What traffic passes after a change that did not before, and the other way round. Meaning is compared and not text: a rule that is
 * written otherwise, moved where order does not matter, or renamed makes no difference.
 */
import type { Action, Tenant } from "../policy/model.js";
import { flowsOfRule, makeUniverse, possiblePart } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { allEnds, endsEqual, subtractEnds } from "../space/ends.js";
import type { EndBox } from "../space/ends.js";
import { flowBox, flowProduct, someFlow } from "../space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../space/flows.js";
import { everyService, noService, unionServices } from "../space/service.js";
import type { ServiceSet } from "../space/service.js";
import type { Verdict } from "./evaluate.js";
import { namingOf } from "./names.js";
import { decidedParts } from "./parts.js";
import type { DecidedPart } from "./parts.js";
import { unchangedRules } from "./unchanged.js";

/** Traffic between two named sets that a change lets pass, or stops. Not every flow between them need be concerned. */
export interface Change {
  /** `allow`: passes only after the change; `deny`: passed only before it. */
  readonly becomes: Action;
  readonly from: string;
  readonly to: string;
  readonly services: ServiceSet;
  readonly witness: Flow;
  /** Who decided the witness before, and after; none where it touches no tenant, so that the policy lets it alone. */
  readonly before: readonly Verdict[];
  readonly after: readonly Verdict[];
}

/** One side of the comparison: as it is, and read to the letter, for flows that can exist only on the other side. */
interface Version {
  readonly actual: Universe;
  readonly literal: Universe;
}

function versionOf(actual: Universe): Version {
  return { actual, literal: makeUniverse(actual.policy, actual.surroundings, "literal") };
}

/** All changes: what becomes allowed, then what becomes denied. Empty when the meaning is the same for all flows that can exist before or after. */
export function difference(before: Universe, after: Universe): readonly Change[] {
  const found = new Map<string, Change>();
  const old = versionOf(before);
  const now = versionOf(after);
  for (const part of decidedParts(old.literal, changedRegion(old.literal, now.literal))) {
    for (const next of decidedParts(now.literal, [part.flows])) if (passes(part) !== passes(next)) record(found, old, now, part, next);
  }
  const changes = [...found.values()];
  return [...changes.filter((change) => change.becomes === "allow"), ...changes.filter((change) => change.becomes === "deny")];
}

/** A flow that touches no tenant is not the policy's business: nothing stops it. */
function passes(part: DecidedPart): boolean {
  return part.outcome !== "deny";
}

/** Adds the part under each pair of names that it has flows between. */
function record(found: Map<string, Change>, before: Version, after: Version, old: DecidedPart, now: DecidedPart): void {
  const becomes = passes(now) ? "allow" : "deny";
  for (const source of pieces(before.literal, after.literal, now.flows.source)) {
    for (const destination of pieces(before.literal, after.literal, now.flows.destination)) {
      const key = JSON.stringify([becomes, source.name, destination.name]);
      const known = found.get(key);
      const piece = flowBox(source.box, destination.box, now.flows.service);
      const possible = piece === undefined ? undefined : (possiblePart(after.actual, piece) ?? possiblePart(before.actual, piece));
      const witness = known?.witness ?? (possible === undefined ? undefined : someFlow(possible));
      if (possible === undefined || witness === undefined) continue;
      const services = unionServices(known?.services ?? noService, now.flows.service);
      const first = known ?? { becomes, from: source.name, to: destination.name, witness, before: old.verdicts, after: now.verdicts };
      found.set(key, { ...first, services });
    }
  }
}

/** Names as of after the change; groups that are gone keep their old name. */
function pieces(before: Universe, after: Universe, box: EndBox): readonly { readonly name: string; readonly box: EndBox }[] {
  const present = namingOf(after);
  const names = new Set(present.all.map((named) => named.name));
  const gone = namingOf(before)
    .piecesOf(box)
    .filter(({ named }) => named.kind === "group" && !names.has(named.name));
  const lost = gone.map((piece) => piece.box);
  // What was in a group that is gone is told under its name, and not as the rest as well.
  const kept = present.piecesOf(box).flatMap((piece) => {
    const others = piece.named.kind === "rest" ? subtractEnds([piece.box], lost) : [piece.box];
    return others.map((own) => ({ named: piece.named, box: own }));
  });
  return [...kept, ...gone].map(({ named, box: piece }) => ({ name: named.name, box: piece }));
}

/** Flows outside this set are decided by the same rules before and after. */
function changedRegion(before: Universe, after: Universe): FlowSet {
  const names = new Set([...before.tenantByName.keys(), ...after.tenantByName.keys()]);
  return [...names].flatMap((name) => {
    const old = before.tenantByName.get(name);
    const now = after.tenantByName.get(name);
    if (old === undefined || now === undefined || old.defaultAction !== now.defaultAction || !sameEnds(before, after, name)) {
      return [...everythingOf(before, name), ...everythingOf(after, name)];
    }
    return changedRules(before, old, after, now);
  });
}

function sameEnds(before: Universe, after: Universe, tenant: string): boolean {
  return endsEqual(before.tenantEnds.get(tenant) ?? [], after.tenantEnds.get(tenant) ?? []);
}

/** All flows with an end in the tenant. */
function everythingOf(universe: Universe, tenant: string): FlowSet {
  const own = universe.tenantEnds.get(tenant) ?? [];
  return [...flowProduct(own, allEnds, everyService), ...flowProduct(allEnds, own, everyService)];
}

/** The flows of rules that are new, gone, or in another order among the rest. */
function changedRules(before: Universe, old: Tenant, after: Universe, now: Tenant): FlowSet {
  const key = boxKeys();
  const describe = (universe: Universe, tenant: Tenant) =>
    tenant.rules.map((rule) => {
      const flows = flowsOfRule(universe, rule);
      return { flows, key: `${rule.action} ${flows.map(key).join(" | ")}` };
    });
  const left = describe(before, old);
  const right = describe(after, now);
  const same = unchangedRules(
    left.map((rule) => rule.key),
    right.map((rule) => rule.key),
  );
  const changedOf = (rules: typeof left, kept: ReadonlySet<number>): FlowSet => rules.flatMap((rule, at) => (kept.has(at) ? [] : rule.flows));
  return [...changedOf(left, same.left), ...changedOf(right, same.right)];
}

/** Boxes as texts, equal for equal boxes; ends, which many boxes share, are written once. */
function boxKeys(): (box: FlowBox) => string {
  const known = new Map<EndBox, string>();
  const endKey = (end: EndBox): string => {
    const found =
      known.get(end) ??
      JSON.stringify([end.namespace, [...end.labels].sort(([a], [b]) => (a < b ? -1 : 1)), end.addresses.v4, end.addresses.v6.map(String)]);
    known.set(end, found);
    return found;
  };
  return (box) => `${endKey(box.source)} > ${endKey(box.destination)} : ${box.service.join()}`;
}
