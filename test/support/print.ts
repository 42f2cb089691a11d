/**
 * A policy as `.ctv` text, so that a failing test shows what one would write. Everything that has a part in verdicts is printed;
 * profiles, load balancers and the fabric are not. Names of params and services are replaced by what they stand for.
 */
import { isPlainName } from "../../grammar/format/names.js";
import type { Expectation, Group, Network, Peer, PeerExpression, Policy, PolicyBlock, Rule, Tenant, Test } from "../../compiler/policy/model.js";
import {
  addressesWithin,
  canonicalPrefix,
  formatAddress,
  formatPrefix,
  isEmptyAddresses,
  subtractAddresses,
  toPrefixes,
} from "../../compiler/space/address.js";
import type { AddressSet, Prefix } from "../../compiler/space/address.js";
import { byProtocol, isEveryService, isIcmp, protocolNumber } from "../../compiler/space/service.js";
import type { ServiceSet } from "../../compiler/space/service.js";
import type { ValueSet } from "../../compiler/space/values.js";

/** Throws where the policy holds something that no source says, such as a label that is `a` or missing. */
export function printPolicy(policy: Policy): string {
  const externals = namedExternals(policy);
  const unnamed = [...externals.values()].reduce(subtractAddresses, policy.externals);
  return [
    ...[...externals].map(([name, addresses]) => `external ${nameText(name)} = ${addressesText(addresses)}`),
    ...(isEmptyAddresses(unnamed) ? [] : [`external ${freshName("elsewhere", externals)} = ${addressesText(unnamed)}`]),
    ...policy.tenants.map((tenant) => tenantText(policy, tenant)),
    ...policy.tests.filter((test) => test.tenant === undefined).map((test) => testText(policy, test)),
  ]
    .map((declaration) => `${declaration}\n`)
    .join("\n");
}

/** A list of rules or peers seldom names an external twice with different addresses; the first counts. */
function namedExternals(policy: Policy): ReadonlyMap<string, AddressSet> {
  const found = new Map<string, AddressSet>();
  for (const peer of peersOf([...policy.tenants.flatMap((tenant) => tenant.rules), ...policy.tests.flatMap((test) => test.expectations)])) {
    if (peer.kind === "addresses" && peer.name !== undefined && addressesWithin(peer.addresses, policy.externals))
      found.set(peer.name, peer.addresses);
  }
  return found;
}

function freshName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  return taken.has(wanted) ? freshName(`${wanted}-x`, taken) : wanted;
}

/** Every peer, those inside sets included. */
function peersOf(sentences: readonly Pick<Rule, "source" | "destination">[]): readonly Peer[] {
  const inside = (expression: PeerExpression): readonly Peer[] =>
    [...expression.include, ...expression.except].flatMap((peer) => (peer.kind === "set" ? [...inside(peer.expression), peer] : [peer]));
  return sentences.flatMap(({ source, destination }) => [...inside(source), ...inside(destination)]);
}

function tenantText(policy: Policy, tenant: Tenant): string {
  const tests = policy.tests.filter((test) => test.tenant === tenant.name);
  const peers = peersOf([...tenant.rules, ...tests.flatMap((test) => test.expectations)]);
  const sets = new Map(peers.flatMap((peer) => (peer.kind === "set" ? [[peer.name, peer.expression] as const] : [])));
  const write = expressionWriter(policy, tenant.name);
  return block(`tenant ${nameText(tenant.name)}`, [
    ...(tenant.namespaces.length === 1 && tenant.namespaces[0] === tenant.name ? [] : [`namespaces ${namesText(tenant.namespaces)}`]),
    `default ${tenant.defaultAction}`,
    ...tenant.networks.map(networkText),
    ...tenant.groups.map((group) => groupText(tenant, group)),
    ...[...sets].map(([name, expression]) => `set ${nameText(name)} = ${write(expression)}`),
    ...tenant.exports.map(({ group, to }) => `export ${nameText(group)}${to === undefined ? "" : ` to ${namesText(to)}`}`),
    ...tenant.policies.map((policyBlock) => policyText(write, policyBlock)),
    ...tests.map((test) => testText(policy, test)),
  ]);
}

function networkText(network: Network): string {
  const { subnet, subnet6, range, gateway, gateway6, encap, tag, type } = network;
  const written = subnet === undefined || range === undefined ? subnet : undefined;
  return block(`network ${nameText(network.name)}`, [
    ...(written === undefined ? [] : [`subnet ${formatPrefix(written)}`]),
    ...(subnet === undefined || range === undefined ? [] : [`subnet ${formatAddress(range.first)}-${formatAddress(range.last)}/${subnet.length}`]),
    ...(gateway === undefined ? [] : [`gateway ${formatAddress(gateway)}`]),
    ...(subnet6 === undefined ? [] : [`subnet6 ${formatPrefix(subnet6)}`]),
    ...(gateway6 === undefined ? [] : [`gateway6 ${formatAddress(gateway6)}`]),
    ...(encap === "vxlan" ? [] : [`encap ${encap}`]),
    ...(tag === undefined ? [] : [`tag ${tag}`]),
    ...(type === "data" ? [] : [`type ${type}`]),
  ]);
}

function groupText(tenant: Tenant, group: Group): string {
  const { selector, network, hosts } = group;
  const requirements = selector === undefined || group.byName ? [] : [...selector.labels].flatMap(([key, set]) => requirementsText(key, set));
  return block(`group ${nameText(group.name)}${network === undefined ? "" : ` in ${nameText(network)}`}`, [
    ...(requirements.length === 0 ? [] : [`match ${requirements.join(", ")}`]),
    ...(selector === undefined || selector.namespaces.join() === tenant.namespaces.join() ? [] : [`namespaces ${namesText(selector.namespaces)}`]),
    ...(isEmptyAddresses(hosts) ? [] : [`hosts ${addressesText(hosts)}`]),
  ]);
}

function requirementsText(key: string, { kind, values, absent }: ValueSet): readonly string[] {
  const name = labelText(key);
  if (kind === "notIn")
    return [...(absent ? [] : [`has ${name}`]), ...(values.length === 0 ? [] : [`${name} not in (${values.map(labelText).join(", ")})`])];
  if (values.length === 0) return absent ? [`not ${name}`] : [`has ${name}`, `not ${name}`];
  if (absent) throw new Error(`no source says that ${key} is one of ${values.join()} or missing`);
  return [values.length === 1 ? `${name} = ${labelText(values[0])}` : `${name} in (${values.map(labelText).join(", ")})`];
}

/** In a match every word may be a label, but for those that say how it is matched. */
function labelText(text: string): string {
  return /^[A-Za-z](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text) && !["in", "not", "has"].includes(text) ? text : quoted(text);
}

type WriteExpression = (expression: PeerExpression) => string;

function policyText(write: WriteExpression, { name, priority, rules }: PolicyBlock): string {
  return block(
    `policy ${nameText(name)}${priority === 0 ? "" : ` priority ${priority}`}`,
    rules.map((rule) => `${sentenceText(write, rule)}${rule.log ? " log" : ""}${rule.name === undefined ? "" : ` as ${nameText(rule.name)}`}`),
  );
}

function testText(policy: Policy, test: Test): string {
  const write = expressionWriter(policy, test.tenant);
  return block(
    `test ${quoted(test.name)}`,
    test.expectations.map((expectation) => `expect ${sentenceText(write, expectation)}`),
  );
}

function sentenceText(
  write: WriteExpression,
  { action, source, destination, service }: Pick<Expectation, "action" | "source" | "destination" | "service">,
): string {
  return `${action} ${write(source)} -> ${write(destination)}${isEveryService(service.services) ? "" : ` : ${servicesText(service.services)}`}`;
}

function expressionWriter(policy: Policy, tenant: string | undefined): WriteExpression {
  const peerText = (peer: Peer): string => {
    switch (peer.kind) {
      case "any":
      case "world":
        return peer.kind;
      case "group":
        return peer.tenant === tenant ? nameText(peer.group) : `${nameText(peer.tenant)}/${nameText(peer.group)}`;
      case "network":
        return nameText(peer.network);
      case "addresses":
        return peer.name !== undefined && addressesWithin(peer.addresses, policy.externals) ? nameText(peer.name) : addressesText(peer.addresses);
      case "set":
        return nameText(peer.name);
    }
  };
  return ({ include, except }) => `${include.map(peerText).join(", ")}${except.length === 0 ? "" : ` except ${except.map(peerText).join(", ")}`}`;
}

/** Whole protocols by number, which is how they are said without ports. */
function servicesText(services: ServiceSet): string {
  return byProtocol(services)
    .map(([protocol, details]) => {
      const word = Object.entries(protocolNumber).find(([, number]) => number === protocol)?.[0];
      const whole = details[0] === 0 && details[1] === 0xffff;
      if (word === undefined || whole) return `ip/${protocol}`;
      const ranges = Array.from({ length: details.length / 2 }, (_, at) => {
        const [first, last] = [details[2 * at], details[2 * at + 1]].map((detail) => (isIcmp(protocol) ? detail >> 8 : detail));
        return first === last ? `${first}` : `${first}-${last}`;
      });
      return ranges.length === 1 ? `${word}/${ranges[0]}` : `${word}/{${ranges.join(", ")}}`;
    })
    .join(", ");
}

function addressesText(addresses: AddressSet): string {
  const text = (prefix: Prefix): string => {
    const { address, length } = canonicalPrefix(prefix);
    return length === (address.family === 4 ? 32 : 128) ? formatAddress(address) : formatPrefix({ address, length });
  };
  return toPrefixes(addresses).map(text).join(", ");
}

function block(heading: string, statements: readonly string[]): string {
  if (statements.length === 0) return `${heading} {}`;
  return `${heading} {\n${statements.map((statement) => statement.replace(/^/gm, "  ")).join("\n")}\n}`;
}

function namesText(names: readonly string[]): string {
  return names.map(nameText).join(", ");
}

function nameText(name: string): string {
  return isPlainName(name) ? name : quoted(name);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
