/**
 * Endpoints from the external ids of the bridge's interfaces, which whoever plugs them in writes:
 *
 *  - `iface-id`: the endpoint's name (OVN and libvirt write it too; OVN-Kubernetes' `NAMESPACE_POD` is understood), or
 *    `pod-namespace` and `pod-name` (Antrea writes these): the name is then `NAMESPACE/POD`
 *  - `attached-mac`: its MAC address; without it, the interface's own
 *  - `ctv-addresses`, `ip_addresses` or `ip-address`: addresses with spaces or commas between them, prefix lengths passed over
 *  - `ctv-namespace`, `ctv-labels`: the workload's namespace and labels, as `app=web,tier=front`
 *
 * Interfaces without a name among them are no endpoints.
 */
import { parseAddress } from "../../compiler/space/address.js";
import { macNumber } from "../../compiler/target/openflow/bind/inventory.js";
import type { Endpoint } from "../../compiler/target/openflow/bind/inventory.js";
import type { EndpointSource } from "../agent/sources.js";
import type { ServerAddress, TlsIdentity } from "../openflow/transport.js";
import type { BridgeInterface, BridgeView } from "../ovsdb/bridge.js";
import { watchBridge } from "../ovsdb/watch.js";
import { unknownMac, unknownPort } from "./merge.js";
import { reuse } from "./reuse.js";

export function ovsdbSource(address: ServerAddress, bridge: string, node: string, identity?: TlsIdentity): EndpointSource {
  return {
    name: "ovsdb",
    watch: (onInventory, onError) => {
      const same = reuse();
      // While there is no bridge, there are no endpoints to lose: what was said before holds.
      const onBridge = (view: BridgeView | undefined): void => {
        if (view !== undefined) onInventory({ endpoints: same(bridgeEndpoints(view, node)) });
      };
      return watchBridge(address, bridge, onBridge, onError, identity).stop;
    },
  };
}

/** What the interfaces of a bridge tell of endpoints. */
export function bridgeEndpoints(bridge: BridgeView, node: string): readonly Endpoint[] {
  return bridge.interfaces.flatMap((entry): readonly Endpoint[] => {
    const { externalIds: ids, port = unknownPort } = entry;
    const named = nameOf(ids);
    if (named === undefined) return [];
    const labels = labelsOf(ids["ctv-labels"]);
    const namespace = ids["ctv-namespace"] ?? ids["pod-namespace"];
    return [
      {
        name: named,
        node,
        port,
        mac: macOf(entry),
        addresses: addressesOf(ids["ctv-addresses"] ?? ids.ip_addresses ?? ids["ip-address"]),
        ...(namespace === undefined ? {} : { namespace }),
        ...(labels === undefined ? {} : { labels }),
      },
    ];
  });
}

function nameOf(ids: Readonly<Record<string, string>>): string | undefined {
  const { "pod-namespace": namespace, "pod-name": pod, "iface-id": id } = ids;
  if (namespace !== undefined && pod !== undefined) return `${namespace}/${pod}`;
  // Kubernetes' names have no underscore, so this cannot be anything else.
  return id?.replace(/^([a-z0-9-]+)_([a-z0-9.-]+)$/, "$1/$2");
}

function macOf({ externalIds, mac = unknownMac }: BridgeInterface): string {
  const attached = externalIds["attached-mac"];
  return attached !== undefined && macNumber(attached) !== undefined ? attached.toLowerCase() : mac;
}

function addressesOf(text = ""): readonly string[] {
  return text
    .split(/[\s,]+/)
    .map((part) => part.replace(/\/\d+$/, ""))
    .filter((part) => parseAddress(part) !== undefined);
}

function labelsOf(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined;
  const pairs = text.split(",").map((part) => /^\s*([^=\s]+)=([^=\s]*)\s*$/.exec(part));
  return Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1], pair[2]]])));
}
