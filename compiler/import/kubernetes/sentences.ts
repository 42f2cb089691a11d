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
import { overlapIndex } from "../../verdict/overlap.js";
import type { OverlapIndex } from "../../verdict/overlap.js";
import type { Direction, Meaning } from "./meaning.js";
import { insideOf, overlap, sideOf, within } from "./side.js";
import type { Allowed, Side } from "./side.js";

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

export function tenantRules(meaning: Meaning, namespace: string): TenantRules {
  const own = endsOf(namespace);
  const egress = sideOf(meaning, own, "egress");
  const ingress = sideOf(meaning, own, "ingress");
  const isolatedFrom = ends.unionEnds(...egress.isolated.map(({ subjects }) => subjects));
  const isolatedTo = ends.unionEnds(...ingress.isolated.map(({ subjects }) => subjects));
  const wholly = ends.endsWithin(own, isolatedFrom) && ends.endsWithin(own, isolatedTo);
  const fromEgress = otherSide(egress, isolatedFrom, own, "ingress");
  const fromIngress = otherSide(ingress, isolatedTo, own, "egress");
  const allows = withoutRepeats([
    ...ingress.allowed
      .filter((allowed) => onFloor(allowed, ingress, isolatedTo, "ingress"))
      .flatMap((allowed) => alone(allowed, "ingress", fromEgress, own)),
    ...both(egress, ingress, own),
    ...egress.allowed
      .filter((allowed) => onFloor(allowed, egress, isolatedFrom, "egress"))
      .flatMap((allowed) => alone(allowed, "egress", fromIngress, own)),
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

/** Whether an allow opens anything that would be denied without it. */
function onFloor({ sources, destinations, services }: Allowed, side: Side, isolated: EndSet, direction: Direction): boolean {
  if (ends.endsOverlap(direction === "ingress" ? destinations : sources, isolated)) return true;
  const set = flows.flowProduct(sources, destinations, services);
  return side.baseline.some((floor) => overlap(floor.flows, set));
}

/** What the other side of a tenant has for or against an allow, inside the namespace. */
interface OtherSide {
  /** Pods that it isolates. */
  readonly isolated: EndSet;
  readonly floors: FlowSet;
  readonly allows: OverlapIndex;
}

function otherSide(side: Side, isolated: EndSet, own: EndSet, direction: Direction): OtherSide {
  return {
    isolated,
    floors: side.baseline.flatMap((floor) => floor.flows.flatMap((box) => within(box, own, direction))),
    allows: overlapIndex(side.allowed.map(({ sources, destinations, services }) => flows.flowProduct(sources, destinations, services))),
  };
}

/** What an allow of one side opens where the other side has nothing against it: all but the other side's floors inside the namespace. */
function alone(allowed: Allowed, direction: Direction, { isolated, floors, allows }: OtherSide, own: EndSet): readonly Sentence[] {
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
  const isAllowed = (box: FlowBox): boolean =>
    flows.findUncovered(
      box,
      allows.overlapping(box).map((row) => row.box),
    ) === undefined;
  return far.flatMap((box): readonly Sentence[] => {
    const between = (peer: Ends): readonly [Ends, Ends] => (direction === "ingress" ? [peer, near] : [near, peer]);
    const [from, to] = between(all([box]));
    // Where the other side allows all that it could deny, there is nothing to leave out.
    const contested = flows.flowProduct(boxesOf(from), boxesOf(to), services).flatMap((one) => insideOf(one, own));
    if (contested.every(isAllowed)) return [make(from, to, services)];
    if (isolated.some((one) => ends.endBoxWithin(box, one)) || ends.endsWithin([box], isolated)) return [];
    const [source, destination] = between({ include: [box], except: isolated.filter((one) => ends.endBoxesOverlap(one, box)) });
    const set = flows.flowProduct(boxesOf(source), boxesOf(destination), services);
    return overlap(floors, set) ? boxed(flows.subtractFlows(set, floors), "allowed", "allow", owner) : [make(source, destination, services)];
  });
}

/** What both sides allow inside the namespace. */
function both(egress: Side, ingress: Side, own: EndSet): readonly Sentence[] {
  const floored = egress.isolated.length > 0 || egress.baseline.length > 0;
  if (!floored || (ingress.isolated.length === 0 && ingress.baseline.length === 0)) return [];
  const index = overlapIndex(egress.allowed.map(({ sources, destinations, services }) => flows.flowProduct(sources, destinations, services)));
  return ingress.allowed.flatMap((into) => {
    const product = flows.flowProduct(into.sources, into.destinations, into.services);
    const meeting = new Set(product.flatMap((box) => index.overlapping(box).map(({ owner }) => owner)));
    return egress.allowed.flatMap((from, at): readonly Sentence[] => {
      if (!meeting.has(at)) return [];
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
    });
  });
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

function all(include: EndSet): Ends {
  return { include, except: [] };
}

function boxesOf({ include, except }: Ends): EndSet {
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

const knownFlows = new WeakMap<Sentence, FlowSet>();

/** The flows that a sentence speaks of. */
export function flowsIn(sentence: Sentence): FlowSet {
  const { source, destination, services } = sentence;
  const made = knownFlows.get(sentence) ?? flows.flowProduct(boxesOf(source), boxesOf(destination), services);
  knownFlows.set(sentence, made);
  return made;
}

/** Without sentences that the others of the list say together already; of two that say the same, the first stays. */
function withoutRepeats(sentences: readonly Sentence[]): readonly Sentence[] {
  const index = overlapIndex(sentences.map(flowsIn));
  const kept = new Set(sentences.keys());
  for (const at of [...sentences.keys()].reverse()) {
    const others = (box: FlowBox): FlowSet =>
      index
        .overlapping(box)
        .filter(({ owner }) => owner !== at && kept.has(owner))
        .map((row) => row.box);
    if (flowsIn(sentences[at]).every((box) => flows.findUncovered(box, others(box)) === undefined)) kept.delete(at);
  }
  return sentences.filter((_, at) => kept.has(at));
}
