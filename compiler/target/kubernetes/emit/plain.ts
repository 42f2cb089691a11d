/** Pieces that Kubernetes can say as they stand: the common case, decided by looking at the piece alone. */
import * as address from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";
import type { EndBox } from "../../../space/ends.js";
import * as values from "../../../space/values.js";
import type { Allowance, Means, Peer } from "./allowance.js";
import { blind, machinesOf, workloadsOf } from "./ground.js";
import type { Ground, WorkloadClass } from "./ground.js";
import type { Piece } from "./pieces.js";

const everyone: Peer = { kind: "everyone" };

function isEveryone(box: EndBox): boolean {
  return values.isAnyValue(box.namespace) && box.labels.size === 0 && address.isAllAddresses(box.addresses);
}

/** Addresses of pods that the box, taken as machines, would let in besides those it names. */
function addressesOfOthers(ground: Ground, workloads: EndBox | undefined): AddressSet {
  if (workloads === undefined || workloads.labels.size > 0) return ground.podAddresses();
  const covered = (kind: WorkloadClass): boolean => values.valuesWithin(kind.namespace, workloads.namespace);
  return address.unionAllAddresses(ground.classes.filter((kind) => !covered(kind)).map((kind) => kind.addresses));
}

/** The piece in up to two parts, or nothing where its addresses need care. */
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
