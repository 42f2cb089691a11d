/**
 * Few entries for many allowances of the same pods: each peer once with all its services, then each set of services once with all its
 * peers. Exact, since an object's entries are a union.
 */
import type { Rule } from "../../../policy/model.js";
import * as address from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";
import type { EndBox } from "../../../space/ends.js";
import { servicesWithin, unionServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import { addressesKey, columnKey, servicesKey } from "./keys.js";
import type { Allowance, Peer } from "./allowance.js";

/** Peers that may use a service. `everyone` leaves nothing to list. */
export interface Entry {
  readonly everyone: boolean;
  readonly workloads: readonly EndBox[];
  readonly machines: AddressSet;
  readonly service: ServiceSet;
  /** Rules that the entry comes from, in order; `undefined` for the tenant's default. */
  readonly rules: readonly (Rule | undefined)[];
}

interface Row {
  readonly peer: Peer;
  service: ServiceSet;
  readonly rules: Set<Rule | undefined>;
}

function peerKey(peer: Peer): string {
  switch (peer.kind) {
    case "everyone":
      return "everyone";
    case "workloads":
      return `w${columnKey(peer.box)}`;
    case "machines":
      return `m${addressesKey(peer.addresses)}`;
  }
}

function rowsByPeer(allowances: readonly Allowance[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const { peer, service, rule } of allowances) {
    const key = peerKey(peer);
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { peer, service, rules: new Set([rule]) });
    else {
      row.service = unionServices(row.service, service);
      row.rules.add(rule);
    }
  }
  return [...rows.values()];
}

export function mergeAllowances(allowances: readonly Allowance[]): readonly Entry[] {
  if (allowances.length < 2) return allowances.map(entryOfOne);
  const rows = rowsByPeer(allowances);
  const open = rows.find((row) => row.peer.kind === "everyone");
  const byService = new Map<string, Row[]>();
  for (const row of rows) {
    if (open !== undefined && row !== open && servicesWithin(row.service, open.service)) {
      row.rules.forEach((rule) => open.rules.add(rule));
      continue;
    }
    const key = servicesKey(row.service);
    const same = byService.get(key);
    if (same === undefined) byService.set(key, [row]);
    else same.push(row);
  }
  return [...byService.values()].map(entryOf);
}

function entryOfOne({ peer, service, rule }: Allowance): Entry {
  return {
    everyone: peer.kind === "everyone",
    workloads: peer.kind === "workloads" ? [peer.box] : [],
    machines: peer.kind === "machines" ? peer.addresses : address.noAddresses,
    service,
    rules: [rule],
  };
}

function entryOf(same: readonly Row[]): Entry {
  return {
    everyone: same.some((row) => row.peer.kind === "everyone"),
    workloads: same.flatMap((row) => (row.peer.kind === "workloads" ? [row.peer.box] : [])),
    machines: address.unionAllAddresses(same.flatMap((row) => (row.peer.kind === "machines" ? [row.peer.addresses] : []))),
    service: same[0].service,
    rules: [...new Set(same.flatMap((row) => [...row.rules]))],
  };
}
