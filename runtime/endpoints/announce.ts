/** Tells other nodes of this one's endpoints (`members.ts`), signed where the node has a key. */
import type { Endpoint, InventoryNode } from "../../compiler/target/openflow/bind/inventory.js";
import type { SigningKey } from "../signing/keys.js";
import { entryDigest, sealRoster } from "../signing/roster.js";
import { inChunks } from "../store/chunks.js";
import { keyPart } from "../store/keyvalue.js";
import type { Lease } from "../store/keyvalue.js";
import { MEMBERS } from "./members.js";

/** What a node signs with. */
export interface Signer {
  readonly key: SigningKey;
  /** A number above all that the node has signed with before. */
  readonly next: () => number;
}

export interface Announcer {
  /** Makes this what the others know of the node, and its endpoints: writes what is new or changed, and takes away what is gone. */
  readonly announce: (node: InventoryNode, endpoints: readonly Endpoint[]) => Promise<void>;
}

/** Announces the node `self` under a lease of its own. What is announced while something is still being written takes its place after it. */
export function announcer(lease: Lease, self: string, signer?: Signer): Announcer {
  const base = `${MEMBERS}${keyPart(self)}/`;
  const nodeKey = `${base}node`;
  const nodeText = signer === undefined ? plainNode : signedNode(signer);
  /** What the lease holds, or has been told to. */
  let held: ReadonlyMap<string, string> = new Map();
  let next: ReadonlyMap<string, string> | undefined;
  let writing: Promise<void> | undefined;
  /** Most endpoints are the same objects each time. */
  const texts = new WeakMap<Endpoint, Text>();
  const textOf = (endpoint: Endpoint): Text => {
    const known = texts.get(endpoint) ?? { part: keyPart(endpoint.name), text: JSON.stringify(endpoint) };
    texts.set(endpoint, known);
    return known;
  };
  const write = async (): Promise<void> => {
    const failures: unknown[] = [];
    const failed = (error: unknown): void => void failures.push(error);
    while (next !== undefined) {
      const [before, wanted] = [held, next];
      held = wanted;
      next = undefined;
      const put = [...wanted].filter(([key, text]) => key !== nodeKey && before.get(key) !== text);
      const node = wanted.get(nodeKey);
      const gone = [...before.keys()].filter((key) => !wanted.has(key));
      // The lease tries again by itself; what is announced next must not wait for that.
      await inChunks(put, ([key, text]) => lease.put(key, Buffer.from(text))).catch(failed);
      // A roster names what is there already, and no longer what goes next.
      if (node !== undefined && node !== before.get(nodeKey)) await lease.put(nodeKey, Buffer.from(node)).catch(failed);
      await inChunks(gone, lease.remove).catch(failed);
    }
    if (failures.length > 0) throw failures[0];
  };
  return {
    announce: ({ name, address }, endpoints) => {
      const own = endpoints.filter(({ node }) => node === self).map(textOf);
      next = new Map([...own.map(({ part, text }) => [`${base}endpoints/${part}`, text] as const), [nodeKey, nodeText({ name, address }, own)]]);
      writing ??= write().finally(() => {
        writing = undefined;
      });
      return writing;
    },
  };
}

interface Text {
  /** The last part of its key. */
  readonly part: string;
  readonly text: string;
}

type NodeText = (node: Pick<InventoryNode, "name" | "address">, endpoints: readonly Text[]) => string;

const plainNode: NodeText = ({ name, address }) => JSON.stringify({ name, address });

/** Signs anew only what differs from the last. */
function signedNode({ key, next }: Signer): NodeText {
  const digests = new WeakMap<Text, string>();
  let last = { content: "", text: "" };
  return (node, texts) => {
    const endpoints = [...new Map(texts.map((text) => [text.part, text])).values()].map((text) => {
      const digest = digests.get(text) ?? entryDigest(Buffer.from(text.text));
      digests.set(text, digest);
      return { part: text.part, digest };
    });
    const content = JSON.stringify([node, endpoints]);
    if (content !== last.content) last = { content, text: sealRoster({ ...node, sequence: next(), endpoints }, key).toString() };
    return last.text;
  };
}
