/** Who may talk to whom on what: every pair of workloads, and every workload with ranges of addresses outside. */
import { intersectServices, isEmptyService, servicesEqual } from "../../space/service.js";
import type { ServiceSet } from "../../space/service.js";
import type { Address } from "../../space/address.js";
import type { Manifests } from "../model.js";
import type { AddressFacts } from "./blocks.js";
import { chainMaker } from "./chains.js";
import type { Chain } from "./chains.js";
import { allowedServices, decide } from "./decide.js";
import type { Decision } from "./decide.js";
import { externalPoints, externalTitle, workloadPoints } from "./points.js";
import type { ExternalPoint, Point, WorkloadPoint } from "./points.js";

export type PeerName =
  | { readonly kind: "workload"; readonly title: string; readonly namespace: string; readonly name: string; readonly of: string }
  | { readonly kind: "external"; readonly title: string; readonly first: Address; readonly last: Address };

export interface Connection {
  readonly source: PeerName;
  readonly destination: PeerName;
  /** Empty where nothing is allowed, which only `explain` asks for. */
  readonly services: ServiceSet;
  /** What the source's policies decide; absent for a source outside. */
  readonly egress?: readonly Decision[];
  /** What the destination's policies decide; absent for a destination outside. */
  readonly ingress?: readonly Decision[];
}

export interface Question {
  readonly facts: AddressFacts;
  /** Only connections with one of these workloads: `name`, `namespace/name` or `namespace/name[Kind]`; all where there are none. */
  readonly focus?: readonly string[];
  /** Pairs that may exchange nothing as well, and ranges outside apart where other rules decide about them. */
  readonly explain?: boolean;
}

/** In order of source, then destination. A workload's connections with itself are left out. */
export function connections(manifests: Manifests, { facts, focus = [], explain = false }: Question): readonly Connection[] {
  const workloads = workloadPoints(manifests, facts);
  const outside = externalPoints(manifests);
  const chainOf = chainMaker(manifests, facts);
  const sides = workloads.map((point) => ({ point, egress: chainOf(point, "egress"), ingress: chainOf(point, "ingress") }));
  const asked = (point: WorkloadPoint): boolean => focus.length === 0 || focus.some((word) => isNamed(point, word));
  const found = sides.flatMap((source) => {
    const between = sides.flatMap((destination) =>
      source !== destination && (asked(source.point) || asked(destination.point))
        ? [connection({ ...source, chain: source.egress }, { ...destination, chain: destination.ingress })]
        : [],
    );
    if (!asked(source.point)) return between;
    const out = outside.map((point) => connection({ ...source, chain: source.egress }, { point }));
    const into = outside.map((point) => connection({ point }, { ...source, chain: source.ingress }));
    return [...between, ...merged(out, "destination", explain), ...merged(into, "source", explain)];
  });
  return found.filter(({ services }) => explain || !isEmptyService(services)).sort(byTitles);
}

/** Whether a word of `focus` names a workload. */
export function isNamed({ title, namespace, name }: WorkloadPoint, word: string): boolean {
  return word === title || word === `${namespace}/${name}` || word === name;
}

function byTitles(a: Connection, b: Connection): number {
  const compare = (left: PeerName, right: PeerName): number => {
    if (left.kind === "external" && right.kind === "external") return compareAddresses(left.first, right.first);
    return left.title < right.title ? -1 : left.title > right.title ? 1 : 0;
  };
  return compare(a.source, b.source) || compare(a.destination, b.destination);
}

function compareAddresses(a: Address, b: Address): number {
  return a.family - b.family || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0);
}

interface Side {
  readonly point: Point;
  /** Absent outside, where no policy is asked. */
  readonly chain?: Chain;
}

function connection(source: Side, destination: Side): Connection {
  const egress = source.chain === undefined ? undefined : decide(source.chain, destination.point, destination.point);
  const ingress = destination.chain === undefined ? undefined : decide(destination.chain, source.point, destination.point);
  const allowed = [egress, ingress].flatMap((decisions) => (decisions === undefined ? [] : [allowedServices(decisions)]));
  return {
    source: nameOf(source.point),
    destination: nameOf(destination.point),
    services: allowed.reduce(intersectServices),
    ...(egress === undefined ? {} : { egress }),
    ...(ingress === undefined ? {} : { ingress }),
  };
}

function nameOf(point: Point): PeerName {
  if (point.kind === "external") return externalName(point);
  const { title, namespace, name, of } = point;
  return { kind: "workload", title, namespace, name, of };
}

function externalName({ first, last }: Pick<ExternalPoint, "first" | "last">): PeerName {
  return { kind: "external", title: externalTitle(first, last), first, last };
}

/** Ranges that follow each other with the same services as one; where it is to be explained, only with the same decisions. */
function merged(list: readonly Connection[], end: "source" | "destination", explain: boolean): readonly Connection[] {
  const out: Connection[] = [];
  for (const next of list) {
    const last = out.at(-1);
    const left = last?.[end];
    const right = next[end];
    const together = last !== undefined && servicesEqual(last.services, next.services) && (!explain || sameDecisions(last, next));
    if (together && left?.kind === "external" && right.kind === "external" && left.first.family === right.first.family) {
      out[out.length - 1] = { ...last, [end]: externalName({ first: left.first, last: right.last }) };
    } else out.push(next);
  }
  return out;
}

function sameDecisions(a: Connection, b: Connection): boolean {
  const key = ({ egress, ingress }: Connection): string =>
    JSON.stringify([egress, ingress], (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  return key(a) === key(b);
}
