/**
 * Names for sets of ends: groups after the workloads that they select, sets for what no group says, externals for addresses outside.
 *
 * What has been named is declared; nothing else is.
 */
import { addressesOverlap, complementAddresses, isAllAddresses, isEmptyAddresses, unionAddresses } from "../../space/address.js";
import type { AddressSet } from "../../space/address.js";
import type { EndBox, EndSet } from "../../space/ends.js";
import * as values from "../../space/values.js";
import type { ValueSet } from "../../space/values.js";
import { privateAddresses } from "../../manifests/connectivity/blocks.js";
import type { AddressFacts } from "../../manifests/connectivity/blocks.js";
import { rulesOf } from "../../manifests/connectivity/points.js";
import type { WorkloadPoint } from "../../manifests/connectivity/points.js";
import type { Manifests, Selector } from "../../manifests/model.js";
import { selects } from "../../manifests/selectors.js";
import { addressTexts, asName, freeName, nameText, requirementTexts } from "../words.js";
import type { Ends } from "./sentences.js";

export interface NamedGroup {
  readonly name: string;
  readonly requirements: readonly string[];
  /** The other tenants that name it. */
  readonly exportedTo: readonly string[];
}

export interface NamedSet {
  readonly name: string;
  readonly text: string;
  readonly comment?: string;
}

/** What a tenant declares. */
export interface TenantNames {
  readonly groups: readonly NamedGroup[];
  readonly sets: readonly NamedSet[];
}

export interface Naming {
  /** The words for a set of ends in a rule of the tenant of a namespace. */
  readonly textOf: (ends: Ends, tenant: string) => string;
  readonly tenantNames: (namespace: string) => TenantNames;
  readonly externals: () => readonly NamedSet[];
  readonly outerSets: () => readonly NamedSet[];
  /** Whether something is said of all namespaces, so that all have to be tenants. */
  readonly namesAll: () => boolean;
  /** The namespaces that are named by others. */
  readonly named: () => ReadonlySet<string>;
}

interface Group {
  readonly name: string;
  readonly labels: Selector;
  readonly exportedTo: Set<string>;
}

const clusterName = "cluster";
const podsName = "pods";

interface NamingGround {
  readonly namespaces: readonly string[];
  readonly workloads: readonly WorkloadPoint[];
  readonly facts: AddressFacts;
  /** How blocks are written in the files, by their addresses. */
  readonly blocks: ReadonlyMap<string, string>;
}

function addressKey({ v4, v6 }: AddressSet): string {
  return `${v4.join()};${v6.join()}`;
}

/** The texts of all blocks, such as `10.0.0.0/8 except 10.1.0.0/16`. */
export function writtenBlocks(manifests: Manifests): ReadonlyMap<string, string> {
  const peers = rulesOf(manifests).flatMap(({ peers: listed = [] }) => listed);
  return new Map(peers.flatMap((peer) => (peer.kind === "block" ? [[addressKey(peer.addresses), peer.text] as const] : [])));
}

const knownBlocks: Readonly<Record<string, string>> = { "0.0.0.0/0": "ipv4", "::/0": "ipv6" };

export function makeNaming({ namespaces, workloads, facts, blocks }: NamingGround): Naming {
  const groups = new Map(namespaces.map((namespace) => [namespace, new Map<string, Group>()]));
  const sets = new Map(namespaces.map((namespace) => [namespace, new Map<string, NamedSet>()]));
  const outer = new Map<string, NamedSet>();
  const externals = new Map<string, NamedSet>();
  const named = new Set<string>();
  let all = false;

  const outerTaken = (name: string): boolean => name === clusterName || [...outer.values(), ...externals.values()].some((set) => set.name === name);
  const innerTaken = (namespace: string, name: string): boolean =>
    name === podsName ||
    [...(groups.get(namespace)?.values() ?? [])].some((group) => group.name === name) ||
    [...(sets.get(namespace)?.values() ?? [])].some((set) => set.name === name);
  const taken = (name: string): boolean => outerTaken(name) || namespaces.some((namespace) => innerTaken(namespace, name));

  const declare = (
    where: Map<string, NamedSet>,
    key: string,
    wanted: string,
    isTaken: (name: string) => boolean,
    text: string,
    comment?: string,
  ): string => {
    const known = where.get(key);
    if (known !== undefined) return nameText(known.name);
    const name = freeName(asName(wanted), isTaken);
    where.set(key, { name, text, ...(comment === undefined ? {} : { comment }) });
    return nameText(name);
  };

  const groupOf = (namespace: string, labels: Selector): Group => {
    const list = groups.get(namespace) ?? new Map<string, Group>();
    const key = keyOf(labels);
    const known = list.get(key);
    if (known !== undefined) return known;
    const made: Group = {
      name: freeName(groupName(namespace, labels, workloads), (name) => innerTaken(namespace, name) || outerTaken(name)),
      labels,
      exportedTo: new Set(),
    };
    list.set(key, made);
    groups.set(namespace, list);
    return made;
  };

  const groupText = (namespace: string, labels: Selector, tenant: string): string => {
    const group = groupOf(namespace, labels);
    if (namespace === tenant) return nameText(group.name);
    group.exportedTo.add(tenant);
    named.add(namespace);
    return `${nameText(namespace)}/${nameText(group.name)}`;
  };

  /** Every pod of a namespace. No group says that, since a `match` asks for something, so it takes two. */
  const podsText = (namespace: string, tenant: string): string => {
    const key = commonKey(namespace, workloads);
    const parts = [values.anyPresent, values.onlyAbsent].map((set) => groupText(namespace, new Map([[key, set]]), tenant));
    const wanted = namespace === tenant ? podsName : `${namespace}-${podsName}`;
    const own = sets.get(tenant) ?? new Map<string, NamedSet>();
    sets.set(tenant, own);
    const isTaken = (name: string): boolean => (name !== podsName && innerTaken(tenant, name)) || outerTaken(name);
    return declare(
      own,
      `pods ${namespace}`,
      wanted,
      isTaken,
      parts.join(", "),
      `Every pod of the namespace${namespace === tenant ? "" : ` ${namespace}`}.`,
    );
  };

  const cluster = (): string => {
    all = true;
    return declare(outer, clusterName, clusterName, () => false, "any except world", "The pods of all namespaces below.");
  };

  const outside = (addresses: AddressSet): string => {
    all = true;
    if (isAllAddresses(addresses)) return "world";
    const written = blocks.get(addressKey(addresses));
    const [cidr = "", except = ""] = (written ?? addressTexts(addresses)[0]).split(" except ");
    const wanted = knownBlocks[cidr] ?? cidr.replace(/\/(?:32|128)$/, "").replace(/[:/]+/g, "-");
    const texts = addressTexts(addresses).join(", ");
    if (!mayHoldPods(addresses, facts)) return declare(externals, texts, `net-${wanted}`, taken, texts, except === "" ? undefined : written);
    const text = written === undefined ? `${texts} except ${cluster()}` : `${cidr} except ${except === "" ? "" : `${except}, `}${cluster()}`;
    return declare(outer, texts, `outside-${wanted}`, taken, text, "These addresses, as far as no pod has them.");
  };

  /** The part of a text's ends that have one of the addresses, as a set of its own. */
  const atAddresses = (text: string, addresses: AddressSet, tenant: string): string => {
    if (isAllAddresses(addresses)) return text;
    const others = addressTexts(complementAddresses(addresses));
    const own = sets.get(tenant) ?? new Map<string, NamedSet>();
    sets.set(tenant, own);
    const isTaken = (name: string): boolean => innerTaken(tenant, name) || outerTaken(name);
    return declare(
      own,
      `${text} at ${others.join()}`,
      `${text.replaceAll("/", "-")}-at-${addressTexts(addresses)[0]}`,
      isTaken,
      `${text} except ${others.join(", ")}`,
    );
  };

  const boxTexts = (box: EndBox, tenant: string): readonly string[] => {
    const { namespace, labels, addresses } = box;
    if (labels.size === 0 && values.isAnyValue(namespace)) return isAllAddresses(addresses) ? ["any"] : addressTexts(addresses);
    const inside = namespaces.filter((name) => values.hasValue(namespace, name));
    const beyond = namespace.absent ? [outside(addresses)] : [];
    if (labels.size === 0 && inside.length === namespaces.length && inside.length > 1) return [atAddresses(cluster(), addresses, tenant), ...beyond];
    const pods = inside.flatMap((name) =>
      labels.size === 0 ? [podsText(name, tenant)] : wholeSelectors(labels).map((selector) => groupText(name, selector, tenant)),
    );
    return [...pods.map((text) => atAddresses(text, addresses, tenant)), ...beyond];
  };
  const setTexts = (set: EndSet, tenant: string): readonly string[] => [...new Set(joinedAddresses(set).flatMap((box) => boxTexts(box, tenant)))];

  return {
    textOf: ({ include, except }, tenant) => {
      const without = except.length === 0 ? "" : ` except ${setTexts(except, tenant).join(", ")}`;
      return `${setTexts(include, tenant).join(", ")}${without}`;
    },
    tenantNames: (namespace) => ({
      groups: [...(groups.get(namespace)?.values() ?? [])].map(({ name, labels, exportedTo }) => ({
        name,
        requirements: [...labels].flatMap(([key, set]) => requirementTexts(key, set)),
        exportedTo: [...exportedTo].sort(),
      })),
      sets: [...(sets.get(namespace)?.values() ?? [])],
    }),
    externals: () => [...externals.values()],
    outerSets: () => [...outer.values()],
    namesAll: () => all,
    named: () => named,
  };
}

/** Whether pods may have addresses in a block, so far as anything is known. */
function mayHoldPods(addresses: AddressSet, { podAddresses }: AddressFacts): boolean {
  return addressesOverlap(addresses, isEmptyAddresses(podAddresses) ? privateAddresses : podAddresses);
}

/** Boxes that differ in addresses alone as one. */
function joinedAddresses(set: EndSet): EndSet {
  const byRest = new Map<string, EndBox>();
  for (const box of set) {
    const key = JSON.stringify([box.namespace, [...box.labels]]);
    const known = byRest.get(key);
    byRest.set(key, known === undefined ? box : { ...box, addresses: unionAddresses(known.addresses, box.addresses) });
  }
  return [...byRest.values()];
}

/** A selector as selectors that a `match` can say: "one of these values, or no such label" takes two. */
function wholeSelectors(labels: Selector): readonly Selector[] {
  for (const [key, set] of labels) {
    if (set.kind !== "in" || !set.absent || set.values.length === 0) continue;
    const parts: readonly ValueSet[] = [{ ...set, absent: false }, values.onlyAbsent];
    return parts.flatMap((part) => wholeSelectors(new Map(labels).set(key, part)));
  }
  return [labels];
}

function keyOf(labels: Selector): string {
  return JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** After the one workload that it selects, else after its labels. */
function groupName(namespace: string, labels: Selector, workloads: readonly WorkloadPoint[]): string {
  const found = new Set(workloads.filter((point) => point.namespace === namespace && selects(labels, point.labels)).map(({ name }) => name));
  const [only] = found;
  if (found.size === 1 && [...labels.values()].some(({ kind }) => kind === "in")) return asName(only);
  const words = [...labels].map(([key, { kind, values: listed, absent }]) => {
    const short = key.slice(key.lastIndexOf("/") + 1);
    if (listed.length === 0) return `${absent ? "without" : "with"}-${short}`;
    return `${kind === "in" ? "" : "not-"}${listed.map((value) => (value === "" ? `empty-${short}` : value)).join("-or-")}`;
  });
  return asName(words.join("-"));
}

/** The label that most workloads of a namespace have. */
function commonKey(namespace: string, workloads: readonly WorkloadPoint[]): string {
  const counts = new Map<string, number>();
  for (const point of workloads) {
    if (point.namespace === namespace) for (const key of Object.keys(point.labels)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const [first] = [...counts].sort(([a, most], [b, least]) => least - most || (a < b ? -1 : 1));
  return first?.[0] ?? "app";
}
