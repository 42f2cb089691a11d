/**
 * What a store has to be able to do, whatever it is: keep bytes under keys. What these mean is said once, above it (`generations.ts`,
 * `reports.ts`, `members.ts`).
 *
 * Keys are paths such as `generations/0000000012`: parts of letters, digits and `.-_%`, separated by slashes, none beginning with a
 * dot. A prefix ends in a slash.
 */
import { createHash } from "node:crypto";
import type { OnError, Stop } from "../agent/sources.js";

export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
}

export interface KeyValues {
  /** For people: `folder /var/lib/ctv/store`, `etcd https://10.0.0.1:2379/ctv`. */
  readonly name: string;
  readonly get: (key: string) => Promise<Uint8Array | undefined>;
  /** Keys that begin with `prefix`, ascending. */
  readonly keys: (prefix: string) => Promise<readonly string[]>;
  /** The entries of these keys. */
  readonly list: (prefix: string) => Promise<readonly Entry[]>;
  /** Writes a key that must not be there yet. Of several who try at once, one gets `true`. After that the entry survives a crash. */
  readonly create: (key: string, value: Uint8Array) => Promise<boolean>;
  readonly put: (key: string, value: Uint8Array) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  /** Tells of all entries below `prefix`: at once, after each change, and after every time that changes may have been missed. */
  readonly watch: (prefix: string, onEntries: OnEntries, onError: OnError) => Stop;
  /** As `watch`, but only the entry with the highest key of those that count: for prefixes below which much has gathered. */
  readonly watchNewest: (prefix: string, counts: (key: string) => boolean, onNewest: (newest: Entry | undefined) => void, onError: OnError) => Stop;
  /** For entries that are to go away when this process no longer stands behind them. */
  readonly lease: (seconds: number, onError: OnError) => Lease;
  /** Ends all watches and leases too. */
  readonly close: () => Promise<void>;
}

/**
 * `entries` is all there is, by key; `changed` has the keys that were written or removed since the last call. Entries that did not
 * change have the same value object as before. The map may be changed in place before the next call.
 */
export type OnEntries = (entries: ReadonlyMap<string, Uint8Array>, changed: ReadonlySet<string>) => void;

/**
 * Entries with a time to live, kept alive together. What was put is put again by itself when the store lost it, or could not be
 * reached, until it is removed or the lease closed.
 */
export interface Lease {
  readonly put: (key: string, value: Uint8Array) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  /** Removes all its entries. */
  readonly close: () => Promise<void>;
}

/** Why a store cannot do what it was asked, in words for an operator. */
export class StoreError extends Error {}

/** The longest value that is read, in bytes. */
export const VALUE_LIMIT = 65 << 20;

/** A name as one part of a key; different names are different parts. */
export function keyPart(name: string): string {
  const escaped = encodeURIComponent(name).replaceAll(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const part = escaped.startsWith(".") ? `%2E${escaped.slice(1)}` : escaped;
  // File systems take names of 255 bytes. `%s` is no escape, so that no name looks like this.
  return part.length <= PART_LIMIT ? part : `%sha256-${createHash("sha256").update(name).digest("hex")}`;
}

const PART_LIMIT = 200;

/** @throws StoreError for a text that is no key. */
export function checkKey(key: string): void {
  if (key.split("/").some((part) => !/^[\w%-][\w.%-]*$/.test(part) || part.length > PART_LIMIT)) throw new StoreError(`"${key}" is not a key`);
}
