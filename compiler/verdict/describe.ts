/** Flows and ends in words that a reader of the policy knows: names of groups where there are any, then labels and addresses. */
import type { Policy } from "../policy/model.js";
import { formatAddress } from "../space/address.js";
import type { End } from "../space/ends.js";
import type { Flow } from "../space/flows.js";
import { hasPorts, isIcmp, protocolText } from "../space/service.js";
import { groupsOf, ownersOf } from "./membership.js";

/** Such as `frontend (10.1.1.1) -> redis-master (10.1.1.2) : tcp/6379`. */
export function describeFlow(policy: Policy, flow: Flow): string {
  return `${describeEnd(policy, flow.source)} -> ${describeEnd(policy, flow.destination)} : ${describeService(flow)}`;
}

/** The groups of an end, or the tenant it belongs to, or `world`; with its address. */
function describeEnd(policy: Policy, end: End): string {
  const several = policy.tenants.length > 1;
  const owners = ownersOf(policy, end);
  const groups: string[] = [];
  for (const tenant of owners) for (const group of groupsOf(tenant, end)) groups.push(several ? `${tenant.name}/${group.name}` : group.name);
  const address = formatAddress(end.address);
  if (groups.length > 0) return `${groups.join(" and ")} (${address})`;
  const tenants = owners.map((tenant) => tenant.name);
  const labels = Object.entries(end.labels).map(([key, value]) => `${key}=${value}`);
  const what = [
    ...(end.namespace === undefined ? [] : [`a workload of namespace ${end.namespace === "" ? '""' : end.namespace}`]),
    ...(labels.length === 0 ? [] : [`with ${labels.join(", ")}`]),
  ];
  if (what.length > 0) return `${what.join(" ")} (${address})`;
  return tenants.length === 0 ? address : `${address} of tenant ${tenants.join(" and ")}`;
}

/** Such as `tcp/6379`, `icmp/8`, `ip/47`. */
export function describeService(flow: Pick<Flow, "protocol" | "detail">): string {
  const { protocol, detail } = flow;
  if (isIcmp(protocol)) return `${protocolText(protocol)}/${detail >> 8}`;
  return hasPorts(protocol) ? `${protocolText(protocol)}/${detail}` : protocolText(protocol);
}
