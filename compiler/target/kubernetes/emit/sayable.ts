/**
 * The largest part of what a tenant's pods may receive or send that Kubernetes can say, and what is lost.
 *
 * Whatever cannot be told apart is denied: the emitted set is a subset of the allowed one under both readings of `ipBlock`. With N the
 * flows that can exist and are denied, a flow is said unless
 *
 *  - N holds a flow between the same two pods at other addresses (selectors are blind to addresses), or
 *  - its peer is a machine and N holds the flow of a pod that can have the machine's address (an `ipBlock` may match pods).
 *
 * INVARIANT: this depends on the allowed set as a whole and on no piece of it, so a flow that one piece loses is said by none.
 */
import type { Rule } from "../../../policy/model.js";
import * as address from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";
import * as ends from "../../../space/ends.js";
import type { EndBox, EndSet } from "../../../space/ends.js";
import { endIndex } from "../../../space/endIndex.js";
import * as flows from "../../../space/flows.js";
import type { FlowBox, FlowSet } from "../../../space/flows.js";
import { everyService, familyServices, intersectServices, isEmptyService, subtractServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import * as values from "../../../space/values.js";
import { blind, machinesAt, machinesOf, workloadsOf } from "./ground.js";
import type { Ground, WorkloadClass } from "./ground.js";
import { flowOf, sides } from "./pieces.js";
import type { Direction, Piece } from "./pieces.js";
import { portZero, sayable } from "./ports.js";

export type Peer =
  | { readonly kind: "everyone" }
  /** Pods at whatever address. */
  | { readonly kind: "workloads"; readonly box: EndBox }
  | { readonly kind: "machines"; readonly addresses: AddressSet };

/** What an object says: these pods may receive from, or send to, this peer. */
export interface Allowance {
  readonly rule?: Rule;
  /** Blind to addresses. */
  readonly subject: EndBox;
  readonly peer: Peer;
  /** Sayable by ports. */
  readonly service: ServiceSet;
}

/**
 * `protocol`: no port says it. `portZero`: ports start at 1. `address`: pods told apart by address. `unknown`: nothing says which
 * addresses pods have. `machine`: a machine at an address that a denied pod may have.
 */
export type Cause = "protocol" | "portZero" | "address" | "unknown" | "machine";

/** Allowed flows that the objects deny. */
export interface Loss {
  readonly rule?: Rule;
  readonly cause: Cause;
  readonly flows: FlowSet;
}

export interface Said {
  readonly allowances: readonly Allowance[];
  readonly losses: readonly Loss[];
}

/** What the object that a piece goes into can say. */
export interface Means {
  /** Whether a peer given by addresses may match pods at these addresses too, so that pods that are denied have to be kept out. */
  readonly addressesMatchPods: boolean;
  /** Whether a protocol can be said without ports. */
  readonly wholeProtocols: boolean;
}

export const networkPolicyMeans: Means = { addressesMatchPods: true, wholeProtocols: true };

const everyone: Peer = { kind: "everyone" };
const otherThanPortZero = subtractServices(everyService, portZero);

function isEveryone(box: EndBox): boolean {
  return values.isAnyValue(box.namespace) && box.labels.size === 0 && address.isAllAddresses(box.addresses);
}

/** The ends of a peer, machines alone where it is given by addresses. */
export function peerBox(peer: Peer): EndBox | undefined {
  switch (peer.kind) {
    case "everyone":
      return ends.everyEnd;
    case "workloads":
      return peer.box;
    case "machines":
      return machinesAt(peer.addresses);
  }
}

/** Says pieces of one tenant in one direction, one by one. `all` is everything allowed there. */
export function pieceSayer(ground: Ground, direction: Direction, all: readonly Piece[], means: Means): (piece: Piece) => Said {
  const bySubject = endIndex(all.map((piece) => piece.subject));
  const near = (piece: Piece): FlowSet =>
    bySubject.overlapping(blind(piece.subject)).flatMap((at) => flowOf(direction, all[at].subject, all[at].peer, all[at].service) ?? []);
  return (piece) => {
    const plain = sayPlainly(ground, piece, means);
    const { parts, losses } = plain === undefined ? sayCarefully(ground, direction, piece, near(piece), means) : { parts: plain, losses: [] };
    const allowances = parts.flatMap((part) => {
      const service = sayable(part.service, means.wholeProtocols);
      return isEmptyService(service) ? [] : [service === part.service ? part : { ...part, service }];
    });
    const unsaid = parts.flatMap((part) =>
      serviceLosses(direction, piece, part, subtractServices(part.service, sayable(part.service, means.wholeProtocols))),
    );
    return { allowances, losses: unsaid.length === 0 ? losses : [...losses, ...unsaid] };
  };
}

/** Says all pieces of one tenant in one direction. */
export function sayPieces(ground: Ground, direction: Direction, pieces: readonly Piece[], means: Means): Said {
  const said = pieces.map(pieceSayer(ground, direction, pieces, means));
  return { allowances: said.flatMap((one) => one.allowances), losses: said.flatMap((one) => one.losses) };
}

/** What of a piece is lost to services; a part of it may hold more than the piece, because it is blind to addresses. */
function serviceLosses(direction: Direction, piece: Piece, part: Allowance, lost: ServiceSet): readonly Loss[] {
  if (isEmptyService(lost)) return [];
  const said = peerBox(part.peer);
  const peer = said === undefined ? undefined : ends.intersectEndBoxes(piece.peer, said);
  const subject = ends.intersectEndBoxes(piece.subject, part.subject);
  return peer === undefined || subject === undefined ? [] : unsaidServices(direction, { ...piece, subject, peer, service: lost });
}

/** Losses for a piece of services that no port says. */
export function unsaidServices(direction: Direction, { rule, subject, peer, service }: Piece): readonly Loss[] {
  const parts: readonly (readonly [Cause, ServiceSet])[] = [
    ["protocol", intersectServices(service, otherThanPortZero)],
    ["portZero", intersectServices(service, portZero)],
  ];
  return parts.flatMap(([cause, lost]) => {
    const flow = flowOf(direction, subject, peer, lost);
    return flow === undefined ? [] : [{ rule, cause, flows: [flow] }];
  });
}

/** Addresses of pods that the box, taken as machines, would let in besides those it names. */
function addressesOfOthers(ground: Ground, workloads: EndBox | undefined): AddressSet {
  const covered = (kind: WorkloadClass): boolean =>
    workloads !== undefined && workloads.labels.size === 0 && values.valuesWithin(kind.namespace, workloads.namespace);
  return address.unionAllAddresses(ground.classes.filter((kind) => !covered(kind)).map((kind) => kind.addresses));
}

/** The piece as it stands, or nothing where its addresses need care. */
export function sayPlainly(ground: Ground, piece: Piece, means: Means): readonly Allowance[] | undefined {
  if (!ground.complete(piece.subject)) return undefined;
  const workloads = workloadsOf(piece.peer);
  if (workloads !== undefined && !ground.complete(workloads)) return undefined;
  const { rule, service } = piece;
  const subject = blind(piece.subject);
  if (isEveryone(piece.peer)) return [{ rule, subject, peer: everyone, service }];
  const out: Allowance[] = workloads === undefined ? [] : [{ rule, subject, peer: { kind: "workloads", box: blind(workloads) }, service }];
  const machines = machinesOf(piece.peer);
  if (machines === undefined) return out;
  const others = means.addressesMatchPods ? addressesOfOthers(ground, workloads) : address.noAddresses;
  const possible = address.intersectAddresses(machines.addresses, ground.machineAddresses);
  if (address.addressesOverlap(possible, others)) return undefined;
  if (address.isEmptyAddresses(possible)) return out;
  return [...out, { rule, subject, peer: { kind: "machines", addresses: address.subtractAddresses(machines.addresses, others) }, service }];
}

/** The pods of a box with the addresses that each class of pods can have. */
function placed(ground: Ground, box: EndBox): readonly (readonly [WorkloadClass, EndBox])[] {
  return ground.classes.flatMap((kind) => {
    const made = ends.intersectEndBoxes(box, { namespace: kind.namespace, labels: new Map(), addresses: kind.addresses });
    return made === undefined ? [] : [[kind, made] as const];
  });
}

/** Those of them that can exist. */
function existing(ground: Ground, box: EndBox): readonly (readonly [WorkloadClass, EndBox])[] {
  return placed(ground, box).filter(([, part]) => ground.possible(part) !== undefined);
}

function sayCarefully(
  ground: Ground,
  direction: Direction,
  piece: Piece,
  allowed: FlowSet,
  means: Means,
): { readonly parts: readonly Allowance[]; readonly losses: readonly Loss[] } {
  const { rule, service } = piece;
  const subject = blind(piece.subject);
  const owns = existing(ground, piece.subject);
  if (owns.length === 0) return { parts: [], losses: [] };
  const subjects = placed(ground, subject).map(([, box]) => box);

  /** Denied flows of the subjects with these peers. */
  const denied = (peers: EndSet): readonly { readonly subject: EndBox; readonly peer: EndBox; readonly service: ServiceSet }[] =>
    peers
      .flatMap((peer) => subjects.flatMap((own) => flowOf(direction, own, peer, service) ?? []))
      .flatMap((box) => flows.uncoveredParts(box, allowed))
      .flatMap(inPossibleFamilies)
      .map((box) => ({ ...sides(direction, box), service: box.service }))
      .filter((side) => ground.possible(side.subject) !== undefined && ground.possible(side.peer) !== undefined);
  const columns = (box: EndBox): EndSet => ends.subtractEnds([blind(box)], ground.ruledOut(box));
  const block = (peers: EndSet, own: EndBox, what: ServiceSet): FlowSet =>
    peers.flatMap((peer) => columns(own).flatMap((column) => flowOf(direction, column, peer, what) ?? []));

  const parts: Allowance[] = [];
  const losses: Loss[] = [];
  const say = (whole: EndBox, blocked: FlowSet, peerOf: (box: EndBox) => Peer): FlowSet => {
    const start = flowOf(direction, subject, whole, service);
    const said = start === undefined ? [] : flows.subtractFlows([start], blocked);
    for (const box of said) {
      const side = sides(direction, box);
      parts.push({ rule, subject: side.subject, peer: peerOf(side.peer), service: box.service });
    }
    return said;
  };
  const lose = (boxes: FlowSet, said: FlowSet, cause: Cause): void => {
    const lost = flows.subtractFlows(boxes, said);
    if (lost.length > 0) losses.push({ rule, cause, flows: lost });
  };

  const workloads = workloadsOf(piece.peer);
  const others = workloads === undefined ? [] : existing(ground, workloads);
  // Pods that cannot be at these addresses are not spoken of.
  const namespace = others.reduce((union, [kind]) => values.unionValues(union, kind.namespace), values.noValue);
  const named = workloads === undefined ? undefined : ends.endBox({ ...blind(workloads), namespace: values.intersectValues(workloads.namespace, namespace) });
  if (named !== undefined) {
    const peers = placed(ground, named).map(([, box]) => box);
    const blocked = denied(peers).flatMap((side) => block(columns(side.peer), side.subject, side.service));
    const said = say(named, blocked, (box) => ({ kind: "workloads", box }));
    for (const [kind, box] of others) {
      for (const [own, part] of owns) {
        const whole = flowOf(direction, part, box, service);
        if (whole !== undefined) lose([whole], said, kind.unknown || own.unknown ? "unknown" : "address");
      }
    }
  }

  const machines = machinesOf(piece.peer);
  const possible = machines === undefined ? undefined : machinesAt(address.intersectAddresses(machines.addresses, ground.machineAddresses));
  if (machines !== undefined && possible !== undefined) {
    const podsThere = !means.addressesMatchPods ? [] : placed(ground, { namespace: values.anyPresent, labels: new Map(), addresses: machines.addresses }).map(([, box]) => box);
    const shadows = (peers: EndSet): FlowSet =>
      denied(peers).flatMap((side) => {
        const shadow = machinesAt(ground.addressesLeft(side.peer));
        return shadow === undefined ? [] : block([shadow], side.subject, side.service);
      });
    const apart = shadows([possible]);
    const said = say(machines, [...apart, ...shadows(podsThere)], (box) => ({ kind: "machines", addresses: box.addresses }));
    for (const [own, part] of owns) {
      const start = flowOf(direction, part, possible, service);
      const whole = start === undefined ? [] : [start];
      const withoutShadows = flows.subtractFlows(whole, apart);
      lose(whole, withoutShadows, own.unknown ? "unknown" : "address");
      for (const [cause, box] of byPlace(ground, direction, withoutShadows)) lose([box], said, cause);
    }
  }
  return { parts, losses };
}

/** The box without addresses of a family in which it has no flow: an address of the other end must not count for it. */
function inPossibleFamilies(box: FlowBox): FlowSet {
  return ([4, 6] as const).flatMap((family) => {
    const only = (end: EndBox): EndBox | undefined =>
      ends.endBox({ ...end, addresses: family === 4 ? { v4: end.addresses.v4, v6: [] } : { v4: [], v6: end.addresses.v6 } });
    return flows.flowBox(only(box.source), only(box.destination), intersectServices(box.service, familyServices(family))) ?? [];
  });
}

/** Flows of machines at addresses where pods are known to be, and of those where nothing says that there are none. */
function byPlace(ground: Ground, direction: Direction, boxes: FlowSet): readonly (readonly [Cause, FlowBox])[] {
  const known = address.unionAllAddresses(ground.classes.filter((kind) => !kind.unknown).map((kind) => kind.addresses));
  const places: readonly (readonly [Cause, AddressSet])[] = [
    ["machine", known],
    ["unknown", address.complementAddresses(known)],
  ];
  return boxes.flatMap((box) => {
    const side = sides(direction, box);
    return places.flatMap(([cause, addresses]) => {
      const peer = machinesAt(address.intersectAddresses(side.peer.addresses, addresses));
      const flow = peer === undefined ? undefined : flowOf(direction, side.subject, peer, box.service);
      return flow === undefined ? [] : [[cause, flow] as const];
    });
  });
}
