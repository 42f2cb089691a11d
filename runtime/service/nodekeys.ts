/** Nodes' own keys: what this node signs with, and what of the others it believes. */
import { join, resolve } from "node:path";
import type { AgentSettings } from "../config/settings.js";
import type { Signer } from "../endpoints/announce.js";
import { openSequences } from "../endpoints/sequences.js";
import { verifiedEntries } from "../endpoints/verified.js";
import type { KeyValues } from "../store/keyvalue.js";
import { signingKey, trustedKey } from "./keyfiles.js";

export interface NodeKeys {
  readonly signer?: Signer;
  /** What of the store is believed of other nodes. */
  readonly heard: Pick<KeyValues, "watch">;
  readonly close: () => Promise<void>;
}

/** Reads them where the configuration has any. @throws ServiceError */
export async function nodeKeys(
  settings: AgentSettings,
  folder: string,
  node: string,
  store: KeyValues,
  warn: (error: Error) => void,
): Promise<NodeKeys> {
  const { nodeKey, trustNodes } = settings;
  if (nodeKey === undefined && trustNodes === undefined) return { heard: store, close: () => Promise.resolve() };
  const sequences = await openSequences(join(resolve(folder, settings.state), "sequences.json"), Date.now, warn);
  const key = nodeKey === undefined ? undefined : await signingKey(nodeKey, folder);
  const keys = await Promise.all([...(trustNodes ?? [])].map(async ([name, path]) => [name, await trustedKey(path, folder)] as const));
  return {
    ...(key === undefined ? {} : { signer: { key, next: () => sequences.next(node) } }),
    heard: trustNodes === undefined ? store : verifiedEntries(store, node, new Map(keys), sequences),
    close: sequences.close,
  };
}
