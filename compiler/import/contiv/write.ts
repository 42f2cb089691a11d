/** A tenant of Contiv as text: what it declares, then its rules, one policy a policy of Contiv and priority. */
import type { Universe } from "../../policy/universe.js";
import * as address from "../../space/address.js";
import type { AddressSet } from "../../space/address.js";
import type { EndBox } from "../../space/ends.js";
import * as values from "../../space/values.js";
import { joined, ruleText } from "../rules.js";
import type { WrittenRule } from "../rules.js";
import { addressTexts, asName, freeName, nameText } from "../words.js";
import { text } from "./declarations.js";
import type { ContivObject } from "./objects.js";
import type { Ruling } from "./rules.js";

export interface TenantWriting {
  readonly name: string;
  /** Its declarations. */
  readonly lines: readonly string[];
  readonly rulings: readonly Ruling[];
  readonly universe: Universe;
  readonly byPath: ReadonlyMap<string, ContivObject>;
  /** Whether containers of other tenants are kept away. */
  readonly apart: boolean;
  readonly names: OwnNames;
  /** Groups that other tenants' rules name. */
  readonly exported: readonly string[];
}

/** Names that the import gives, none of which an object has. */
export interface OwnNames {
  /** What Contiv filters. */
  readonly inside: string;
  /** Every container of a tenant, and the two groups that make it up. */
  readonly own: string;
  readonly grouped: string;
  readonly ungrouped: string;
}

export function ownNames(objects: readonly ContivObject[]): OwnNames {
  const taken = new Set(objects.flatMap(({ body }) => ["groupName", "networkName"].map((field) => text(body, field))));
  const free = (wanted: string): string => freeName(wanted, (name) => taken.has(name));
  return { inside: free("inside"), own: free("own"), grouped: free("in-a-group"), ungrouped: free("in-no-group") };
}

interface PolicyBlock {
  readonly name: string;
  readonly comment: string;
  readonly rules: readonly WrittenRule[];
}

export function writeTenant(writing: TenantWriting): string {
  const blocks = blocksOf(writing);
  // Later blocks come after earlier ones: a number each leaves no two of one priority.
  const policies = blocks.map(({ name, comment, rules }, position) => {
    const priority = 10 * (blocks.length - 1 - position);
    return [`/// ${comment}`, `policy ${nameText(name)}${priority === 0 ? "" : ` priority ${priority}`} {`, ...joined(rules).map(ruleText), "}"].join(
      "\n",
    );
  });
  const hasV6 = writing.universe.workloadAddresses(writing.name).v6.length > 0;
  const separation = [
    ...(writing.apart ? separationTexts(writing.names, 10 * blocks.length + 10) : []),
    ...(hasV6 && blocks.length > 0 ? [`/// Contiv filters IPv4 only.\npolicy ipv6 priority ${10 * blocks.length} {\nallow ::/0 -> ::/0\n}`] : []),
    ...(writing.exported.length === 0 ? [] : [`export ${writing.exported.map(nameText).join(", ")}`]),
  ];
  return `tenant ${nameText(writing.name)} {\n${["default allow", ...writing.lines, ...separation, ...policies].join("\n\n")}\n}`;
}

/** Containers of tenants in VRFs of their own do not reach each other. No group is every container of the tenant, so it takes two. */
function separationTexts({ inside, own, grouped, ungrouped }: OwnNames, priority: number): readonly string[] {
  return [
    `group ${grouped} { match has io.contiv.net-group }\ngroup ${ungrouped} { match not io.contiv.net-group }`,
    `/// Every container of the tenant.\nset ${own} = ${grouped}, ${ungrouped}`,
    `/// Tenants have VRFs of their own.\npolicy separation priority ${priority} {\ndeny ${own} -> ${inside} except ${own}\ndeny ${inside} except ${own} -> ${own}\n}`,
  ];
}

function blocksOf(writing: TenantWriting): readonly PolicyBlock[] {
  const { rulings, byPath } = writing;
  const names = new Set<string>();
  const runs: { readonly key: string; readonly rulings: Ruling[] }[] = [];
  for (const ruling of rulings) {
    const key = keyOf(ruling, byPath);
    const last = runs.at(-1);
    if (last?.key === key) last.rulings.push(ruling);
    else runs.push({ key, rulings: [ruling] });
  }
  return runs.map(({ rulings: mine }) => {
    const [{ path, priority, repliesBy }] = mine;
    const policy = text(byPath.get(path)?.body ?? {}, "policyName");
    const bare = repliesBy === path && priority === 0;
    const name = freeName(asName(bare ? `${policy}-replies` : policy === "" ? "contracts" : policy), (candidate) => names.has(candidate));
    names.add(name);
    const comment = bare
      ? `Policy ${policy}: which other flows get replies.`
      : policy === ""
        ? "Contracts of the fabric."
        : `Policy ${policy}, rules of priority ${priority}.`;
    return { name, comment, rules: mine.flatMap((ruling) => rulesOf(ruling, writing)) };
  });
}

function keyOf({ path, priority, repliesBy }: Ruling, byPath: ReadonlyMap<string, ContivObject>): string {
  return [text(byPath.get(path)?.body ?? {}, "policyName"), priority, repliesBy === path].join("\n");
}

function rulesOf({ action, flows, path, repliesBy }: Ruling, writing: TenantWriting): readonly WrittenRule[] {
  const { byPath } = writing;
  const id = (file: string): string => text(byPath.get(file)?.body ?? {}, "ruleId");
  const comment = repliesBy === undefined ? `rule ${id(path)}` : `rule ${id(repliesBy)} ${action === "deny" ? "drops" : "passes"} the replies`;
  return flows.flatMap(({ source, destination, service }): readonly WrittenRule[] => {
    const from = peerText(source, writing);
    const to = peerText(destination, writing);
    if (from === undefined || to === undefined) return [];
    return [{ action, source: from, destination: to, services: service, ...(id(path) === "" ? {} : { comment }) }];
  });
}

/** The peer for a box of the reader; nothing for a box that nobody can be in. */
function peerText(box: EndBox, { name: tenant, universe, names }: TenantWriting): string | undefined {
  const group = box.labels.get("io.contiv.net-group")?.values[0];
  const owner = universe.tenantByName.get(tenant);
  if (group !== undefined) {
    const of = box.labels.get("io.contiv.tenant")?.values[0] ?? tenant;
    const [whole] = universe.endsOf({ include: [{ kind: "group", tenant: of, group }], except: [] });
    const name = of === tenant ? nameText(group) : `${nameText(of)}/${nameText(group)}`;
    return cut(name, box.addresses, whole?.addresses ?? address.allAddresses);
  }
  if (!box.namespace.absent && owner !== undefined && owner.namespaces.some((namespace) => values.hasValue(box.namespace, namespace))) {
    const where = universe.workloadAddresses(tenant);
    const inside = address.intersectAddresses(box.addresses, where);
    if (address.isEmptyAddresses(inside)) return undefined;
    return address.addressesWithin(ofV4(where), box.addresses) ? names.inside : addressTexts(inside).join(", ");
  }
  return address.addressesWithin(ofV4(address.allAddresses), box.addresses) ? "any" : addressTexts(box.addresses).join(", ");
}

/** Contiv filters IPv4. */
function ofV4(addresses: AddressSet): AddressSet {
  return { v4: addresses.v4, v6: [] };
}

function cut(name: string, addresses: AddressSet, whole: AddressSet): string | undefined {
  if (address.addressesWithin(ofV4(whole), addresses)) return name;
  const inside = address.intersectAddresses(addresses, whole);
  if (address.isEmptyAddresses(inside)) return undefined;
  return `${name} except ${addressTexts(address.subtractAddresses(whole, inside)).join(", ")}`;
}
