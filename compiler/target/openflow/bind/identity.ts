/**
 * What the policy makes of an end: its tenants and classes, and whether it may be there at all. Workloads with the same labels differ in
 * their addresses only, and most endpoints share their labels with others: selectors are evaluated once for each set of labels, and for
 * each address there is left to see which blocks of addresses hold it.
 */
import { allAddresses, containsAddress } from "../../../space/address.js";
import type { Address, AddressSet } from "../../../space/address.js";
import { endIndex } from "../../../space/endIndex.js";
import { endInBox } from "../../../space/ends.js";
import type { End, EndBox, EndSet } from "../../../space/ends.js";
import { oneOf, onlyAbsent } from "../../../space/values.js";
import { placeFinder } from "../places.js";
import type { Program, ProgramProfile } from "../program.js";
import type { Region } from "../region.js";
import type { Endpoint } from "./inventory.js";
import type { ResolvedAddress } from "./resolve.js";

export interface Identity extends Pick<ResolvedAddress, "members" | "classes" | "blocked"> {
  readonly profile?: ProgramProfile;
}

/** A region, seen by ends with certain labels: what is left of it are addresses. */
interface Reach {
  readonly include: readonly AddressSet[];
  readonly except: readonly AddressSet[];
}

/** What a namespace and labels alone say. */
interface Kind {
  /** Id of the tenant that has the namespace. */
  readonly owner?: number;
  /** In order of their positions in the program. */
  readonly classes: readonly { readonly index: number; readonly reach: Reach }[];
  readonly profiles: readonly { readonly profile: ProgramProfile; readonly reach: Reach }[];
  readonly impossible: readonly AddressSet[];
}

/** With more sets of labels than this, those seen so far are forgotten. */
const MOST_KINDS = 4096;

/** Says what an endpoint's addresses are to the policy. */
export function identifier(program: Program): (endpoint: Endpoint) => (address: Address) => Identity {
  const kindOf = kindFinder(program);
  const placeOf = placeFinder(program.places);
  const kinds = new Map<string, Kind>();
  return (endpoint) => {
    const key = JSON.stringify([endpoint.namespace ?? null, endpoint.labels]);
    let kind = kinds.get(key);
    if (kind === undefined) {
      if (kinds.size >= MOST_KINDS) kinds.clear();
      kind = kindOf(endpoint);
      kinds.set(key, kind);
    }
    const { owner, classes, profiles, impossible } = kind;
    return (address) => ({
      members: owner ?? placeOf(address)?.members ?? 0,
      classes: classes.flatMap(({ index, reach }) => (isReached(reach, address) ? index : [])),
      profile: profiles.find(({ reach }) => isReached(reach, address))?.profile,
      blocked: impossible.some((set) => containsAddress(set, address)) ? "the policy places such workloads at other addresses" : undefined,
    });
  };
}

const isReached = ({ include, except }: Reach, address: Address): boolean =>
  include.some((set) => containsAddress(set, address)) && !except.some((set) => containsAddress(set, address));

function kindFinder(program: Program): (endpoint: Endpoint) => Kind {
  const boxes = program.classes.flatMap((entry, index) => entry.include.map((box) => ({ index, box })));
  const index = endIndex(boxes.map(({ box }) => box));
  return ({ namespace, labels = {} }) => {
    const addressesOf = (set: EndSet): readonly AddressSet[] => set.filter((box) => fits(box, namespace, labels)).map(({ addresses }) => addresses);
    const reachOf = (region: Region): Reach => ({ include: addressesOf(region.include), except: addressesOf(region.except) });
    const near = new Set(index.overlapping(boxOf(namespace, labels)).map((at) => boxes[at].index));
    const owner = program.tenants.find((tenant) => namespace !== undefined && tenant.namespaces.includes(namespace))?.id;
    return {
      ...(owner === undefined ? {} : { owner }),
      classes: [...near].sort((a, b) => a - b).map((at) => ({ index: at, reach: reachOf(program.classes[at]) })),
      profiles: program.profiles.map((profile) => ({ profile, reach: reachOf(profile) })).filter(({ reach }) => reach.include.length > 0),
      impossible: namespace === undefined ? [] : addressesOf(program.impossible),
    };
  };
}

/** Whether the box holds ends with this namespace and these labels at some address. */
function fits(box: EndBox, namespace: string | undefined, labels: End["labels"]): boolean {
  const anywhere: Address = { family: 4, value: 0 };
  return endInBox({ ...box, addresses: allAddresses }, { labels, address: anywhere, ...(namespace === undefined ? {} : { namespace }) });
}

/** All ends with this namespace and these labels. */
function boxOf(namespace: string | undefined, labels: End["labels"]): EndBox {
  return {
    namespace: namespace === undefined ? onlyAbsent : oneOf([namespace]),
    labels: namespace === undefined ? new Map() : new Map(Object.entries(labels).map(([key, value]) => [key, oneOf([value])])),
    addresses: allAddresses,
  };
}
