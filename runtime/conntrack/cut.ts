/**
 * Cuts connections that a tighter policy denies. Flows alone do not: what was allowed once passes by its entry in connection tracking.
 */
import { protocolNumber } from "../../compiler/space/service.js";
import { allowedMark } from "../../compiler/target/openflow/registers.js";
import { RpcRefusal } from "../jsonrpc/client.js";
import type { SwitchControl } from "./control.js";
import type { ConnectionJudge } from "./decide.js";
import { readConnections } from "./entries.js";
import type { Connection } from "./entries.js";

/** The name by which `dpctl` knows the one datapath of a type that all its bridges share. */
function datapathName(type: string): string {
  return `${type}@ovs-${type}`;
}

/** Connections that have the mark of an allowed one, in the zones that are ours. */
function isAllowed(connection: Connection, zones: ReadonlySet<number>): boolean {
  return zones.has(connection.zone) && (connection.mark >>> allowedMark.offset) % 2 === 1;
}

/**
 * Whether an entry can be named to the switch. The connection tracker in user space of Open vSwitch 3.1 takes every ICMP type for one
 * of IPv4 when it removes an entry, and ends the whole switch at those of IPv6.
 */
function isRemovable(connection: Connection, datapathType: string): boolean {
  return connection.protocol !== protocolNumber.icmp6 || datapathType === "system";
}

/** What is in force at a moment: whose zones are looked at, and who may go on. */
export interface Enforced {
  readonly zones: ReadonlySet<number>;
  readonly judge: ConnectionJudge;
}

/**
 * Removes the entries of connections that the judge denies, and says how many those were. Looks twice: a flow of the old policy in the
 * datapath's cache may let a connection in while the first look goes on; after "revalidator/wait" the cache is of the new policy.
 * `inForce` is asked when a list of connections has come; where it throws, nothing more is removed.
 */
export async function cutConnections(control: SwitchControl, datapathType: string, inForce: () => Enforced): Promise<number> {
  const sweep = async (): Promise<number> => {
    const connections = readConnections(await control.run("dpctl/dump-conntrack", datapathName(datapathType)));
    const { zones, judge } = inForce();
    const denied = connections.filter((connection) => isAllowed(connection, zones) && isRemovable(connection, datapathType) && !judge(connection));
    await Promise.all(denied.map((connection) => remove(control, connection)));
    return denied.length;
  };
  const first = await sweep();
  await control.run("revalidator/wait");
  return first + (await sweep());
}

/** The command takes no datapath's name here: Open vSwitch 3.1 reads one as part of the tuple. */
async function remove(control: SwitchControl, { zone, tuple }: Connection): Promise<void> {
  try {
    await control.run("dpctl/flush-conntrack", `zone=${zone}`, tuple);
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof RpcRefusal && error.message.includes("No such file or directory"))) throw error;
  }
}
