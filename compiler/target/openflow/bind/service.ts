/**
 * Load balancing: a new connection to a service address is sent to a provider, which conntrack remembers and undoes for replies.
 * The policy is asked afterwards, about the provider and its port.
 */
import { formatAddress, parseAddress } from "../../../space/address.js";
import type { End } from "../../../space/ends.js";
import { hash32 } from "../hash.js";
import { registers } from "../registers.js";
import { tables } from "../tables.js";
import { makeMatch, setBits } from "../flow.js";
import type { Action, Flow, Group } from "../flow.js";
import { inRegion } from "../region.js";
import { unclassified } from "../staticflows.js";
import { addressIs, nodeFlow } from "./context.js";
import type { NodeContext } from "./context.js";
import type { ResolvedEndpoint } from "./resolve.js";

/** Group ids may go up to 0xffffff00 (OpenFlow 1.3 §7.3.4.2). */
const GROUP_LIMIT = 0xffffff00;

/** INVARIANT: `endpoints` are in order of name, so that buckets have one order. */
export function serviceFlows(
  context: NodeContext,
  endpoints: readonly ResolvedEndpoint[],
): { readonly flows: readonly Flow[]; readonly groups: readonly Group[] } {
  const groups: Group[] = [];
  const taken = new Set<number>();
  const flows = context.program.loadBalancers.flatMap((balancer) => {
    const address = parseAddress(balancer.address);
    if (address === undefined) return [];
    const providers = endpoints.flatMap((entry) =>
      entry.addresses.filter((resolved) => {
        const end: End = {
          labels: entry.endpoint.labels ?? {},
          address: resolved.address,
          ...(entry.endpoint.namespace === undefined ? {} : { namespace: entry.endpoint.namespace }),
        };
        return resolved.blocked === undefined && resolved.address.family === address.family && inRegion(balancer.region, end);
      }),
    );
    return balancer.ports.map(({ protocol, port, target }): Flow => {
      let id = hash32(`${balancer.tenant}/${balancer.name}/${protocol}/${port}`) % GROUP_LIMIT;
      while (taken.has(id)) id = (id + 1) % GROUP_LIMIT;
      taken.add(id);
      const bucket = (provider: string): readonly Action[] => [
        ...unclassified,
        setBits(registers.balanced, 1),
        { kind: "ct", commit: true, zone: registers.zone, table: tables.destination, nat: { address: provider, port: target }, exec: [] },
      ];
      if (providers.length > 0) groups.push({ id, buckets: providers.map((provider) => bucket(formatAddress(provider.address))) });
      const match = makeMatch(addressIs({ address }, "destination"), [{ field: "nw_proto", value: protocol }], [{ field: "tp_dst", value: port }]);
      return {
        table: tables.service,
        priority: 100,
        cookie: { kind: "service", id: id },
        match,
        actions: providers.length === 0 ? [] : [{ kind: "group", group: id }],
      };
    });
  });
  return { flows: [...flows, nodeFlow(tables.service, 0, [], [])], groups };
}
