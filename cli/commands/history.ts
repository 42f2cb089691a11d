/** `ctv history`: the generations in a store, newest first. */
import { open } from "../../runtime/signing/envelope.js";
import type { Header, Refused } from "../../runtime/signing/envelope.js";
import { history as generations, readGeneration } from "../../runtime/store/generations.js";
import { exitCodes, Refusal } from "../exit.js";
import { list, text } from "../options.js";
import { table } from "../report/table.js";
import { storeOption, storePlace, trustedKeys, withStore } from "../store.js";
import type { StorePlace } from "../store.js";
import type { Terminal } from "../terminal.js";
import type { TrustedKey } from "../../runtime/signing/keys.js";
import type { Options } from "../options.js";
import type { OptionRow, Verb } from "../verb.js";

export const trustOption: OptionRow = {
  flags: "--trust <file>",
  description: "a public key to check signatures with; may be given again; default: those of the agent's configuration",
  repeat: true,
  path: true,
};

export const jsonOption: OptionRow = { flags: "--format <form>", description: "how to report", choices: ["pretty", "json"] };

export const history: Verb = {
  options: [storeOption, trustOption, { flags: "--count <number>", description: "how many (default: 20)" }, jsonOption],
  examples: ["ctv history --store /var/lib/ctv/store", "ctv history --store ctv-agent.yaml --count 100 --format json"],
  run: async ({ options, terminal }) => {
    const count = countOf(text(options, "count"));
    const place = storePlace(options, terminal);
    const trusted = trustOf(options, place, terminal);
    const found = await withStore(place, async (store) => {
      const entries = await generations(store, count);
      if (trusted.length === 0) return entries.map((entry) => ({ ...entry, signature: "not checked" }));
      return Promise.all(
        entries.map(async (entry) => {
          const { bytes } = await readGeneration(store, entry.generation);
          const opened = open(bytes, trusted);
          const misplaced = !("refused" in opened) && opened.generation !== entry.generation;
          return { ...entry, signature: "refused" in opened ? opened.refused : misplaced ? `it is that of generation ${opened.generation}` : "good" };
        }),
      );
    });
    if (options.format === "json") {
      const shown = found.map(({ header, ...rest }) => ({ ...rest, ...headerOf(header) }));
      terminal.out.write(`${JSON.stringify({ version: 1, command: "history", generations: shown }, null, 2)}\n`);
      return exitCodes.fine;
    }
    if (found.length === 0) {
      terminal.err.write("nothing has been published yet\n");
      return exitCodes.fine;
    }
    const rows = found.map(({ generation, bytes, header, signature }) =>
      "refused" in header
        ? [String(generation), "", String(bytes), "", "", `cannot be read: ${header.refused}`]
        : [String(generation), header.created, String(bytes), header.keyId, signature, header.note],
    );
    terminal.out.write(table([">GENERATION", "PUBLISHED", ">BYTES", "KEY", "SIGNATURE", "NOTE"], rows));
    return exitCodes.fine;
  },
};

/** The keys that `--trust` names, else those of the agent's configuration that the store came from. */
export function trustOf(options: Options, place: StorePlace, terminal: Terminal): readonly TrustedKey[] {
  const given = list(options, "trust");
  return given.length > 0 ? trustedKeys(given, terminal.cwd) : trustedKeys(place.agent?.trust ?? [], place.folder);
}

function headerOf(header: Header | Refused): object {
  if ("refused" in header) return { problem: header.refused };
  const { created, note, digest, keyId } = header;
  return { created, note, digest, key: keyId };
}

function countOf(given: string | undefined): number {
  if (given === undefined) return 20;
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1) throw new Refusal(`--count takes a whole number from 1, not "${given}"`);
  return count;
}
