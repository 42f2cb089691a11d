/**
 * One bridge, watched for as long as somebody wants to know about it: the connection is opened again whenever it breaks.
 */
import type { ServerAddress, TlsIdentity } from "../openflow/transport.js";
import { retrying } from "../retry.js";
import type { Retrying } from "../retry.js";
import { bridgeColumns, bridgeView } from "./bridge.js";
import type { BridgeView } from "./bridge.js";
import { connectOvsdb } from "./client.js";
import type { Operation } from "./client.js";

export interface BridgeWatch extends Retrying {
  /** Runs operations over the watch's connection. Rejects while there is none. */
  readonly transact: (operations: readonly Operation[]) => Promise<readonly unknown[]>;
}

/** Delivers the bridge whenever something about it changes; `undefined` while there is no bridge of that name. */
export function watchBridge(
  address: ServerAddress,
  bridge: string,
  onBridge: (view: BridgeView | undefined) => void,
  onError: (error: Error) => void,
  identity?: TlsIdentity,
): BridgeWatch {
  let transact: BridgeWatch["transact"] | undefined;
  const watch = retrying(async (signal) => {
    const client = await connectOvsdb(address, identity);
    signal.addEventListener("abort", client.close, { once: true });
    if (signal.aborted) client.close();
    try {
      transact = client.transact;
      await client.monitor(bridgeColumns, (tables) => onBridge(bridgeView(tables, bridge)));
      const reason = await client.closed;
      if (reason !== undefined) throw reason;
    } finally {
      transact = undefined;
      client.close();
    }
  }, onError);
  return {
    ...watch,
    transact: (operations) => transact?.(operations) ?? Promise.reject(new Error("there is no connection to ovsdb-server")),
  };
}
