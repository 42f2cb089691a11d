/**
 * Small policies for tests, written concisely and without the language's syntax: `makePolicy` turns a sketch (plain data,
 * readable when a property test prints it) into the resolved policy that the compiler would hand on.
 *
 * @example
 * const universe = universeOf(
 *   makePolicy({
 *     tenants: [
 *       {
 *         name: "shop",
 *         networks: { net: "10.1.0.0/24" },
 *         groups: { web: { match: "app=web", in: "net" }, db: { match: "app=db, tier!=test" }, vm: { hosts: "192.0.2.1" } },
 *         policies: [{ name: "main", rules: [allow("web", "db, vm", "tcp/5432"), deny("any except web", "db")] }],
 *       },
 *     ],
 *   }),
 * );
 */
import { makeUniverse } from "../../compiler/policy/universe.js";
import type { Universe } from "../../compiler/policy/universe.js";
import type {
  Action,
  Expectation,
  Group,
  Network,
  Origin,
  Peer,
  PeerExpression,
  Policy,
  PolicyBlock,
  Rule,
  ServiceExpression,
  Tenant,
} from "../../compiler/policy/model.js";
import * as address from "../../compiler/space/address.js";
import type { AddressSet } from "../../compiler/space/address.js";
import * as service from "../../compiler/space/service.js";
import type { ServiceSet } from "../../compiler/space/service.js";
import * as values from "../../compiler/space/values.js";
import type { ValueSet } from "../../compiler/space/values.js";

/** Peers are written as in the language: `a, b except c`, with `any`, `world`, names, `tenant/group`, addresses and CIDRs. */
export interface RuleSketch {
  readonly action: Action;
  readonly from: string;
  readonly to: string;
  /** Such as `tcp/80, udp/53, icmp/8, ip/47`; absent: every service. */
  readonly service?: string;
  readonly log?: boolean;
  readonly name?: string;
}

export interface GroupSketch {
  /** `app=web, tier!=test, k in (a|b), k not in (a|b), has k, not k`. */
  readonly match?: string;
  /** Subset of the tenant's namespaces; default all. */
  readonly namespaces?: readonly string[];
  /** Comma separated addresses and CIDRs. */
  readonly hosts?: string;
  readonly in?: string;
}

export interface TenantSketch {
  readonly name: string;
  /** Default: the tenant's name. */
  readonly namespaces?: readonly string[];
  readonly default?: Action;
  /** Name to subnets, comma separated (the first IPv4 and the first IPv6 one count). */
  readonly networks?: Readonly<Record<string, string>>;
  readonly groups?: Readonly<Record<string, GroupSketch>>;
  readonly policies?: readonly { readonly name: string; readonly priority?: number; readonly rules: readonly RuleSketch[] }[];
  /** Named unions of peers. */
  readonly sets?: Readonly<Record<string, string>>;
  /** Names of groups that other tenants may use. */
  readonly exports?: readonly string[];
}

export interface PolicySketch {
  readonly tenants: readonly TenantSketch[];
  /** Name to CIDRs, comma separated. */
  readonly externals?: Readonly<Record<string, string>>;
  readonly tests?: readonly { readonly name: string; readonly tenant?: string; readonly expect: readonly RuleSketch[] }[];
}

export function allow(from: string, to: string, services?: string, more: Partial<RuleSketch> = {}): RuleSketch {
  return { action: "allow", from, to, ...(services === undefined ? {} : { service: services }), ...more };
}

export function deny(from: string, to: string, services?: string, more: Partial<RuleSketch> = {}): RuleSketch {
  return { action: "deny", from, to, ...(services === undefined ? {} : { service: services }), ...more };
}

function items(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** Addresses, CIDRs and `first-last` ranges, comma separated. */
export function addresses(text: string | undefined): AddressSet {
  return address.unionAllAddresses(
    items(text).map((item) => {
      const [first, last] = item.split("-").map(address.parseAddress);
      if (first !== undefined && last !== undefined) return address.addressRange(first, last);
      if (first !== undefined) return address.singleAddress(first);
      const prefix = address.parsePrefix(item);
      if (prefix === undefined) throw new Error(`no address: ${item}`);
      return address.prefixSet(prefix);
    }),
  );
}

/** `tcp/80, tcp/8000-8100, udp, icmp/8, icmp6, sctp/9, ip/47`; nothing for every service. */
export function services(text: string | undefined): ServiceSet {
  if (text === undefined) return service.everyService;
  return service.unionAllServices(items(text).map(serviceTerm));
}

function serviceTerm(text: string): ServiceSet {
  const [name, detail] = text.split("/");
  if (name === "ip") return service.protocolService(Number(detail));
  const number = { tcp: 6, udp: 17, sctp: 132, icmp: 1, icmp6: 58 }[name];
  if (number === undefined) throw new Error(`no service: ${text}`);
  if (detail === undefined) return service.protocolService(number);
  if (service.isIcmp(number)) return service.icmpService(number, Number(detail));
  const [first, last] = detail.split("-").map(Number);
  return service.portService(number, first, last ?? first);
}

function labelRequirement(text: string): readonly [string, ValueSet] {
  const [, key, not, list] = /^(\S+) (not )?in \((.*)\)$/.exec(text) ?? [];
  if (key !== undefined) return [key, not === undefined ? values.oneOf(list.split("|")) : values.noneOf(list.split("|"))];
  if (text.startsWith("has ")) return [text.slice(4), values.anyPresent];
  if (text.startsWith("not ")) return [text.slice(4), values.onlyAbsent];
  const unequal = text.split("!=");
  if (unequal.length === 2) return [unequal[0], values.noneOf([unequal[1]])];
  const [left, right] = text.split("=");
  return [left, values.oneOf([right])];
}

/** The label requirements of a group, such as `app=web, tier!=test`. */
export function labels(text: string | undefined): ReadonlyMap<string, ValueSet> {
  const out = new Map<string, ValueSet>();
  for (const [key, set] of items(text).map(labelRequirement)) out.set(key, values.intersectValues(out.get(key) ?? values.anyValue, set));
  return out;
}

/** Made-up origins: one line of one file for each thing that is declared. */
function originCounter(): () => Origin {
  let line = 0;
  return () => {
    line++;
    return { span: { file: "policy.ctv", start: line * 100, end: line * 100 + 50 }, line, column: 1 };
  };
}

function makeNetwork(name: string, text: string, origin: Origin): Network {
  const prefixes = items(text).flatMap((item) => address.parsePrefix(item) ?? []);
  const subnet = prefixes.find((prefix) => prefix.address.family === 4);
  const subnet6 = prefixes.find((prefix) => prefix.address.family === 6);
  return {
    name,
    origin,
    encap: "vxlan",
    type: "data",
    addresses: addresses(text),
    ...(subnet === undefined ? {} : { subnet }),
    ...(subnet6 === undefined ? {} : { subnet6 }),
  };
}

function makeGroup(tenant: TenantSketch, name: string, sketch: GroupSketch, origin: Origin): Group {
  const byName = sketch.match === undefined && sketch.hosts === undefined;
  const required = byName ? labels(`io.contiv.tenant=${tenant.name}, io.contiv.net-group=${name}`) : labels(sketch.match);
  const selected = byName || sketch.match !== undefined;
  return {
    name,
    origin,
    byName,
    hosts: addresses(sketch.hosts),
    contracts: [],
    ...(sketch.in === undefined ? {} : { network: sketch.in }),
    ...(selected ? { selector: { namespaces: sketch.namespaces ?? tenant.namespaces ?? [tenant.name], labels: required } } : {}),
  };
}

/** Reads peers by the names of a sketch. */
function peerReader(sketch: PolicySketch, tenant: TenantSketch | undefined): (text: string) => PeerExpression {
  const peer = (text: string): Peer => {
    if (text === "any" || text === "world") return { kind: text };
    if (address.parsePrefix(text) === undefined && text.includes("/")) {
      const [owner, group] = text.split("/");
      return { kind: "group", tenant: owner, group };
    }
    if (tenant?.groups?.[text] !== undefined) return { kind: "group", tenant: tenant.name, group: text };
    if (tenant?.networks?.[text] !== undefined) return { kind: "network", tenant: tenant.name, network: text };
    const set = tenant?.sets?.[text];
    if (set !== undefined) return { kind: "set", name: text, expression: expression(set) };
    const external = sketch.externals?.[text];
    if (external !== undefined) return { kind: "addresses", addresses: addresses(external), text, name: text };
    return { kind: "addresses", addresses: addresses(text), text };
  };
  const expression = (text: string): PeerExpression => {
    const [include, except] = text.split(" except ");
    return { include: items(include).map(peer), except: items(except).map(peer) };
  };
  return expression;
}

function serviceExpression(text: string | undefined): ServiceExpression {
  return { services: services(text), terms: items(text).map((term) => ({ text: term, services: serviceTerm(term) })) };
}

/** The rule as the language writes it. */
export function ruleText(sketch: RuleSketch): string {
  const parts = [`${sketch.action} ${sketch.from} -> ${sketch.to}`];
  if (sketch.service !== undefined) parts.push(`: ${sketch.service}`);
  if (sketch.log === true) parts.push("log");
  if (sketch.name !== undefined) parts.push(`as ${sketch.name}`);
  return parts.join(" ");
}

function makeTenant(sketch: PolicySketch, tenant: TenantSketch, nextOrigin: () => Origin): Tenant {
  const read = peerReader(sketch, tenant);
  const origin = nextOrigin();
  const networks = Object.entries(tenant.networks ?? {}).map(([name, text]) => makeNetwork(name, text, nextOrigin()));
  const groups = Object.entries(tenant.groups ?? {}).map(([name, group]) => makeGroup(tenant, name, group, nextOrigin()));
  const policies = (tenant.policies ?? []).map((block): PolicyBlock => {
    const priority = block.priority ?? 0;
    const blockOrigin = nextOrigin();
    const rules = block.rules.map((rule, index): Rule => ({
      id: `${tenant.name}/${block.name}/${rule.name ?? index + 1}`,
      tenant: tenant.name,
      policy: block.name,
      priority,
      origin: nextOrigin(),
      action: rule.action,
      source: read(rule.from),
      destination: read(rule.to),
      service: serviceExpression(rule.service),
      log: rule.log ?? false,
      text: ruleText(rule),
      ...(rule.name === undefined ? {} : { name: rule.name }),
    }));
    return { name: block.name, origin: blockOrigin, priority, rules };
  });
  const ordered = [...policies].sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1));
  return {
    name: tenant.name,
    origin,
    namespaces: tenant.namespaces ?? [tenant.name],
    defaultAction: tenant.default ?? "deny",
    networks,
    groups,
    policies: ordered,
    rules: ordered.flatMap((block) => block.rules),
    exports: (tenant.exports ?? []).map((group) => ({ group, origin: nextOrigin() })),
    qosProfiles: [],
    apps: [],
    contracts: [],
    loadBalancers: [],
  };
}

export function makePolicy(sketch: PolicySketch): Policy {
  const nextOrigin = originCounter();
  const tenants = [...sketch.tenants].sort((a, b) => (a.name < b.name ? -1 : 1)).map((tenant) => makeTenant(sketch, tenant, nextOrigin));
  const tests = (sketch.tests ?? []).map((test) => {
    const read = peerReader(
      sketch,
      sketch.tenants.find((tenant) => tenant.name === test.tenant),
    );
    const expectations = test.expect.map((expect): Expectation => ({
      action: expect.action,
      source: read(expect.from),
      destination: read(expect.to),
      service: serviceExpression(expect.service),
      origin: nextOrigin(),
      text: `expect ${ruleText(expect)}`,
    }));
    return { name: test.name, origin: nextOrigin(), expectations, ...(test.tenant === undefined ? {} : { tenant: test.tenant }) };
  });
  return { tenants, bgp: [], tests, externals: address.unionAllAddresses(Object.values(sketch.externals ?? {}).map(addresses)) };
}

/** The universe of a policy; `pods` are the project file's `podCidrs`, comma separated. */
export function universeOf(policy: Policy, pods?: string): Universe {
  return makeUniverse(policy, { podAddresses: addresses(pods) });
}

/** A peer expression by the names of a sketch, as a rule of the tenant (absent: outside tenants) would write it. */
export function peers(sketch: PolicySketch, text: string, tenant?: string): PeerExpression {
  return peerReader(
    sketch,
    sketch.tenants.find((candidate) => candidate.name === tenant),
  )(text);
}
