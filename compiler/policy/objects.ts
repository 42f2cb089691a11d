/** Apps, contracts, load balancers and exports of a tenant. */
import type * as syntax from "../../grammar/syntax.js";
import type { TenantScope } from "../bind/declare.js";
import type { Need, Place } from "../bind/lookup.js";
import type { PolicySymbol } from "../bind/symbols.js";
import { readBlock } from "../check/blocks.js";
import { describeValue } from "../check/describe.js";
import { readMatch } from "../check/labels.js";
import { checkRepeats } from "../check/repeats.js";
import type { Exports } from "../check/peers.js";
import * as read from "../check/values.js";
import { emptyText, wrongValue } from "../diagnostics/values.js";
import { originOf } from "../source/files.js";
import { headOf } from "./draft.js";
import type { Resolving } from "./draft.js";
import type { App, Contracts, Export, LoadBalancer } from "./model.js";
import { networkOf } from "./networks.js";
import type { NamedBlock } from "./networks.js";

const groupKind = new Set<PolicySymbol["kind"]>(["group"]);

export function resolveApp({ context }: Resolving, place: Place, node: syntax.App): App {
  const need: Need = { space: "peer", kinds: groupKind, text: "a group", where: `in app "${node.name.text}"` };
  checkRepeats(node.groups, context.report);
  const groups = node.groups.flatMap((name) => context.lookup.find(place, name, need)?.name ?? []);
  const { name, origin } = headOf(place, node);
  return { name, origin, groups: [...new Set(groups)] };
}

export function resolveContracts({ context }: Resolving, place: Place, node: syntax.Contracts): Contracts {
  for (const { text, span } of node.names) if (text.trim() === "") context.report(emptyText.make({ what: "the name of a contract" }, { span }));
  checkRepeats(node.names, context.report);
  const { name, origin } = headOf(place, node);
  return { name, origin, type: node.type, names: node.names.map((entry) => entry.text) };
}

export function resolveExport({ context }: Resolving, place: Place, node: syntax.Export): readonly Export[] {
  const need: Need = { space: "peer", kinds: groupKind, text: "a group", where: "in an export" };
  checkRepeats(node.groups, context.report);
  checkRepeats(node.to ?? [], context.report);
  const to = node.to?.flatMap((name) => context.lookup.findTenant(name)?.name ?? []);
  return node.groups.flatMap((name) => {
    const group = context.lookup.find(place, name, need);
    return group === undefined ? [] : [{ group: group.name, ...(to === undefined ? {} : { to }), origin: originOf(place.file, name.span) }];
  });
}

/** Who may name the groups of a tenant, straight from its `export` statements. */
export function exportsOf(tenant: TenantScope): Exports {
  const found = new Map<string, "all" | Set<string>>();
  for (const item of tenant.parts.flatMap((part) => part.node.items)) {
    if (item.kind !== "export") continue;
    for (const { text } of item.groups) {
      const known = found.get(text);
      if (item.to === undefined || known === "all") found.set(text, "all");
      else found.set(text, new Set([...(known ?? []), ...item.to.map((name) => name.text)]));
    }
  }
  return found;
}

export function resolveLoadBalancer(resolving: Resolving, place: Place, block: NamedBlock): LoadBalancer | undefined {
  const { context, spans } = resolving;
  const title = `load balancer "${block.name.text}"`;
  const uses = readBlock(block, context.report);
  const network = networkOf(resolving, place, block);
  const addressUse = uses.one("address");
  const address = addressUse === undefined ? undefined : read.readAddressValue(context, place, addressUse);
  const labels = uses.match === undefined ? new Map() : readMatch(uses.match, title, context.report);
  const mapped = uses.all("port").flatMap((use) => {
    const mapping = read.readPortMappingValue(context, place, use);
    const port = mapping === undefined ? undefined : portOf(resolving, place, mapping);
    return port === undefined ? [] : [{ port, span: mapping?.service.span }];
  });
  if (network === undefined) return undefined;
  const { name, origin } = headOf(place, block);
  const made: LoadBalancer = { name, origin, network, ...(address === undefined ? {} : { address }), labels, ports: mapped.map(({ port }) => port) };
  spans.mark(made, "address", addressUse?.property.values.at(0)?.span);
  for (const [at, { span }] of mapped.entries()) spans.mark(made, `port ${at}`, span);
  return made;
}

function portOf({ context, services }: Resolving, place: Place, mapping: syntax.PortMapping): LoadBalancer["ports"][number] | undefined {
  const { service } = mapping;
  const protocol = (["tcp", "udp", "sctp"] as const).find((name) => name === service.protocol.text);
  const [port] = service.ports;
  if (protocol === undefined || service.ports.length !== 1 || port.kind === "integerRange") {
    const needed = "one port of tcp, udp or sctp";
    context.report(wrongValue.make({ where: "the virtual side of a port mapping", found: describeValue(service), needed }, { span: service.span }));
    return undefined;
  }
  const virtual = services.port(place, port, "a port");
  const target = services.port(place, mapping.target, "a port");
  return virtual === undefined || target === undefined ? undefined : { protocol, port: virtual, target };
}
