/** What a declared name stands for, for every kind but groups. */
import type { PolicySymbol } from "../../../compiler/bind/symbols.js";
import { formatParam } from "../../../compiler/check/params.js";
import { formatPrefix, toPrefixes } from "../../../compiler/space/address.js";
import { formatServices } from "../../../compiler/space/service.js";
import type { View } from "../../workspace/workspace.js";
import { sizeText } from "./addresses.js";
import { expressionText } from "./groups.js";

/** Paragraphs of Markdown. */
export function symbolMeaning(view: View, symbol: PolicySymbol): readonly string[] {
  const { names, draft } = view.checked;
  const tenant = draft.tenants.find(({ name }) => name === (symbol.kind === "tenant" ? symbol.name : symbol.tenant));
  switch (symbol.kind) {
    case "service": {
      const services = names.serviceOf(symbol);
      return services === undefined || symbol.declarations.length === 0 ? [] : [`\`${formatServices(services)}\``];
    }
    case "param": {
      const value = names.paramOf(symbol);
      return value === undefined ? ["No value: give one with `--param`, or in the project file."] : [`Value: \`${formatParam(value)}\``];
    }
    case "external": {
      const peer = names.peerOf(symbol);
      if (peer?.kind !== "addresses") return [];
      return [`\`${toPrefixes(peer.addresses).map(formatPrefix).join(", ")}\`: ${sizeText(peer.addresses)}, outside every network`];
    }
    case "set": {
      const peer = names.peerOf(symbol);
      return peer?.kind === "set" ? [`\`${expressionText(peer.expression)}\``] : [];
    }
    case "network": {
      const network = tenant?.networks.find(({ name }) => name === symbol.name);
      if (network === undefined) return [];
      const groups = (tenant?.groups ?? []).filter((group) => group.network === symbol.name).map(({ name }) => name);
      const prefixes = toPrefixes(network.addresses).map(formatPrefix).join(", ");
      return [
        `\`${prefixes}\`: ${sizeText(network.addresses)}, ${network.encap}${network.tag === undefined ? "" : ` ${network.tag}`}`,
        ...groupsLine(groups),
      ];
    }
    case "policy": {
      const policy = tenant?.policies.find(({ name }) => name === symbol.name);
      if (policy === undefined || tenant === undefined) return [];
      const place = tenant.policies.indexOf(policy) + 1;
      return [`Priority ${policy.priority}: number ${place} of ${tenant.policies.length} in the order of the tenant; ${policy.rules.length} rules.`];
    }
    case "tenant": {
      if (tenant === undefined) return [];
      const { namespaces, networks, groups, rules, defaultAction } = tenant;
      return [
        `Namespaces: ${namespaces.join(", ")}. Networks: ${networks.length}, groups: ${groups.length}, rules: ${rules.length}. What no rule decides is ${defaultAction === "allow" ? "allowed" : "denied"}.`,
      ];
    }
    case "group":
    case "qos":
    case "app":
    case "contracts":
    case "loadbalancer":
    case "bgp":
    case "test":
      return [];
  }
}

function groupsLine(groups: readonly string[]): readonly string[] {
  return groups.length === 0 ? [] : [`Groups in it: ${groups.join(", ")}.`];
}
