/**
 * A client of `ovsdb-server` (RFC 7047): transactions, and tables that are kept up to date by a monitor.
 */
import { errorText, rpcClient, RpcRefusal } from "../jsonrpc/client.js";
import { isRecord } from "../jsonrpc/stream.js";
import { openStream } from "../openflow/transport.js";
import type { ServerAddress, TlsIdentity } from "../openflow/transport.js";
import { applyUpdate } from "./values.js";
import type { Tables } from "./values.js";

/** An operation of a transaction, such as `{op: "update", table: "Interface", where: [...], row: {...}}` (RFC 7047 §5.2). */
export type Operation = Readonly<Record<string, unknown>>;

export interface OvsdbClient {
  /** Runs operations all at once or not at all. Rejects with `RpcRefusal` and the server's words. Gives one result an operation. */
  readonly transact: (operations: readonly Operation[]) => Promise<readonly unknown[]>;
  /** Delivers the columns of the tables at once, and again after every change, until the connection is over. One monitor a client. */
  readonly monitor: (columns: Readonly<Record<string, readonly string[]>>, onTables: (tables: Tables) => void) => Promise<void>;
  readonly close: () => void;
  readonly closed: Promise<Error | undefined>;
}

/** The database of Open vSwitch. */
const DATABASE = "Open_vSwitch";
const MONITOR = "ctv";

/** Where `ovsdb-server` listens when an address has no port. */
export const OVSDB_PORT = 6640;

export async function connectOvsdb(address: ServerAddress, identity?: TlsIdentity): Promise<OvsdbClient> {
  let tables: Tables = new Map();
  let deliver: ((tables: Tables) => void) | undefined;
  const rpc = rpcClient(await openStream(address, identity), "ovsdb-server", {
    keepAlive: 5000,
    onNotification: (method, [monitor, update]) => {
      if (method !== "update" || monitor !== MONITOR) return;
      tables = applyUpdate(tables, update);
      deliver?.(tables);
    },
  });
  return {
    transact: async (operations) => {
      const answer = await rpc.call("transact", [DATABASE, ...operations]);
      const results: readonly unknown[] = Array.isArray(answer) ? answer : [];
      const failed = results.find((result) => isRecord(result) && result.error !== undefined);
      if (failed !== undefined) throw new RpcRefusal(errorText(failed));
      return results;
    },
    monitor: async (columns, onTables) => {
      deliver = onTables;
      const requests = Object.fromEntries(Object.entries(columns).map(([table, names]) => [table, [{ columns: names }]]));
      // An update may overtake nothing: the server answers first (RFC 7047 §4.1.5).
      const first = await rpc.call("monitor", [DATABASE, MONITOR, requests]);
      tables = applyUpdate(tables, first);
      onTables(tables);
    },
    close: rpc.close,
    closed: rpc.closed,
  };
}
