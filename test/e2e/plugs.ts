/** Interfaces of the lab's switches, and the namespaces that they are in. */
import { eventually } from "../support/agent.js";
import type { Machine } from "./machine.js";
import type { LabNode, NodeName } from "./node.js";

/** VXLAN takes 50 bytes of the usual 1,500. */
const MTU = "1400";

/** An interface in its namespace, with what it has there. */
export interface Plug {
  readonly node: NodeName;
  readonly port: string;
  /** `br-int` without. */
  readonly bridge?: string;
  /** The VLAN that the port is in, for bridges that forward by themselves. */
  readonly vlan?: number;
  readonly mac: string;
  readonly externalIds: Readonly<Record<string, string>>;
  /** The namespace. */
  readonly into: string;
  /** With prefix lengths. */
  readonly addresses: readonly string[];
  /** Destinations, and the router's address where there is one between. */
  readonly routes: readonly Route[];
}

export interface Route {
  readonly to: string;
  readonly family: "-4" | "-6";
  readonly via?: string;
}

export interface Plugs {
  readonly add: (plug: Plug) => void;
  readonly remove: (space: string) => void;
  /** Gives the namespaces of a node their interfaces again: those of a switch in user space go when it does. */
  readonly again: (node: NodeName) => Promise<void>;
}

export function makePlugs({ run, space, addSpace, removeSpace }: Machine, nodeOf: (name: NodeName) => LabNode): Plugs {
  const placed = new Map<string, Plug>();

  const place = ({ node, port, into, addresses, routes }: Plug): void => {
    run("ip", ["-n", space(node), "link", "set", port, "netns", space(into)]);
    run("ip", ["netns", "exec", space(into), "sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/all/accept_ra"]);
    const within = (...words: readonly string[]): string => run("ip", ["-n", space(into), ...words]);
    within("link", "set", port, "up");
    for (const entry of addresses) within("addr", "add", entry, "dev", port, ...(entry.includes(":") ? ["nodad"] : []));
    for (const { family, to, via } of routes) within(family, "route", "add", to, ...(via === undefined ? [] : ["via", via]), "dev", port);
  };

  const hasLink = (where: string, name: string): boolean => {
    try {
      return run("ip", ["-n", space(where), "link", "show", name]) !== "";
    } catch {
      return false;
    }
  };

  return {
    // An interface of the switch computes its checksums; one end of a `veth` would leave that to hardware.
    add: (plug) => {
      const external = Object.entries(plug.externalIds).map(([key, value]) => `external_ids:${key}=${JSON.stringify(value)}`);
      const columns = ["type=internal", `mtu_request=${MTU}`, `mac=${JSON.stringify(plug.mac)}`, ...external];
      const tag = plug.vlan === undefined ? [] : [`tag=${plug.vlan}`];
      nodeOf(plug.node).configure("add-port", plug.bridge ?? "br-int", plug.port, ...tag, "--", "set", "interface", plug.port, ...columns);
      addSpace(plug.into);
      place(plug);
      placed.set(plug.into, plug);
    },
    remove: (name) => {
      const plug = placed.get(name);
      if (plug === undefined) return;
      nodeOf(plug.node).configure("del-port", plug.port);
      removeSpace(name);
      placed.delete(name);
    },
    again: async (node) => {
      for (const plug of placed.values()) {
        if (plug.node !== node) continue;
        await eventually(
          () => hasLink(node, plug.port),
          () => `${plug.port} of ${node}`,
        );
        // The device of the switch that was killed is still there, with nobody behind it.
        if (hasLink(plug.into, plug.port)) run("ip", ["-n", space(plug.into), "link", "del", plug.port]);
        place(plug);
      }
      await eventually(
        () => hasLink(node, "br-phy"),
        () => `br-phy of ${node}`,
      );
      nodeOf(node).join();
    },
  };
}
