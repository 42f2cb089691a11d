/**
 * Pods of no tenant that a piece names by addresses, as `allow 198.51.100.0/24 -> web` does beside machines. No group narrows where they can be, so
 * each of them may also have another address, where it is denied unless a piece names it there. Where there is an address that no piece nearby
 * names, nothing of these pods can be said (see `careful.ts`), and that is known without taking flows apart.
 */
import * as address from "../../../space/address.js";
import type { AddressSet, Family } from "../../../space/address.js";
import type { EndBox } from "../../../space/ends.js";
import * as intervals from "../../../space/intervals.js";
import { familyServices, servicesOverlap, servicesWithin } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import * as values from "../../../space/values.js";
import type { AllowedFlow, Loss } from "./allowance.js";
import type { Ground, WorkloadClass } from "./ground.js";
import { namedForeign } from "./near.js";
import type { Near } from "./near.js";
import { flowOf } from "./pieces.js";
import type { Direction, Piece } from "./pieces.js";

/** What the piece loses of its pods, which is all of them; nothing where this is not how to tell. */
export function foreignLosses(ground: Ground, direction: Direction, piece: Piece, near: Near): readonly Loss[] | undefined {
  const { rule, service } = piece;
  const peers = foreignPeers(ground.foreign, piece.peer);
  if (peers === undefined || !ground.complete(piece.subject)) return undefined;
  const sameService = (other: Piece): boolean => servicesOverlap(other.service, service);
  // Once for all services, which is the rule; where all that is named leaves no address, for this service.
  const denied =
    isDeniedElsewhere(ground.foreign, near.namedForeign(), service, near) ||
    isDeniedElsewhere(ground.foreign, namedForeign(ground, near.pieces.filter(sameService)), service, near);
  if (!denied) return undefined;
  const company = near.pieces.filter(
    (other) =>
      other !== piece &&
      sameService(other) &&
      address.addressesOverlap(other.peer.addresses, peers.addresses) &&
      values.valuesOverlap(other.peer.namespace, peers.namespace),
  );
  const others = company.flatMap((other): readonly AllowedFlow[] => {
    const box = flowOf(direction, other.subject, other.peer, other.service);
    return box === undefined ? [] : [{ rule: other.rule, box }];
  });
  return near.there.flatMap(([own, subject]): readonly Loss[] => {
    const flow = flowOf(direction, subject, peers, service);
    const cause = ground.foreign.unknown || own.unknown ? "unknown" : "address";
    return flow === undefined ? [] : [{ rule, cause, flows: [flow], company: others }];
  });
}

/** The pods of a peer where all of them are of no tenant, with no more asked of them than addresses. */
function foreignPeers(foreign: WorkloadClass, peer: EndBox): EndBox | undefined {
  const namespace = values.intersectValues(peer.namespace, values.anyPresent);
  if (peer.labels.size > 0 || values.isNoValue(namespace) || !values.valuesWithin(namespace, foreign.namespace)) return undefined;
  if (!address.addressesOverlap(peer.addresses, foreign.addresses)) return undefined;
  const within = address.addressesWithin(peer.addresses, foreign.addresses);
  const addresses = within ? peer.addresses : address.intersectAddresses(peer.addresses, foreign.addresses);
  return { namespace, labels: peer.labels, addresses };
}

/** Whether pods of no tenant can be where nobody names them, in a family in which each of the services and all of the subject's pods are. */
function isDeniedElsewhere({ addresses }: WorkloadClass, named: AddressSet, service: ServiceSet, near: Near): boolean {
  const inFamily = (family: Family): boolean => servicesWithin(service, familyServices(family)) && near.coversColumns(family);
  return (!intervals.within(addresses.v4, named.v4) && inFamily(4)) || (!intervals.within(addresses.v6, named.v6) && inFamily(6));
}
