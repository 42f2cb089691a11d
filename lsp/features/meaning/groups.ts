/** What a group is, who may reach it, and whom it may reach. */
import type { PolicySymbol } from "../../../compiler/bind/symbols.js";
import type { Group, Peer, PeerExpression, Rule, Tenant } from "../../../compiler/policy/model.js";
import { formatPrefix, isEmptyAddresses, toPrefixes } from "../../../compiler/space/address.js";
import { everyService } from "../../../compiler/space/service.js";
import { formatValues } from "./labels.js";
import { universeNear } from "../../../compiler/verdict/near.js";
import { answer } from "../../../compiler/verdict/query.js";
import type { View } from "../../workspace/workspace.js";

export function groupOf(view: View, symbol: PolicySymbol): { readonly tenant: Tenant; readonly group: Group } | undefined {
  const tenant = view.checked.draft.tenants.find(({ name }) => name === symbol.tenant);
  const group = tenant?.groups.find(({ name }) => name === symbol.name);
  return tenant === undefined || group === undefined ? undefined : { tenant, group };
}

export function groupMeaning(view: View, symbol: PolicySymbol): readonly string[] {
  const found = groupOf(view, symbol);
  if (found === undefined) return [];
  const { tenant, group } = found;
  const reached = allowing(view, tenant, group, "destination");
  const reaches = allowing(view, tenant, group, "source");
  return [
    membersText(group),
    ...(group.network === undefined ? [] : [`Network: ${group.network}.`]),
    `May be reached by:\n${listOf(view, tenant, reached, (rule) => rule.source)}`,
    `May reach:\n${listOf(view, tenant, reaches, (rule) => rule.destination)}`,
  ];
}

/** Who is in the group, in a sentence. */
export function membersText(group: Group): string {
  const { selector } = group;
  const labels = selector === undefined ? [] : [...selector.labels].map(([key, values]) => formatValues(key, values));
  const workloads =
    selector === undefined ? [] : [`workloads of ${selector.namespaces.join(", ")}${labels.length === 0 ? "" : ` with ${labels.join(", ")}`}`];
  const hosts = isEmptyAddresses(group.hosts) ? [] : [`machines at ${toPrefixes(group.hosts).map(formatPrefix).join(", ")}`];
  return `Members: ${[...workloads, ...hosts].join("; ") || "none"}.`;
}

/** The rules that let something pass to or from the group; while the policy has errors, those that name it. */
export function allowing(view: View, tenant: Tenant, group: Group, side: "source" | "destination"): readonly Rule[] {
  const { universe } = view.checked;
  if (universe === undefined) return tenant.rules.filter((rule) => rule.action === "allow" && names(rule[side], tenant, group));
  const self: PeerExpression = { include: [{ kind: "group", tenant: tenant.name, group: group.name }], except: [] };
  const all: PeerExpression = { include: [{ kind: "any" }], except: [] };
  const [source, destination] = side === "source" ? [self, all] : [all, self];
  const near = universeNear(universe, universe.endsOf(source), universe.endsOf(destination));
  const { parts } = answer(near, { source, destination, service: { services: everyService, terms: [] } });
  const rules = parts
    .filter((part) => part.outcome === "allow")
    .flatMap((part) => part.verdicts.flatMap(({ rule }) => (rule === undefined ? [] : [rule])));
  return [...new Set(rules)];
}

function names(expression: PeerExpression, tenant: Tenant, group: Group): boolean {
  const holds = (peer: Peer): boolean => {
    switch (peer.kind) {
      case "any":
        return true;
      case "group":
        return peer.tenant === tenant.name && peer.group === group.name;
      case "network":
        return peer.tenant === tenant.name && peer.network === group.network;
      case "set":
        return names(peer.expression, tenant, group);
      case "world":
      case "addresses":
        return false;
    }
  };
  return expression.include.some(holds) && !expression.except.some(holds);
}

function listOf(view: View, { name }: Tenant, rules: readonly Rule[], other: (rule: Rule) => PeerExpression): string {
  if (rules.length === 0) return "- nobody, by any rule";
  const shown = rules.slice(0, 12).map((rule) => {
    const { line, span } = rule.origin;
    const policy = rule.tenant === name ? rule.policy : `${rule.tenant}/${rule.policy}`;
    const place = span.file === view.file.id ? `in line ${line}` : `in ${span.file}, line ${line}`;
    return `- \`${expressionText(other(rule), name)}\`${servicesText(rule)}, by \`${policy}\` ${place}`;
  });
  return [...shown, ...(rules.length > 12 ? [`- and ${rules.length - 12} more`] : [])].join("\n");
}

function servicesText(rule: Rule): string {
  const { terms } = rule.service;
  return terms.length === 0 ? "" : ` : \`${terms.map(({ text }) => text).join(", ")}\``;
}

/** As rules have it; groups and networks of tenants other than `home`, where that is given, with their tenant. */
export function expressionText({ include, except }: PeerExpression, home?: string): string {
  const listed = (peers: readonly Peer[]): string => peers.map((peer) => peerText(peer, home)).join(", ");
  return except.length === 0 ? listed(include) : `${listed(include)} except ${listed(except)}`;
}

function peerText(peer: Peer, home: string | undefined): string {
  const owned = (tenant: string, name: string): string => (home === undefined || tenant === home ? name : `${tenant}/${name}`);
  switch (peer.kind) {
    case "any":
    case "world":
      return peer.kind;
    case "group":
      return owned(peer.tenant, peer.group);
    case "network":
      return owned(peer.tenant, peer.network);
    case "addresses":
      return peer.name ?? peer.text;
    case "set":
      return peer.name;
  }
}
