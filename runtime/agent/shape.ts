/**
 * What the flows of an endpoint depend on, apart: its shape, which it has in common with many, and the values that are its own.
 */
import type { Address } from "../../compiler/space/address.js";
import { isLocal } from "../../compiler/target/openflow/bind/context.js";
import type { NodeContext } from "../../compiler/target/openflow/bind/context.js";
import type { ResolvedEndpoint } from "../../compiler/target/openflow/bind/resolve.js";
import { inSharedSpace } from "../../compiler/target/openflow/bind/spaces.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import { classWordsOf } from "../../compiler/target/openflow/staticflows.js";
import type { ClassWord } from "../../compiler/target/openflow/staticflows.js";
import { byteWriter, putNumber } from "../openflow/bytes.js";
import type { ByteWriter } from "../openflow/bytes.js";

/** What the class registers hold of an address, and which of them these are. */
export interface Words {
  readonly words: readonly ClassWord[];
  readonly shape: string;
}

/** Finds the words of an address' classes. There are as many sets of classes as kinds of endpoints: few, beside their addresses. */
export function wordFinder(program: Program): (classes: readonly number[]) => Words {
  const known = new Map<string, Words>();
  return (classes) => {
    const key = classes.join();
    let found = known.get(key);
    if (found === undefined) {
      const words = classWordsOf(program, classes);
      found = { words, shape: words.map(({ word }) => word).join() };
      known.set(key, found);
    }
    return found;
  };
}

/** The words of each address of an endpoint. Where two have the same classes, they have the same object. */
export type WordsOfAddresses = readonly Words[];

/** All that the flows depend on besides the values. */
export function shapeOf(context: NodeContext, entry: ResolvedEndpoint, words: WordsOfAddresses): string {
  const { domain, network } = entry;
  let shape = `${isLocal(context, entry) ? "here" : (tunnelEnd(context, entry)?.family ?? 0)} ${domain} ${network?.id ?? 0}`;
  for (const [index, { address, members, blocked, ambiguous, dscp }] of entry.addresses.entries()) {
    const shared = context.shared.length > 0 && inSharedSpace(context.shared, domain, address);
    shape += `;${address.family} ${members} ${words.indexOf(words[index])} ${words[index].shape} ${blocked === undefined} ${ambiguous} ${dscp ?? ""} ${shared}`;
  }
  return shape;
}

/** Where the tunnel to an endpoint's node ends. */
export const tunnelEnd = (context: NodeContext, entry: ResolvedEndpoint): Address | undefined => context.nodeAddresses.get(entry.endpoint.node);

const MAC_SIZE = 6;
const WORD_SIZE = 4;
/** In bytes. */
export const addressSize = (address: Address): number => (address.family === 4 ? 4 : 16);

const scratch = byteWriter();

/** Bytes of what goes into the holes, in one order for all endpoints of a shape; good until the next call. `note` is told where each ends. */
export function valuesOf(
  context: NodeContext,
  { mac, id, endpoint, addresses }: ResolvedEndpoint,
  words: WordsOfAddresses,
  note?: (end: number) => void,
): ByteWriter {
  scratch.at = 0;
  const put = (value: number | bigint, size: number): void => {
    putNumber(scratch, value, size);
    note?.(scratch.at);
  };
  put(mac, MAC_SIZE);
  put(id, WORD_SIZE);
  put(endpoint.port, WORD_SIZE);
  const end = context.nodeAddresses.get(endpoint.node);
  if (end !== undefined) put(end.value, addressSize(end));
  for (const { address } of addresses) put(address.value, addressSize(address));
  for (let index = 0; index < words.length; index++) {
    if (words.indexOf(words[index]) === index) for (const { value } of words[index].words) put(value, WORD_SIZE);
  }
  return scratch;
}
