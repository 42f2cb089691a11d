/**
 * One side of a tenant, egress or ingress, told in a form in which the order of rules does not matter (`sentences.ts` says what for).
 */
import type { ObjectName } from "../../manifests/model.js";
import type { Action } from "../../policy/model.js";
import * as ends from "../../space/ends.js";
import type { EndSet } from "../../space/ends.js";
import * as flows from "../../space/flows.js";
import type { FlowBox, FlowSet } from "../../space/flows.js";
import type { Direction, Meaning, MeantPolicy, Product } from "./meaning.js";
import { flowsOf } from "./reading.js";

export interface Allowed extends Product {
  readonly owner: ObjectName;
}

/** One side of a tenant. */
export interface Side {
  readonly decided: readonly { readonly flows: FlowSet; readonly action: Action; readonly owner: ObjectName }[];
  readonly allowed: readonly Allowed[];
  /** Pods that policies isolate, by the policy. */
  readonly isolated: readonly { readonly subjects: EndSet; readonly owner: ObjectName }[];
  /** What the Baseline tier denies. */
  readonly baseline: readonly { readonly flows: FlowSet; readonly owner: ObjectName }[];
}

/** The side of the pods in `own`, which are those of one namespace. */
export function sideOf(meaning: Meaning, own: EndSet, direction: Direction): Side {
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

export function overlap(a: FlowSet, b: FlowSet): boolean {
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

export function insideOf({ source, destination, service }: FlowBox, own: EndSet): FlowSet {
  return flows.flowProduct(ends.intersectEnds([source], own), ends.intersectEnds([destination], own), service);
}

function acrossOf({ source, destination, service }: FlowBox, own: EndSet, direction: Direction): FlowSet {
  return direction === "ingress"
    ? flows.flowProduct(ends.subtractEnds([source], own), [destination], service)
    : flows.flowProduct([source], ends.subtractEnds([destination], own), service);
}

/** The part of a box whose pods of this side are in the namespace. */
export function within(box: FlowBox, own: EndSet, direction: Direction): FlowSet {
  return direction === "ingress"
    ? flows.flowProduct([box.source], ends.intersectEnds([box.destination], own), box.service)
    : flows.flowProduct(ends.intersectEnds([box.source], own), [box.destination], box.service);
}
