/** Pieces that Kubernetes can say as they stand: the common case, decided by looking at the piece alone. */
import * as address from "../../../space/address.js";
import type { EndBox } from "../../../space/ends.js";
import * as values from "../../../space/values.js";
import type { Allowance, Means, Peer } from "./allowance.js";
import { blind, workloadsOf } from "./ground.js";
import type { Ground } from "./ground.js";
import type { Piece } from "./pieces.js";

const everyone: Peer = { kind: "everyone" };

const nothing: readonly Allowance[] = [];

function isEveryone(box: EndBox): boolean {
  return values.isAnyValue(box.namespace) && box.labels.size === 0 && address.isAllAddresses(box.addresses);
}

/** The piece's pods as peers, everybody where that is what it says; no part where it has none. Nothing where their addresses need care. */
export function plainWorkloads(ground: Ground, piece: Piece): readonly Allowance[] | undefined {
  if (!ground.complete(piece.subject)) return undefined;
  const { rule, service } = piece;
  if (isEveryone(piece.peer)) return [{ rule, subject: blind(piece.subject), peer: everyone, service }];
  // Completeness is about pods, so it is the same of a box with machines, which is one object for all who ask.
  if (!ground.complete(piece.peer)) return undefined;
  const workloads = workloadsOf(piece.peer);
  if (workloads === undefined) return nothing;
  return [{ rule, subject: blind(piece.subject), peer: { kind: "workloads", box: blind(workloads) }, service }];
}

/** The piece's machines as peers; no part where it has none, or everybody is said already. Nothing where their addresses need care. */
export function plainMachines(ground: Ground, piece: Piece, means: Means): readonly Allowance[] | undefined {
  const { rule, service, peer } = piece;
  if (!peer.namespace.absent) return nothing;
  if (!ground.complete(piece.subject)) return undefined;
  if (isEveryone(peer)) return nothing;
  const others = means.addressesMatchPods ? ground.addressesBeside(peer) : address.noAddresses;
  const meetsOthers = address.addressesOverlap(peer.addresses, others);
  if (meetsOthers && address.addressesOverlap(address.intersectAddresses(peer.addresses, ground.machineAddresses), others)) return undefined;
  if (!address.addressesOverlap(peer.addresses, ground.machineAddresses)) return nothing;
  const addresses = meetsOthers ? address.subtractAddresses(peer.addresses, others) : peer.addresses;
  return [{ rule, subject: blind(piece.subject), peer: { kind: "machines", addresses }, service }];
}

/** The piece in up to two parts, or nothing where its addresses need care. */
export function sayPlainly(ground: Ground, piece: Piece, means: Means): readonly Allowance[] | undefined {
  const workloads = plainWorkloads(ground, piece);
  const machines = workloads === undefined ? undefined : plainMachines(ground, piece, means);
  if (workloads === undefined || machines === undefined) return undefined;
  return machines.length === 0 ? workloads : [...workloads, ...machines];
}
