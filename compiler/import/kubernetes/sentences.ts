/**
 * The rules of one tenant, one tenant a namespace.
 *
 * A flow passes when the egress side of its source and the ingress side of its destination let it pass. Between two namespaces the language says
 * the same: both tenants have to allow. Inside one namespace there is one list of rules for both sides, so what both allow is worked out here.
 *
 * Each side is told in a form in which the order of rules does not matter:
 *
 *  - `decided`: what the Admin tier denies, without what it passes on before; and, above its denies, what it accepts of other namespaces, where
 *    this tenant has nothing else to say;
 *  - `floors`: what is denied unless something allows it: all of an isolated pod, and what the Baseline tier denies;
 *  - `allowed`: what the Admin tier accepts inside the namespace or where none of its denies comes later, and what policies allow.
 *
 * A flow passes a side when it is not denied by a decision, and is not on a floor or is allowed. INVARIANT: every `allow` that is made holds only flows that
 * pass both sides as far as the tenant is asked, and every flow on a floor that passes is in one of them.
 */
import type { Action } from "../../policy/model.js";
import type { ObjectName } from "../../manifests/model.js";
import { titleOf } from "../../manifests/model.js";
import * as ends from "../../space/ends.js";
import type { EndSet } from "../../space/ends.js";
import * as flows from "../../space/flows.js";
import type { FlowBox, FlowSet } from "../../space/flows.js";
import { everyService, intersectServices, isEmptyService } from "../../space/service.js";
import type { ServiceSet } from "../../space/service.js";
import * as values from "../../space/values.js";
import { flowsOf } from "./reading.js";
import type { Direction, Meaning, MeantPolicy, Product } from "./meaning.js";

/** A set of ends as a rule names it. */
export interface Ends {
  readonly include: EndSet;
  readonly except: EndSet;
}

/**
 * `tier` above all: what the Admin tier decides whatever policies say; its objects have an order. Then `allowed`, then `floor`, in both of which all
 * rules have one action. `isolated` is the part of the floor that policies make by isolating pods.
 */
export type Level = "tier" | "allowed" | "floor" | "isolated";

export interface Sentence {
  readonly level: Level;
  readonly action: Action;
  readonly source: Ends;
  readonly destination: Ends;
  readonly services: ServiceSet;
  /** The object that asks for it. */
  readonly owner: ObjectName;
  /** Titles of objects of the other side that allow it as well. */
  readonly also: readonly string[];
}

export interface TenantRules {
  readonly namespace: string;
  readonly defaultAction: Action;
  readonly sentences: readonly Sentence[];
  /** Objects whose rules others say already, or that allow nothing. */
  readonly silent: readonly ObjectName[];
}

interface Allowed extends Product {
  readonly owner: ObjectName;
}

/** One side of a tenant. */
interface Side {
  readonly decided: readonly { readonly flows: FlowSet; readonly action: Action; readonly owner: ObjectName }[];
  readonly allowed: readonly Allowed[];
  /** Pods that policies isolate, by the policy. */
  readonly isolated: readonly { readonly subjects: EndSet; readonly owner: ObjectName }[];
  /** What the Baseline tier denies. */
  readonly baseline: readonly { readonly flows: FlowSet; readonly owner: ObjectName }[];
}

export function tenantRules(meaning: Meaning, namespace: string): TenantRules {
  const own = endsOf(namespace);
  const egress = sideOf(meaning, own, "egress");
  const ingress = sideOf(meaning, own, "ingress");
  const isolatedFrom = ends.unionEnds(...egress.isolated.map(({ subjects }) => subjects));
  const isolatedTo = ends.unionEnds(...ingress.isolated.map(({ subjects }) => subjects));
  const wholly = ends.endsWithin(own, isolatedFrom) && ends.endsWithin(own, isolatedTo);
  const allows = withoutRepeats([
    ...ingress.allowed
      .filter((allowed) => onFloor(allowed, ingress, isolatedTo, "ingress"))
      .flatMap((allowed) => alone(allowed, "ingress", isolatedFrom, egress, own)),
    ...both(egress, ingress, own),
    ...egress.allowed
      .filter((allowed) => onFloor(allowed, egress, isolatedFrom, "egress"))
      .flatMap((allowed) => alone(allowed, "egress", isolatedTo, ingress, own)),
  ]);
  const sentences = [
    ...[...ingress.decided, ...egress.decided].flatMap(({ flows: set, action, owner }) => boxed(set, "tier", action, owner)),
    ...allows,
    ...(wholly ? [] : withoutRepeats([...floorsOf(ingress, "ingress"), ...floorsOf(egress, "egress")])),
  ];
  const speaking = new Set(sentences.map(({ owner }) => owner));
  const concerned = [...meaning.admin, ...meaning.network, ...meaning.baseline].filter(({ subjects }) => ends.endsOverlap(subjects, own));
  return {
    namespace,
    defaultAction: wholly ? "deny" : "allow",
    sentences,
    silent: concerned.map(({ object }) => object).filter((object) => !speaking.has(object)),
  };
}

function endsOf(namespace: string): EndSet {
  const made = ends.endBox({ namespace: values.oneOf([namespace]) });
  return made === undefined ? [] : [made];
}

function sideOf(meaning: Meaning, own: EndSet, direction: Direction): Side {
  const near = (policy: MeantPolicy): boolean => ends.endsOverlap(policy.subjects, own);
  const admin = adminSide(meaning.admin.filter(near), own, direction);
  const isolating = meaning.network.filter((policy) => policy.rules[direction] !== undefined && near(policy));
  return {
    decided: admin.decided,
    allowed: [
      ...admin.allowed,
      ...isolating.flatMap(({ object, rules }) =>
        (rules[direction] ?? []).flatMap(({ products }) => products.map((product): Allowed => ({ ...product, owner: object }))),
      ),
    ],
    isolated: isolating.map(({ object, subjects }) => ({ subjects, owner: object })),
    baseline: baselineDenies(meaning.baseline.filter(near), own, direction),
  };
}

/** A rule of a tier in its order, for the pods of one namespace. */
interface Ruling {
  readonly verdict: "allow" | "deny" | "pass";
  readonly flows: FlowSet;
  readonly owner: ObjectName;
}

function rulings(policies: readonly MeantPolicy[], own: EndSet, direction: Direction): readonly Ruling[] {
  return policies.flatMap(({ object, rules }) =>
    (rules[direction] ?? []).map((rule) => ({
      verdict: rule.verdict,
      flows: flowsOf(rule).flatMap((box) => within(box, own, direction)),
      owner: object,
    })),
  );
}

function flowsBefore(list: readonly Ruling[], position: number, verdicts: readonly Ruling["verdict"][]): FlowSet {
  return list.slice(0, position).flatMap((ruling) => (verdicts.includes(ruling.verdict) ? ruling.flows : []));
}

function overlap(a: FlowSet, b: FlowSet): boolean {
  return a.some((left) => b.some((right) => flows.flowBoxesOverlap(left, right)));
}

/** What is passed on is taken out, and inside the namespace what is accepted before a deny: elsewhere an accept can stand above the deny. */
function adminSide(policies: readonly MeantPolicy[], own: EndSet, direction: Direction): Pick<Side, "decided" | "allowed"> {
  const list = rulings(policies, own, direction);
  const decided: { flows: FlowSet; action: Action; owner: ObjectName }[] = [];
  const allowed: Allowed[] = [];
  const acceptedInside: FlowBox[] = [];
  list.forEach(({ verdict, flows: set, owner }, position) => {
    const passed = flowsBefore(list, position, ["pass"]);
    if (verdict === "deny") decided.push({ flows: flows.subtractFlows(set, [...acceptedInside, ...passed]), action: "deny", owner });
    if (verdict !== "allow") return;
    const accepted = flows.subtractFlows(set, passed);
    const deniedLater = list.slice(position).some((later) => later.verdict === "deny" && overlap(later.flows, accepted));
    const inside = deniedLater ? accepted.flatMap((box) => insideOf(box, own)) : accepted;
    acceptedInside.push(...inside);
    if (deniedLater) decided.push({ flows: accepted.flatMap((box) => acrossOf(box, own, direction)), action: "allow", owner });
    for (const { source, destination, service } of inside) allowed.push({ sources: [source], destinations: [destination], services: service, owner });
  });
  return { decided: decided.filter(({ flows: set }) => set.length > 0), allowed };
}

/** What the Baseline tier denies, without what it accepts or passes on before. */
function baselineDenies(policies: readonly MeantPolicy[], own: EndSet, direction: Direction): Side["baseline"] {
  const list = rulings(policies, own, direction);
  return list.flatMap(({ verdict, flows: set, owner }, position) => {
    const left = verdict === "deny" ? flows.subtractFlows(set, flowsBefore(list, position, ["allow", "pass"])) : [];
    return left.length === 0 ? [] : [{ flows: left, owner }];
  });
}

function insideOf({ source, destination, service }: FlowBox, own: EndSet): FlowSet {
  return flows.flowProduct(ends.intersectEnds([source], own), ends.intersectEnds([destination], own), service);
}

function acrossOf({ source, destination, service }: FlowBox, own: EndSet, direction: Direction): FlowSet {
  return direction === "ingress"
    ? flows.flowProduct(ends.subtractEnds([source], own), [destination], service)
    : flows.flowProduct([source], ends.subtractEnds([destination], own), service);
}

/** The part of a box whose pods of this side are in the namespace. */
function within(box: FlowBox, own: EndSet, direction: Direction): FlowSet {
  return direction === "ingress"
    ? flows.flowProduct([box.source], ends.intersectEnds([box.destination], own), box.service)
    : flows.flowProduct(ends.intersectEnds([box.source], own), [box.destination], box.service);
}

/** Whether an allow opens anything that would be denied without it. */
function onFloor({ sources, destinations, services }: Allowed, side: Side, isolated: EndSet, direction: Direction): boolean {
  if (ends.endsOverlap(direction === "ingress" ? destinations : sources, isolated)) return true;
  const set = flows.flowProduct(sources, destinations, services);
  return side.baseline.some((floor) => overlap(floor.flows, set));
}

/** What an allow of one side opens where the other side has nothing against it: all but the other side's floors inside the namespace. */
function alone(allowed: Allowed, direction: Direction, isolated: EndSet, other: Side, own: EndSet): readonly Sentence[] {
  const { sources, destinations, services, owner } = allowed;
  const make = (source: Ends, destination: Ends, over: ServiceSet): Sentence => ({
    level: "allowed",
    action: "allow",
    source,
    destination,
    services: over,
    owner,
    also: [],
  });
  const far = direction === "ingress" ? sources : destinations;
  const near = all(direction === "ingress" ? destinations : sources);
  const floors = other.baseline.flatMap((floor) => floor.flows.flatMap((box) => within(box, own, direction)));
  const otherAllows = other.allowed.flatMap((product) => flows.flowProduct(product.sources, product.destinations, product.services));
  return far.flatMap((box): readonly Sentence[] => {
    const between = (peer: Ends): readonly [Ends, Ends] => (direction === "ingress" ? [peer, near] : [near, peer]);
    const [from, to] = between(all([box]));
    // Where the other side allows all that it could deny, there is nothing to leave out.
    const contested = flows.flowProduct(boxesOf(from), boxesOf(to), services).flatMap((one) => insideOf(one, own));
    if (flows.flowsWithin(contested, otherAllows)) return [make(from, to, services)];
    if (ends.endsWithin([box], isolated)) return [];
    const [source, destination] = between({ include: [box], except: isolated.filter((one) => ends.endBoxesOverlap(one, box)) });
    const set = flows.flowProduct(boxesOf(source), boxesOf(destination), services);
    return overlap(floors, set) ? boxed(flows.subtractFlows(set, floors), "allowed", "allow", owner) : [make(source, destination, services)];
  });
}

/** What both sides allow inside the namespace. */
function both(egress: Side, ingress: Side, own: EndSet): readonly Sentence[] {
  const floored = egress.isolated.length > 0 || egress.baseline.length > 0;
  if (!floored || (ingress.isolated.length === 0 && ingress.baseline.length === 0)) return [];
  return ingress.allowed.flatMap((into) =>
    egress.allowed.flatMap((from): readonly Sentence[] => {
      const services = intersectServices(into.services, from.services);
      if (isEmptyService(services)) return [];
      const sources = ends.intersectEnds(ends.intersectEnds(into.sources, from.sources), own);
      const destinations = ends.intersectEnds(ends.intersectEnds(into.destinations, from.destinations), own);
      if (sources.length === 0 || destinations.length === 0) return [];
      const also = from.owner === into.owner ? [] : [titleOf(from.owner)];
      return [
        {
          level: "allowed",
          action: "allow",
          source: all(ends.unionEnds(sources)),
          destination: all(ends.unionEnds(destinations)),
          services,
          owner: into.owner,
          also,
        },
      ];
    }),
  );
}

function floorsOf(side: Side, direction: Direction): readonly Sentence[] {
  return [
    ...side.isolated.map(({ subjects, owner }): Sentence => {
      const [source, destination] = direction === "ingress" ? [all(ends.allEnds), all(subjects)] : [all(subjects), all(ends.allEnds)];
      return { level: "isolated", action: "deny", source, destination, services: everyService, owner, also: [] };
    }),
    ...side.baseline.flatMap(({ flows: set, owner }) => boxed(set, "floor", "deny", owner)),
  ];
}

export function all(include: EndSet): Ends {
  return { include, except: [] };
}

export function boxesOf({ include, except }: Ends): EndSet {
  return except.length === 0 ? include : ends.subtractEnds(include, except);
}

function boxed(set: FlowSet, level: Level, action: Action, owner: ObjectName): readonly Sentence[] {
  return set.map(({ source, destination, service }) => ({
    level,
    action,
    source: all([source]),
    destination: all([destination]),
    services: service,
    owner,
    also: [],
  }));
}

/** Without sentences that the others of the list say together already; of two that say the same, the first stays. */
function withoutRepeats(sentences: readonly Sentence[]): readonly Sentence[] {
  let kept = sentences.map((sentence) => ({
    sentence,
    flows: flows.flowProduct(boxesOf(sentence.source), boxesOf(sentence.destination), sentence.services),
  }));
  for (const candidate of [...kept].reverse()) {
    const others = kept.filter((other) => other !== candidate);
    if (
      flows.flowsWithin(
        candidate.flows,
        others.flatMap((other) => other.flows),
      )
    )
      kept = others;
  }
  return kept.map(({ sentence }) => sentence);
}
