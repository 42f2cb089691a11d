/** `ctv rollback`: puts the program of an earlier generation in force again, as a new generation. */
import { accept } from "../../runtime/signing/accept.js";
import type { TrustedKey } from "../../runtime/signing/keys.js";
import { history, readGeneration, readNewest } from "../../runtime/store/generations.js";
import type { KeyValues } from "../../runtime/store/keyvalue.js";
import { readHeader } from "../../runtime/signing/envelope.js";
import { exitCodes, Refusal } from "../exit.js";
import { keyOption, noteOf, noteOption, ownTrust, publishProgram, signingKey } from "../signing.js";
import { storeOption, storePlace, withStore } from "../store.js";
import type { Verb } from "../verb.js";
import { jsonOption, trustOf, trustOption } from "./history.js";

/** How far back a generation that differs from what is in force is looked for. */
const LOOK_BACK = 100;

export const rollback: Verb = {
  argument: { syntax: "[generation]", description: "the one to go back to; default: the last that had another policy than what is in force" },
  options: [storeOption, keyOption, trustOption, noteOption, jsonOption],
  examples: ["ctv rollback --store /var/lib/ctv/store --key ctv.key", "ctv rollback 41 --store https://10.0.0.1:2379 --key ctv.key"],
  run: async ({ words, options, terminal }) => {
    const asked = generationOf(words[0]);
    const place = storePlace(options, terminal);
    const key = signingKey(options, terminal);
    const trusted = [ownTrust(key), ...trustOf(options, place, terminal)];
    const outcome = await withStore(place, async (store) => {
      const target = asked ?? (await lastOther(store));
      const program = await programOf(store, target, trusted);
      const generation = await publishProgram(store, { program, note: noteOf(options, `rollback to ${target}`), key, now: new Date() });
      return { store: store.name, generation, from: target };
    });
    if (options.format === "json") terminal.out.write(`${JSON.stringify({ version: 1, command: "rollback", ...outcome, key: key.id }, null, 2)}\n`);
    else
      terminal.out.write(
        `generation ${outcome.generation} published to ${outcome.store}: the policy of generation ${outcome.from}, signed with key ${key.id}\n`,
      );
    return exitCodes.fine;
  },
};

function generationOf(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  if (!/^[1-9]\d{0,11}$/.test(word)) throw new Refusal(`"${word}" is not a generation`, "generations are numbers from 1; `ctv history` lists them");
  return Number(word);
}

/** @throws Refusal for a generation that agents would not take either. */
async function programOf(store: KeyValues, generation: number, trusted: readonly TrustedKey[]): Promise<string> {
  const { bytes } = await readGeneration(store, generation);
  const taken = accept(bytes, generation, trusted);
  if (!("refused" in taken)) return taken.envelope.program;
  throw new Refusal(`generation ${generation} cannot be brought back: ${taken.refused}`, "name the public keys to believe with --trust");
}

async function lastOther(store: KeyValues): Promise<number> {
  const newest = await readNewest(store);
  if (newest === undefined) throw new Refusal("nothing has been published yet, so there is nothing to go back to");
  const digest = digestOf(readHeader(newest.bytes));
  const other = (await history(store, LOOK_BACK)).find(({ header }) => digestOf(header) !== undefined && digestOf(header) !== digest);
  if (other === undefined)
    throw new Refusal("there is no earlier generation with another policy", "`ctv history` lists them; name the one to go back to");
  return other.generation;
}

function digestOf(header: ReturnType<typeof readHeader>): string | undefined {
  return "refused" in header ? undefined : header.digest;
}
