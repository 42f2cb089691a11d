/**
 * Whole tables of nodes: those of the examples, bound to an endpoint for every kind of end that their policies tell apart, on every
 * sort of fabric.
 */
import { bindNode } from "../../compiler/target/openflow/bind/bind.js";
import type { BoundNode } from "../../compiler/target/openflow/bind/bind.js";
import { buildProgram } from "../../compiler/target/openflow/build.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import { checkTexts, readTexts } from "./diagnose.js";
import { universeOf } from "./policy.js";
import { switchedWorld } from "./switched.js";

export const exampleNames = ["guestbook", "policy-tutorial", "shop", "zero-trust"] as const;

/** The program of an example. */
export function exampleProgram(name: string): Program {
  const { policy } = checkTexts(readTexts(`examples/${name}`));
  const program = policy === undefined ? undefined : buildProgram(universeOf(policy)).program;
  if (program === undefined) throw new Error(`${name} has no program`);
  return program;
}

export interface NodeTables extends BoundNode {
  readonly name: string;
}

const fabrics: readonly Pick<Program["fabric"], "forwarding" | "arp">[] = [
  { forwarding: "bridge", arp: "proxy" },
  { forwarding: "routing", arp: "flood" },
];

export function exampleTables(): readonly NodeTables[] {
  return exampleNames.flatMap((name) => {
    const { policy } = checkTexts(readTexts(`examples/${name}`));
    if (policy === undefined) throw new Error(`${name} does not resolve`);
    const plain = exampleProgram(name);
    const { inventory } = switchedWorld(universeOf(policy), plain, true);
    const nodes = inventory.nodes.map((node) => ({ ...node, nextHop: "02:00:00:00:00:fe" }));
    return fabrics.map((fabric, turn) => {
      // Every second network by VLAN, so that tags are there as well.
      const networks = plain.networks.map((network, index) => ({
        ...network,
        encap: index % 2 === turn ? ("vxlan" as const) : ("vlan" as const),
        tag: 100 + index,
      }));
      const bound = bindNode({ ...plain, fabric, networks }, { ...inventory, nodes }, "a");
      return { ...bound, name: `${name}, ${fabric.forwarding}, ${fabric.arp}` };
    });
  });
}
