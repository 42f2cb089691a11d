/**
 * The control socket of `ovs-vswitchd` (ovs-appctl(8)), which is where connection tracking can be read and entries be removed.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { rpcClient } from "../jsonrpc/client.js";
import { openStream } from "../openflow/transport.js";

export interface SwitchControl {
  /** Runs a command; rejects with `RpcRefusal` and the switch's words. */
  readonly run: (command: string, ...words: readonly string[]) => Promise<string>;
  readonly close: () => void;
  readonly closed: Promise<Error | undefined>;
}

/** Opens the socket at a path; in a folder it is the one of the daemon whose process id the folder has, as Open vSwitch lays it out. */
export async function openControl(path: string): Promise<SwitchControl> {
  const rpc = rpcClient(await openStream({ kind: "unix", path: await socketAt(path) }), "ovs-vswitchd");
  return {
    run: async (command, ...words) => {
      const result = await rpc.call(command, words);
      return typeof result === "string" ? result : "";
    },
    close: rpc.close,
    closed: rpc.closed,
  };
}

async function socketAt(path: string): Promise<string> {
  if (path.endsWith(".ctl")) return path;
  const id = (await readFile(join(path, "ovs-vswitchd.pid"), "utf8")).trim();
  return join(path, `ovs-vswitchd.${id}.ctl`);
}
