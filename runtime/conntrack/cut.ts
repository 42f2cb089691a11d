/**
 * Cuts connections that a tighter policy denies. Flows alone do not: what was allowed once passes by its entry in connection tracking.
 */
import { allowedMark } from "../../compiler/target/openflow/registers.js";
import type { SwitchControl } from "./control.js";
import type { ConnectionJudge } from "./decide.js";
import { readConnections } from "./entries.js";
import type { Connection } from "./entries.js";

/** The name by which `dpctl` knows the one datapath of a type that all its bridges share. */
export function datapathName(type: string): string {
  return `${type}@ovs-${type}`;
}

/** Connections that have the mark of an allowed one, in the zones that are ours. */
function isAllowed(connection: Connection, zones: ReadonlySet<number>): boolean {
  return zones.has(connection.zone) && (connection.mark >>> allowedMark.offset) % 2 === 1;
}

/**
 * Removes the entries of connections that the judge denies, and says how many those were. Packets on the way may have been let in by a
 * cached flow of the old policy just now: "revalidator/wait" comes first, after which the datapath's caches are of the new one.
 */
export async function cutConnections(control: SwitchControl, datapath: string, zones: ReadonlySet<number>, judge: ConnectionJudge): Promise<number> {
  await control.run("revalidator/wait");
  const connections = readConnections(await control.run("dpctl/dump-conntrack", datapath));
  const denied = connections.filter((connection) => isAllowed(connection, zones) && !judge(connection));
  await Promise.all(denied.map(({ zone, tuple }) => control.run("dpctl/flush-conntrack", datapath, `zone=${zone}`, tuple)));
  return denied.length;
}
