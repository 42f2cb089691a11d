/** Decides a pair of peers in one direction: every service has one verdict, and something that gave it. */
import { everyService, isEmptyService, intersectServices, noService, protocolNumber, subtractServices, unionServices } from "../../space/service.js";
import type { ServiceSet } from "../../space/service.js";
import type { Cause, Chain, ChainEntry } from "./chains.js";
import type { Point } from "./points.js";

export interface Decision {
  readonly services: ServiceSet;
  readonly action: "allow" | "deny";
  /** None where no policy has a say, so that everything passes. */
  readonly causes: readonly Cause[];
}

/** All services that a connection can have. Port 0 is reserved and no flow has it; rules that mean every port begin at 1 as often as at 0. */
export const possibleServices: ServiceSet = [protocolNumber.tcp, protocolNumber.udp, protocolNumber.sctp].reduce<ServiceSet>(
  (rest, protocol) => subtractServices(rest, [protocol * 65536, protocol * 65536]),
  everyService,
);

/** What the owner of the chain and `peer` may exchange, where `destination` is one of the two. The decisions are disjoint, and together everything. */
export function decide(chain: Chain, peer: Point, destination: Point): readonly Decision[] {
  const out: Decision[] = [];
  const add = (services: ServiceSet, action: Decision["action"], causes: readonly Cause[]): void => {
    if (!isEmptyService(services)) out.push({ services, action, causes });
  };
  /** Goes through a tier; what is left undecided, or passed on, goes to the next. */
  const tier = (entries: readonly ChainEntry[], start: ServiceSet): ServiceSet => {
    let undecided = start;
    let passed: ServiceSet = noService;
    for (const entry of entries) {
      if (isEmptyService(undecided)) break;
      if (!entry.holds(peer)) continue;
      const taken = intersectServices(undecided, entry.services(destination));
      if (isEmptyService(taken)) continue;
      undecided = subtractServices(undecided, taken);
      if (entry.verdict === "pass") passed = unionServices(passed, taken);
      else add(taken, entry.verdict, [entry.cause]);
    }
    return unionServices(undecided, passed);
  };
  const rest = tier(chain.admin, possibleServices);
  if (chain.isolated.length > 0) {
    // Policies are one union without an order: what two of them allow, both are named for.
    let denied = rest;
    for (const { services, causes } of unionByCause(chain.network, rest, peer, destination)) {
      denied = subtractServices(denied, services);
      add(services, "allow", causes);
    }
    add(denied, "deny", chain.isolated);
  } else add(tier(chain.baseline, rest), "allow", []);
  return out;
}

/** What entries allow, cut so that each part has the same causes. */
function unionByCause(
  entries: readonly ChainEntry[],
  within: ServiceSet,
  peer: Point,
  destination: Point,
): readonly { readonly services: ServiceSet; readonly causes: readonly Cause[] }[] {
  let parts: readonly { readonly services: ServiceSet; readonly causes: readonly Cause[] }[] = [];
  for (const entry of entries) {
    if (!entry.holds(peer)) continue;
    const allowed = intersectServices(within, entry.services(destination));
    const fresh = parts.reduce<ServiceSet>((left, { services }) => subtractServices(left, services), allowed);
    const cut = parts.flatMap(({ services, causes }) => [
      { services: subtractServices(services, allowed), causes },
      { services: intersectServices(services, allowed), causes: [...causes, entry.cause] },
    ]);
    parts = [...cut, { services: fresh, causes: [entry.cause] }].filter(({ services }) => !isEmptyService(services));
  }
  return parts;
}

export function allowedServices(decisions: readonly Decision[]): ServiceSet {
  return decisions.reduce<ServiceSet>((all, { action, services }) => (action === "allow" ? unionServices(all, services) : all), noService);
}
