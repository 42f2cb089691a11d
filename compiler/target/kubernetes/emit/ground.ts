/**
 * What Kubernetes can tell apart. Its selectors see the namespace and the labels of a pod and never its address; an `ipBlock` sees an
 * address, and whether it also sees pods at that address is up to the network plugin. So the emitter asks of every set of ends:
 * which pods can be there, and does the set hold all addresses that they can have?
 */
import { once } from "../../../once.js";
import { boundedCache } from "../../../space/boundedCache.js";
import type { Tenant } from "../../../policy/model.js";
import type { Universe } from "../../../policy/universe.js";
import * as address from "../../../space/address.js";
import type { AddressSet, Family } from "../../../space/address.js";
import * as ends from "../../../space/ends.js";
import type { EndBox, EndSet } from "../../../space/ends.js";
import { endIndex } from "../../../space/endIndex.js";
import * as values from "../../../space/values.js";
import type { ValueSet } from "../../../space/values.js";

/** The workloads of one tenant, or those of none (`tenant` absent), and where they can have addresses. */
export interface WorkloadClass {
  readonly tenant?: string;
  readonly namespace: ValueSet;
  readonly addresses: AddressSet;
  /** Whether nothing in the project says where these pods get addresses. */
  readonly unknown: boolean;
}

export interface Ground {
  readonly universe: Universe;
  readonly classes: readonly WorkloadClass[];
  /** That of the pods of no tenant, which no group narrows. */
  readonly foreign: WorkloadClass;
  /** Where a machine that is no pod can be. */
  readonly machineAddresses: AddressSet;
  /** Where pods are known to be, and where nothing says that there are none. */
  readonly podPlaces: () => { readonly known: AddressSet; readonly unknown: AddressSet };
  /** Addresses of networks and hosts of one tenant. */
  readonly addressesOf: (tenant: string) => AddressSet;
  /** Addresses of pods that a box, taken as machines, would let in besides those it names. */
  readonly addressesBeside: (box: EndBox) => AddressSet;
  /** Whether the pods that a box names can have no address outside it, so that a selector alone says the box. Its machines do not count. */
  readonly complete: (box: EndBox) => boolean;
  /** Some part of the box that can exist. */
  readonly possible: (box: EndBox) => EndBox | undefined;
  /** Pods of a box that cannot be at any of these addresses, because a group's network says so: as columns, blind to addresses. */
  readonly ruledOut: (box: EndBox) => EndSet;
  /** The addresses of a box without those that no end of it can have. May keep some where only several groups together rule them out. */
  readonly addressesLeft: (box: EndBox) => AddressSet;
}

const blindBoxes = new WeakMap<EndBox, EndBox>();

/** The same pods at any address; the same object for the same box. */
export function blind(box: EndBox): EndBox {
  if (box.addresses === address.allAddresses) return box;
  const known = blindBoxes.get(box);
  if (known !== undefined) return known;
  const made = { ...box, addresses: address.allAddresses };
  blindBoxes.set(box, made);
  return made;
}

/** The part of a box that is pods, and the part that is machines. */
export function workloadsOf(box: EndBox): EndBox | undefined {
  return box.namespace.absent ? ends.endBox({ ...box, namespace: values.intersectValues(box.namespace, values.anyPresent) }) : box;
}

export function machinesOf(box: EndBox): EndBox | undefined {
  return box.namespace.absent ? ends.endBox({ namespace: values.onlyAbsent, addresses: box.addresses }) : undefined;
}

export function machinesAt(addresses: AddressSet): EndBox | undefined {
  return ends.endBox({ namespace: values.onlyAbsent, addresses });
}

/** The part of a box at addresses of one family; the box itself where it has no others. */
export function familyPart(box: EndBox, family: Family): EndBox | undefined {
  const { v4, v6 } = box.addresses;
  if (family === 4) return v6.length === 0 ? box : ends.endBox({ ...box, addresses: { v4, v6: [] } });
  return v4.length === 0 ? box : ends.endBox({ ...box, addresses: { v4: [], v6 } });
}

export function workloadsOfTenant(tenant: Tenant): EndBox {
  return { namespace: values.oneOf(tenant.namespaces), labels: new Map(), addresses: address.allAddresses };
}

function classesOf(universe: Universe): Pick<Ground, "classes" | "foreign"> {
  const podsUnknown = address.isEmptyAddresses(universe.surroundings.podAddresses);
  const namespace = values.intersectValues(values.noneOf([...universe.tenantOfNamespace.keys()]), values.anyPresent);
  const foreign = { namespace, addresses: universe.workloadAddresses(undefined), unknown: podsUnknown };
  const ofTenants = universe.policy.tenants.map((tenant) => ({
    tenant: tenant.name,
    namespace: values.oneOf(tenant.namespaces),
    addresses: universe.workloadAddresses(tenant.name),
    unknown: podsUnknown && tenant.networks.every((network) => address.isEmptyAddresses(network.addresses)),
  }));
  return { classes: [...ofTenants, foreign], foreign };
}

/** Goes depth first and stops at the first piece that no cover touches. */
function firstUncovered(box: EndBox, covers: readonly EndBox[], from: number): EndBox | undefined {
  for (let at = from; at < covers.length; at++) {
    if (!ends.endBoxesOverlap(box, covers[at])) continue;
    for (const piece of ends.subtractEndBox(box, covers[at])) {
      const found = firstUncovered(piece, covers, at + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return box;
}

export function makeGround(universe: Universe): Ground {
  const { classes, foreign } = classesOf(universe);
  const index = endIndex(universe.impossible);
  const impossibleMeeting = (box: EndBox): EndSet => index.overlapping(box).map((position) => universe.impossible[position]);
  const machineAddresses = address.subtractAddresses(
    address.allAddresses,
    address.unionAllAddresses(universe.impossible.filter(ends.isBare).map((box) => box.addresses)),
  );
  const ownAddresses = new Map(
    [...universe.tenantEnds].map(([tenant, set]) => [
      tenant,
      address.unionAllAddresses(set.filter((box) => box.namespace.absent).map((box) => box.addresses)),
    ]),
  );

  // What can exist of pods of no tenant is told by their class alone: these are asked for one by one, rule by rule.
  const isForeign = (box: EndBox): boolean =>
    values.valuesWithin(box.namespace, foreign.namespace) && address.addressesWithin(box.addresses, foreign.addresses);
  const possible = (box: EndBox): EndBox | undefined => (isForeign(box) ? box : firstUncovered(box, impossibleMeeting(box), 0));

  const isComplete = (box: EndBox): boolean => {
    if (address.isAllAddresses(box.addresses)) return true;
    return classes.every((kind) => {
      if (!values.valuesOverlap(box.namespace, kind.namespace) || address.addressesWithin(kind.addresses, box.addresses)) return true;
      // Groups narrow the pods of tenants only, so what is missing of the others can exist.
      if (kind.tenant === undefined) return false;
      const namespace = values.intersectValues(box.namespace, kind.namespace);
      const missing = ends.endBox({ namespace, labels: box.labels, addresses: address.subtractAddresses(kind.addresses, box.addresses) });
      return missing === undefined || possible(missing) === undefined;
    });
  };
  const known = new Map<EndBox, boolean>();
  const podAddresses = once(() => address.unionAllAddresses(classes.map((kind) => kind.addresses)));
  const addressesWithoutNamespaces = boundedCache(1024, (namespace: ValueSet) =>
    address.unionAllAddresses(classes.filter((kind) => !values.valuesWithin(kind.namespace, namespace)).map((kind) => kind.addresses)),
  );

  return {
    universe,
    classes,
    foreign,
    machineAddresses,
    addressesBeside: (box) => (box.labels.size > 0 || ends.isBare(box) ? podAddresses() : addressesWithoutNamespaces(box.namespace)),
    podPlaces: once(() => {
      const known = address.unionAllAddresses(classes.filter((kind) => !kind.unknown).map((kind) => kind.addresses));
      return { known, unknown: address.complementAddresses(known) };
    }),
    addressesOf: (tenant) => ownAddresses.get(tenant) ?? address.noAddresses,
    complete: (box) => {
      const cached = known.get(box);
      if (cached !== undefined) return cached;
      const made = isComplete(box);
      known.set(box, made);
      return made;
    },
    possible,
    ruledOut: (box) =>
      impossibleMeeting(box)
        .filter((other) => address.addressesWithin(box.addresses, other.addresses))
        .map(blind),
    addressesLeft: (box) =>
      impossibleMeeting(box)
        .filter((other) => ends.endBoxWithin(blind(box), blind(other)))
        .reduce((left, other) => address.subtractAddresses(left, other.addresses), box.addresses),
  };
}
