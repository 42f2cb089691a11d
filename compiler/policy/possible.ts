/**
 * Boxes of ends without what the axioms rule out (`universe.ts`), as far as a box can say it: the namespaces that have nobody at its
 * addresses, and the addresses that nobody of its namespaces or groups has.
 *
 * Texts of a target say `app = web` where the source knows the network too. Cut down to what can exist, both are the same box, and a
 * block of addresses outside meets no group: without that, every group would meet every such block.
 */
import * as address from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import { addressIndex } from "../space/addressIndex.js";
import { boundedCache } from "../space/boundedCache.js";
import { endIndex } from "../space/endIndex.js";
import * as ends from "../space/ends.js";
import type { EndBox } from "../space/ends.js";
import * as values from "../space/values.js";
import type { ValueSet } from "../space/values.js";
import type { Universe } from "./universe.js";

/** `a` and `b` in common, as one of them where it lies in the other: indices know address sets by identity. */
function common(a: AddressSet, b: AddressSet): AddressSet {
  if (address.addressesWithin(a, b)) return a;
  return address.addressesWithin(b, a) ? b : address.intersectAddresses(a, b);
}

/**
 * A function that gives a box with the same ends that can exist, and no more ends than the given one has: the same object where nothing
 * goes, nothing where no end of it can exist. Some that cannot exist may stay.
 */
export function trimmer(universe: Universe): (box: EndBox) => EndBox | undefined {
  if (universe.impossible.length === 0) return (box) => box;
  const machines = machineAddresses(universe);
  const inhabited = inhabitedOf(universe, machines);
  const reach = reachOf(universe, machines);
  const ofGroups = groupAddresses(universe);
  return (box) => {
    const namespace = inhabited(box.addresses)(box.namespace);
    if (values.isNoValue(namespace)) return undefined;
    const addresses = ofGroups(box).reduce(common, common(box.addresses, reach(namespace)));
    if (addresses === box.addresses && namespace === box.namespace) return box;
    return ends.endBox({ namespace, labels: box.labels, addresses });
  };
}

/** Where there can be machines: axiom 5. */
function machineAddresses({ policy, surroundings }: Universe): AddressSet {
  const hosts = address.unionAllAddresses(policy.tenants.flatMap((tenant) => tenant.groups.map((group) => group.hosts)));
  return address.complementAddresses(address.subtractAddresses(surroundings.podAddresses, hosts));
}

/**
 * What is left of a set of namespaces when those go that can have nobody at some addresses; the same object where none goes. Most addresses
 * are alike in this: the blocks outside have the same inhabitants, so that their namespaces are named once and not block by block.
 */
function inhabitedOf(universe: Universe, machines: AddressSet): (addresses: AddressSet) => (set: ValueSet) => ValueSet {
  const { tenants } = universe.policy;
  const index = addressIndex(tenants.map(({ name }) => universe.workloadAddresses(name)));
  const foreignAddresses = universe.workloadAddresses(undefined);
  const known = new Map<string, (set: ValueSet) => ValueSet>();
  return boundedCache(1024, (addresses) => {
    const positions = new Set(index.overlapping(addresses));
    const foreign = address.addressesOverlap(addresses, foreignAddresses);
    const absent = address.addressesOverlap(addresses, machines);
    const key = `${[...positions].sort((a, b) => a - b).join(",")} ${foreign} ${absent}`;
    const same = known.get(key);
    if (same !== undefined) return same;
    const namespacesOf = (has: boolean) => tenants.flatMap(({ namespaces }, at) => (positions.has(at) === has ? namespaces : []));
    const there: ValueSet = { ...(foreign ? values.noneOf(namespacesOf(false)) : values.oneOf(namespacesOf(true))), absent };
    const made = boundedCache(1024, (set: ValueSet) => {
      const left = values.intersectValues(set, there);
      return values.valuesEqual(left, set) ? set : left;
    });
    known.set(key, made);
    return made;
  });
}

/** Addresses that an end in one of the namespaces can have. */
function reachOf(universe: Universe, machines: AddressSet): (namespace: ValueSet) => AddressSet {
  const known = new Map<string, AddressSet>();
  const made = (namespace: ValueSet): AddressSet => {
    const names = [...universe.tenantOfNamespace.keys()].filter((name) => values.hasValue(namespace, name));
    const tenants = new Set(names.map((name) => universe.tenantOfNamespace.get(name)?.name));
    const foreign = namespace.kind === "notIn" || namespace.values.some((name) => !universe.tenantOfNamespace.has(name));
    const sets = [...tenants, ...(foreign ? [undefined] : [])].map(universe.workloadAddresses);
    return address.unionAllAddresses(namespace.absent ? [...sets, machines] : sets);
  };
  return boundedCache(1024, (namespace) => {
    const key = `${namespace.kind} ${namespace.absent} ${namespace.values.join(",")}`;
    const same = known.get(key);
    if (same !== undefined) return same;
    const addresses = made(namespace);
    known.set(key, addresses);
    return addresses;
  });
}

/** The addresses of each group that holds a box, where they say more than those of its tenant do: axiom 1. */
function groupAddresses(universe: Universe): (box: EndBox) => readonly AddressSet[] {
  const narrow = universe.policy.tenants.flatMap((tenant) =>
    tenant.groups.flatMap((group) =>
      universe
        .endsOf({ include: [{ kind: "group", tenant: tenant.name, group: group.name }], except: [] })
        .filter((box) => !ends.isBare(box) && !address.addressesEqual(box.addresses, universe.workloadAddresses(tenant.name))),
    ),
  );
  if (narrow.length === 0) return () => [];
  const index = endIndex(narrow.map((box) => ({ ...box, addresses: address.allAddresses })));
  return (box) => (ends.isBare(box) ? [] : index.holding(box).map((at) => narrow[at].addresses));
}
