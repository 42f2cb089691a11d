/**
 * From bound trees to the resolved policy. Never fails: what cannot be resolved has had its message and is left out, so the
 * result is a whole policy only when there was no essential error.
 */
import type { Block, Item } from "../../grammar/syntax.js";
import type { TenantScope } from "../bind/declare.js";
import { mayStand } from "../bind/declare.js";
import type { Place } from "../bind/lookup.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Context } from "../check/context.js";
import { placeOf } from "../check/context.js";
import { checkNamespaces, isNamespaceName } from "../check/labels.js";
import { makePeers } from "../check/peers.js";
import type { Exports, Peers } from "../check/peers.js";
import { makeServices } from "../check/services.js";
import type { Services } from "../check/services.js";
import { duplicateName, duplicateStatement } from "../diagnostics/names.js";
import { unusableNamespace } from "../diagnostics/values.js";
import type { LoadedFile } from "../source/files.js";
import { originOf } from "../source/files.js";
import { unionAllAddresses } from "../space/address.js";
import { makeSpans } from "./draft.js";
import type { Resolving, Spans } from "./draft.js";
import { rememberPolicies } from "./memory.js";
import type { Remember } from "./memory.js";
import { resolveAci, resolveBgp, resolveFabric } from "./installation.js";
import type { BgpHost, Group, Network, Policy, PolicyBlock, QosProfile, Rule, Tenant, Test } from "./model.js";
import { isNamed, resolveGroup, resolveNetwork, resolveQos } from "./networks.js";
import type { NamedBlock } from "./networks.js";
import { exportsOf, resolveApp, resolveContracts, resolveExport, resolveLoadBalancer } from "./objects.js";
import { resolvePolicyBlock, resolveTest } from "./rules.js";

export interface Resolved {
  readonly policy: Policy;
  readonly spans: Spans;
  readonly services: Services;
  readonly peers: Peers;
}

export function resolvePolicy(context: Context): Resolved {
  const { program, report } = context;
  const exports = new Map<TenantScope, Exports>();
  const services = makeServices(context);
  const knownExports = (tenant: TenantScope): Exports => {
    const known = exports.get(tenant) ?? exportsOf(tenant);
    exports.set(tenant, known);
    return known;
  };
  const peers = makePeers(context, knownExports);
  const spans = makeSpans();
  const resolving: Resolving = { context, services, peers, spans };
  const qosOf = makeProfiles(resolving);

  for (const [node, symbol] of program.symbolOfNode) evaluate(resolving, qosOf, node.kind === "tenant" ? undefined : symbol);
  const remember = context.memory && rememberPolicies(context.memory, resolving, knownExports);
  const tenants = [...program.tenants.values()].map((tenant) => resolveTenant(resolving, tenant, qosOf, remember));
  const outer = [...program.files.values()].map((file) => resolveOutside(resolving, file));
  const fabric = outer.flatMap((part) => part.fabric).at(0);
  const aci = outer.flatMap((part) => part.aci).at(0);
  const policy: Policy = {
    tenants,
    ...(fabric === undefined ? {} : { fabric }),
    bgp: uniqueHosts(
      outer.flatMap((part) => part.bgp),
      report,
    ).sort(byName),
    ...(aci === undefined ? {} : { aci }),
    tests: [...outer.flatMap((part) => part.tests), ...[...program.tenants.values()].flatMap((tenant) => resolveTests(resolving, tenant))],
    externals: unionAllAddresses(
      [...program.symbolOfNode.values()].flatMap((symbol) => {
        const peer = symbol.kind === "external" ? peers.ofSymbol(symbol) : undefined;
        return peer?.kind === "addresses" ? [peer.addresses] : [];
      }),
    ),
  };
  return { policy, spans, services, peers };
}

type QosOf = (symbol: PolicySymbol) => QosProfile | undefined;

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

/** Sets, services, externals and profiles are checked where they stand, used or not. */
function evaluate({ services, peers }: Resolving, qosOf: QosOf, symbol: PolicySymbol | undefined): void {
  if (symbol === undefined || symbol.misplaced) return;
  if (symbol.kind === "service") services.ofSymbol(symbol);
  else if (symbol.kind === "set" || symbol.kind === "external") peers.ofSymbol(symbol);
  else if (symbol.kind === "qos") qosOf(symbol);
}

function makeProfiles(resolving: Resolving): QosOf {
  const profiles = new Map<PolicySymbol, QosProfile | undefined>();
  return (symbol) => {
    if (profiles.has(symbol)) return profiles.get(symbol);
    const node = symbol.declarations.at(0)?.node;
    const place = placeOf(resolving.context.program, symbol);
    const profile = node?.kind === "qos" && isNamed(node) && place !== undefined ? resolveQos(resolving, place, node) : undefined;
    profiles.set(symbol, profile);
    return profile;
  };
}

interface Stated {
  readonly place: Place;
  readonly item: Item;
}

/** The statements of a tenant from all its files by kind, each with its place; declarations that lost their name to an earlier one are left out. */
function statementsOf(context: Context, tenant: TenantScope): ReadonlyMap<Item["kind"], readonly Stated[]> {
  const byKind = new Map<Item["kind"], Stated[]>();
  for (const { file, node } of tenant.parts) {
    const place: Place = { file, tenant };
    for (const item of node.items) {
      if (!mayStand(item.kind, "tenant") || !isDeclared(context, item)) continue;
      const list = byKind.get(item.kind);
      if (list === undefined) byKind.set(item.kind, [{ place, item }]);
      else list.push({ place, item });
    }
  }
  return byKind;
}

function isDeclared(context: Context, item: Item): boolean {
  switch (item.kind) {
    case "network":
    case "group":
    case "qos":
    case "loadbalancer":
    case "policy":
    case "app":
    case "contracts":
      return context.program.symbolOfNode.has(item);
    default:
      return true;
  }
}

function resolveTenant(resolving: Resolving, scope: TenantScope, qosOf: QosOf, remember: Remember | undefined): Tenant {
  const { context, spans } = resolving;
  const { name } = scope;
  const statements = statementsOf(context, scope);
  const of = (kind: Item["kind"]): readonly Stated[] => statements.get(kind) ?? [];
  const [firstPart] = scope.parts;
  const namespaces = namespacesOf(resolving, scope);
  const blocks = (kind: Block["kind"]): readonly { readonly place: Place; readonly block: NamedBlock }[] =>
    of(kind).flatMap(({ place, item }) => ("statements" in item && isNamed(item) ? [{ place, block: item }] : []));

  const chosen = of("default").flatMap(({ place, item }) => (item.kind === "default" ? [{ place, item }] : []));
  for (const { item } of chosen.slice(1)) {
    const related = [{ span: chosen[0].item.span, message: "first given here" }];
    context.report(duplicateStatement.make({ name: "default", place: `tenant "${name}"` }, { span: item.span, related }));
  }
  const networks = blocks("network").map(({ place, block }) => {
    const resolve = (): Network => resolveNetwork(resolving, place, block);
    return remember?.network(place, name, block, resolve) ?? resolve();
  });
  const groups = blocks("group").map(({ place, block }) => {
    const resolve = (): Group => resolveGroup(resolving, place, block, { tenant: name, namespaces: namespaces.names, qosOf });
    return remember?.group(place, name, namespaces.names, block, resolve) ?? resolve();
  });
  const policies = of("policy")
    .flatMap(({ place, item }) => {
      if (item.kind !== "policy") return [];
      const resolve = (): PolicyBlock => resolvePolicyBlock(resolving, place, name, item);
      return [remember?.policy(place, name, item, resolve) ?? resolve()];
    })
    .sort((left, right) => right.priority - left.priority || byName(left, right));
  let rules: readonly Rule[] | undefined;
  const doc = scope.symbol.doc;
  const tenant: Tenant = {
    name,
    origin: originOf(firstPart.file, firstPart.node.name.span),
    ...(doc === undefined ? {} : { doc }),
    namespaces: namespaces.names,
    defaultAction: chosen.at(0)?.item.action ?? "deny",
    ...(chosen.length === 0 ? {} : { defaultOrigin: originOf(chosen[0].place.file, chosen[0].item.span) }),
    networks,
    groups,
    policies,
    // Asked for only by who asks about flows, which an editor does not at each keystroke.
    get rules() {
      rules ??= policies.flatMap((policy) => policy.rules);
      return rules;
    },
    exports: of("export").flatMap(({ place, item }) => (item.kind === "export" ? resolveExport(resolving, place, item) : [])),
    qosProfiles: of("qos").flatMap(({ item }) => {
      const symbol = item.kind === "qos" ? context.program.symbolOfNode.get(item) : undefined;
      return symbol === undefined ? [] : (qosOf(symbol) ?? []);
    }),
    apps: of("app").flatMap(({ place, item }) => (item.kind === "app" ? [resolveApp(resolving, place, item)] : [])),
    contracts: of("contracts").flatMap(({ place, item }) => (item.kind === "contracts" ? [resolveContracts(place, item)] : [])),
    loadBalancers: blocks("loadbalancer").flatMap(({ place, block }) => resolveLoadBalancer(resolving, place, block) ?? []),
  };
  for (const [namespace, span] of namespaces.spans) spans.mark(tenant, `namespace ${namespace}`, span);
  return tenant;
}

function namespacesOf({ context }: Resolving, scope: TenantScope) {
  const written = scope.parts.flatMap(({ node }) => node.items.flatMap((item) => (item.kind === "namespaces" ? item.names : [])));
  checkNamespaces(written, context.report);
  const spans = new Map(written.map((name) => [name.text, name.span] as const));
  if (spans.size > 0) return { names: [...spans.keys()], spans };
  const { node } = scope.parts[0];
  if (!isNamespaceName(scope.name)) context.report(unusableNamespace.make({ tenant: scope.name }, { span: node.name.span }));
  return { names: [scope.name], spans: new Map([[scope.name, node.name.span] as const]) };
}

function resolveTests(resolving: Resolving, tenant: TenantScope): readonly Test[] {
  return tenant.parts.flatMap(({ file, node }) =>
    node.items.flatMap((item) => (item.kind === "test" ? [resolveTest(resolving, { file, tenant }, item)] : [])),
  );
}

/** What stands outside tenants in one file. */
function resolveOutside(resolving: Resolving, file: LoadedFile) {
  const { items } = file.parsed.file;
  const place: Place = { file };
  return {
    fabric: items.flatMap((item) => (item.kind === "fabric" ? [resolveFabric(resolving, place, item)] : [])),
    aci: items.flatMap((item) => (item.kind === "aci" ? (resolveAci(resolving, place, item) ?? []) : [])),
    bgp: items.flatMap((item) => (item.kind === "bgp" && isNamed(item) ? (resolveBgp(resolving, place, item) ?? []) : [])),
    tests: items.flatMap((item) => (item.kind === "test" ? [resolveTest(resolving, place, item)] : [])),
  };
}

/** Hosts are known by name in the whole project, whatever file they are in. */
function uniqueHosts(hosts: readonly BgpHost[], report: Context["report"]): BgpHost[] {
  const seen = new Map<string, BgpHost>();
  for (const host of hosts) {
    const earlier = seen.get(host.name);
    if (earlier === undefined) seen.set(host.name, host);
    else if (earlier.origin.span.file !== host.origin.span.file) {
      const related = [{ span: earlier.origin.span, message: "first declared here" }];
      report(duplicateName.make({ kind: "a bgp host", name: host.name, other: "a bgp host" }, { span: host.origin.span, related }));
    }
  }
  return [...seen.values()];
}
