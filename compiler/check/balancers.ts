/** Virtual addresses of load balancers: each port of one has one answer. */
import type { LoadBalancer, Network, Tenant } from "../policy/model.js";
import type { Spans } from "../policy/draft.js";
import type { Report } from "../diagnostics/sink.js";
import { virtualPortTaken } from "../diagnostics/values.js";
import * as address from "../space/address.js";

/** Finds ports at which two mappings of a tenant answer, and virtual addresses that a router has. */
export function checkVirtualPorts(tenant: Tenant, spans: Spans, report: Report): void {
  const taken = new Map<string, { readonly balancer: LoadBalancer; readonly mark: string }>();
  for (const balancer of tenant.loadBalancers) {
    const router = routerAt(tenant, balancer.address);
    if (router !== undefined) {
      const related = [{ span: router.origin.span, message: "the network" }];
      const what = `its address is the gateway of network "${router.name}"`;
      report(virtualPortTaken.make({ balancer: balancer.name, what }, { span: spans.of(balancer, "address"), related }));
    }
    for (const [at, { protocol, port }] of balancer.ports.entries()) {
      // Load balancers without an address are given different ones.
      const where = balancer.address === undefined ? `the address of ${balancer.name}` : address.formatAddress(balancer.address);
      const key = `${where} ${protocol}/${port}`;
      const mark = `port ${at}`;
      const other = taken.get(key);
      if (other === undefined) {
        taken.set(key, { balancer, mark });
        continue;
      }
      const related = [{ span: spans.of(other.balancer, other.mark), message: "answers here" }];
      const what =
        other.balancer === balancer
          ? `${protocol}/${port} is given twice`
          : `load balancer "${other.balancer.name}" has ${protocol}/${port} of ${where} too`;
      report(virtualPortTaken.make({ balancer: balancer.name, what }, { span: spans.of(balancer, mark), related }));
    }
  }
}

function routerAt({ networks }: Tenant, virtual: address.Address | undefined): Network | undefined {
  if (virtual === undefined) return undefined;
  return networks.find((network) =>
    [network.gateway, network.gateway6].some((gateway) => gateway?.family === virtual.family && gateway.value === virtual.value),
  );
}
