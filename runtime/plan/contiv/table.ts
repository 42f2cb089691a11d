/**
 * Which flows of the agents' table a rule becomes (contiv.md §3.3, §3.4). An agent takes no two rules with one match and priority, and
 * deleting either takes the flow away (§3.6, hazard 1), so requests are ordered such that this never comes about.
 */
import { canonicalPrefix, formatPrefix, parsePrefix } from "../../../compiler/space/address.js";
import type { Body } from "../../../compiler/target/contiv/model.js";
import { number, sibling, text } from "./objects.js";
import type { SubnetOf } from "./normal.js";

/** Match and priority, as text that is equal where a switch would see one flow. */
export type FlowKey = string;

const protocols: Readonly<Record<string, string>> = { tcp: "6", udp: "17", icmp: "1" };

function remoteAddress(body: Body, side: "from" | "to", subnetOf: SubnetOf): string {
  const network = text(body, `${side}Network`);
  const given = network === "" ? text(body, `${side}IpAddress`) : (subnetOf(sibling(body, network)) ?? "");
  const prefix = parsePrefix(given);
  return prefix === undefined ? given : formatPrefix(canonicalPrefix(prefix));
}

/** The match of a rule for a group without its priority, forth and (for `tcp` and `udp` with a port) back. */
function matches(body: Body, group: string, subnetOf: SubnetOf): readonly string[] {
  const incoming = text(body, "direction") === "in";
  const side = incoming ? "from" : "to";
  const protocol = text(body, "protocol");
  const code = protocols[protocol] ?? protocol;
  const port = code === "6" || code === "17" ? number(body, "port") : 0;
  const remote = `${text(body, `${side}EndpointGroup`)}@${remoteAddress(body, side, subnetOf)}`;
  const own = `${group}@`;
  const opening = protocol === "tcp" && port === 0 ? "syn" : "";
  const match = (source: string, destination: string, ports: string): string =>
    [text(body, "tenantName"), source, destination, code, ports, opening].join("|");
  const [source, destination] = incoming ? [remote, own] : [own, remote];
  const forth = match(source, destination, `:${port}`);
  return (protocol === "tcp" || protocol === "udp") && port !== 0 ? [forth, match(destination, source, `${port}:`)] : [forth];
}

/** The flows that a rule becomes in groups that have its policy, with `priority` instead of its own where given. */
export function flowKeys(
  body: Body,
  groups: readonly string[],
  subnetOf: SubnetOf,
  priority = Math.max(1, number(body, "priority")),
): readonly FlowKey[] {
  return groups.flatMap((group) => matches(body, group, subnetOf).map((match) => `${match}|${priority}`));
}
