/** A tenant, from the statements of all files that open it. */
import type { Block, Item } from "../../grammar/syntax.js";
import type { TenantScope } from "../bind/declare.js";
import { mayStand } from "../bind/declare.js";
import type { Place } from "../bind/lookup.js";
import { checkNamespaces, isNamespaceName } from "../check/labels.js";
import { checkRepeats } from "../check/repeats.js";
import { duplicateStatement } from "../diagnostics/names.js";
import { unusableNamespace } from "../diagnostics/values.js";
import { originOf } from "../source/files.js";
import type { Begun } from "./begin.js";
import type { Resolving } from "./draft.js";
import type { Remember } from "./memory.js";
import type { Group, Network, PolicyBlock, Rule, Tenant, Test } from "./model.js";
import { isNamed, resolveGroup, resolveNetwork } from "./networks.js";
import type { NamedBlock } from "./networks.js";
import { resolveApp, resolveContracts, resolveExport, resolveLoadBalancer } from "./objects.js";
import { resolvePolicyBlock, resolveTest } from "./rules.js";

interface Stated {
  readonly place: Place;
  readonly item: Item;
}

/** The statements of a tenant from all its files by kind, each with its place; declarations that lost their name to an earlier one are left out. */
function statementsOf(tenant: TenantScope): ReadonlyMap<Item["kind"], readonly Stated[]> {
  const byKind = new Map<Item["kind"], Stated[]>();
  for (const { file, node } of tenant.parts) {
    const place: Place = { file, tenant };
    for (const item of node.items) {
      if (!mayStand(item.kind, "tenant") || !isDeclared(tenant, item)) continue;
      const list = byKind.get(item.kind);
      if (list === undefined) byKind.set(item.kind, [{ place, item }]);
      else list.push({ place, item });
    }
  }
  return byKind;
}

function isDeclared({ symbolOfNode }: TenantScope, item: Item): boolean {
  switch (item.kind) {
    case "network":
    case "group":
    case "qos":
    case "loadbalancer":
    case "policy":
    case "app":
    case "contracts":
      return symbolOfNode.has(item);
    default:
      return true;
  }
}

/** `remember` is there where somebody keeps what is resolved. Never fails: what cannot be resolved has had its message and is left out. */
export function resolveTenant(resolving: Begun, scope: TenantScope, remember: Remember | undefined): Tenant {
  const { context, spans, qosOf } = resolving;
  const { name } = scope;
  const statements = statementsOf(scope);
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
    return remember?.network(place, block, resolve) ?? resolve();
  });
  const groups = blocks("group").map(({ place, block }) => {
    const resolve = (): Group => resolveGroup(resolving, place, block, { tenant: name, namespaces: namespaces.names, qosOf });
    return remember?.group(place, namespaces.names, block, resolve) ?? resolve();
  });
  const policies = of("policy")
    .flatMap(({ place, item }) => {
      if (item.kind !== "policy") return [];
      const resolve = (): PolicyBlock => resolvePolicyBlock(resolving, place, name, item);
      return [remember?.policy(place, item, resolve) ?? resolve()];
    })
    .sort((left, right) => right.priority - left.priority || (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
  const doc = scope.symbol.doc;
  const tenant = withRules({
    name,
    origin: originOf(firstPart.file, firstPart.node.name.span),
    ...(doc === undefined ? {} : { doc }),
    namespaces: namespaces.names,
    defaultAction: chosen.at(0)?.item.action ?? "deny",
    ...(chosen.length === 0 ? {} : { defaultOrigin: originOf(chosen[0].place.file, chosen[0].item.span) }),
    networks,
    groups,
    policies,
    exports: of("export").flatMap(({ place, item }) => (item.kind === "export" ? resolveExport(resolving, place, item) : [])),
    qosProfiles: of("qos").flatMap(({ item }) => {
      const symbol = item.kind === "qos" ? scope.symbolOfNode.get(item) : undefined;
      return symbol === undefined ? [] : (qosOf(symbol) ?? []);
    }),
    apps: of("app").flatMap(({ place, item }) => (item.kind === "app" ? [resolveApp(resolving, place, item)] : [])),
    contracts: of("contracts").flatMap(({ place, item }) => (item.kind === "contracts" ? [resolveContracts(resolving, place, item)] : [])),
    loadBalancers: blocks("loadbalancer").flatMap(({ place, block }) => resolveLoadBalancer(resolving, place, block) ?? []),
  });
  for (const [namespace, span] of namespaces.spans) spans.mark(tenant, `namespace ${namespace}`, span);
  return tenant;
}

/** Rules are asked for only by who asks about flows, which an editor does not at each keystroke. In a function of its own, so that a tenant holds nothing else. */
function withRules(parts: Omit<Tenant, "rules">): Tenant {
  const { policies } = parts;
  let rules: Rule[] | undefined;
  return {
    ...parts,
    get rules() {
      if (rules !== undefined) return rules;
      rules = [];
      for (const policy of policies) for (const rule of policy.rules) rules.push(rule);
      return rules;
    },
  };
}

function namespacesOf({ context }: Resolving, scope: TenantScope) {
  const written = scope.parts.flatMap(({ node }) => node.items.flatMap((item) => (item.kind === "namespaces" ? item.names : [])));
  checkNamespaces(written, context.report);
  for (const { node } of scope.parts) for (const item of node.items) if (item.kind === "namespaces") checkRepeats(item.names, context.report);
  const spans = new Map(written.map((name) => [name.text, name.span] as const));
  if (spans.size > 0) return { names: [...spans.keys()], spans };
  const { node } = scope.parts[0];
  if (!isNamespaceName(scope.name)) context.report(unusableNamespace.make({ tenant: scope.name }, { span: node.name.span }));
  return { names: [scope.name], spans: new Map([[scope.name, node.name.span] as const]) };
}

/** The tests that stand in the tenant. */
export function resolveTests(resolving: Resolving, tenant: TenantScope): readonly Test[] {
  return tenant.parts.flatMap(({ file, node }) =>
    node.items.flatMap((item) => (item.kind === "test" ? [resolveTest(resolving, { file, tenant }, item)] : [])),
  );
}
