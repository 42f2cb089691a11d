/**
 * Between a store and `memberSource`: of what lies below `members/`, only what each node itself has signed, as it last signed it.
 *
 * A node's roster (`runtime/signing/roster.ts`) decides which of its entries count. An entry that is changed or taken away by somebody else stays
 * as it was known; an entry that is written before its roster waits for it.
 */
import type { OnError } from "../agent/sources.js";
import { entryDigest, openRoster } from "../signing/roster.js";
import type { Roster } from "../signing/roster.js";
import type { TrustedKey } from "../signing/keys.js";
import { keyPart } from "../store/keyvalue.js";
import type { KeyValues } from "../store/keyvalue.js";
import type { Sequences } from "./sequences.js";

/** Milliseconds that an entry may wait for its roster before it is told of. */
const WAIT = 5000;

interface Value {
  readonly value: Uint8Array;
  readonly digest: string;
}

interface Told {
  /** The last that was good, and what it says of the node itself. */
  roster?: { readonly content: Roster; readonly node: Uint8Array };
  /** What lies in the store, by the last part of its key. */
  readonly values: Map<string, Value>;
  /** What counts of it. */
  believed: ReadonlyMap<string, Value>;
}

/** `keys` has each node's own key, by the node's name. */
export function verifiedEntries(
  store: Pick<KeyValues, "watch">,
  self: string,
  keys: ReadonlyMap<string, TrustedKey>,
  sequences: Sequences,
  wait = WAIT,
): Pick<KeyValues, "watch"> {
  const trusted = new Map([...keys].map(([name, key]) => [keyPart(name), { name, key }]));
  return {
    watch: (prefix, onEntries, onError) => {
      const nodes = new Map<string, Told>();
      const entries = new Map<string, Uint8Array>();
      let timer: NodeJS.Timeout | undefined;
      const stop = store.watch(
        prefix,
        (present, changed) => {
          const touched = new Set<string>();
          for (const key of changed) {
            const [, node = "", kind, part] = key.split("/");
            if (node === keyPart(self)) continue;
            touched.add(node);
            const told: Told = nodes.get(node) ?? { values: new Map(), believed: new Map() };
            nodes.set(node, told);
            const value = present.get(key);
            if (kind === "node") told.roster = value === undefined ? undefined : (taken(key, value, node, told.roster, onError) ?? told.roster);
            else if (part !== undefined && value !== undefined) told.values.set(part, { value, digest: entryDigest(value) });
            else if (part !== undefined) told.values.delete(part);
          }
          const differing = new Set<string>();
          for (const node of touched) believe(`${prefix}${node}/`, nodes.get(node), entries, differing);
          timer ??= setTimeout(() => {
            timer = undefined;
            for (const [node, told] of nodes) tellUnsigned(node, told, onError);
          }, wait).unref();
          onEntries(entries, differing);
        },
        onError,
      );
      return async () => {
        clearTimeout(timer);
        await stop();
      };
    },
  };

  function taken(key: string, bytes: Uint8Array, node: string, before: Told["roster"], onError: OnError): Told["roster"] {
    const refuse = (reason: string): undefined => {
      onError(new Error(`the entry ${key.slice(0, 200)} is refused: ${reason}`));
      return undefined;
    };
    const known = trusted.get(node);
    if (known === undefined) return refuse("no key of this node is trusted here");
    const content = openRoster(bytes, known.key);
    if ("refused" in content) return refuse(content.refused);
    if (content.name !== known.name) return refuse(`it is that of node ${content.name}`);
    if (content.sequence < sequences.highest(known.name)) return refuse("the node has signed a newer one");
    sequences.note(known.name, content.sequence);
    const { name, address } = content;
    const isSame = before !== undefined && before.content.address === address;
    return { content, node: isSame ? before.node : Buffer.from(JSON.stringify({ name, address })) };
  }
}

/** Brings `entries` to what counts of one node's, and notes which differ. */
function believe(base: string, told: Told | undefined, entries: Map<string, Uint8Array>, differing: Set<string>): void {
  if (told === undefined) return;
  const { roster, values, believed } = told;
  const next = new Map<string, Value>();
  for (const { part, digest } of roster?.content.endpoints ?? []) {
    // The same object as before where it says the same, so that nobody has to look at it again.
    const found = [believed.get(part), values.get(part)].find((value) => value?.digest === digest);
    if (found !== undefined) next.set(part, found);
  }
  const wanted = new Map([...next].map(([part, { value }]) => [`${base}endpoints/${part}`, value]));
  if (roster !== undefined) wanted.set(`${base}node`, roster.node);
  for (const part of believed.keys()) if (!next.has(part)) set(`${base}endpoints/${part}`, undefined);
  if (roster === undefined) set(`${base}node`, undefined);
  for (const [key, value] of wanted) set(key, value);
  told.believed = next;

  function set(key: string, value: Uint8Array | undefined): void {
    if (entries.get(key) === value) return;
    differing.add(key);
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }
}

function tellUnsigned(node: string, { roster, values }: Told, onError: OnError): void {
  const digests = new Map(roster?.content.endpoints.map(({ part, digest }) => [part, digest]));
  const wrong = [...values].filter(([part, { digest }]) => digests.get(part) !== digest).map(([part]) => part);
  if (wrong.length > 0) onError(new Error(`${wrong.length} of the endpoints of node ${node} are not what it has signed, such as ${wrong[0]}`));
}
