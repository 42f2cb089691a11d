/** `ctv publish`: compiles, proves, signs and stores a policy as a new generation, which agents then put in force. */
import { verify } from "../../compiler/verify/verify.js";
import { StoreError } from "../../runtime/store/keyvalue.js";
import type { KeyValues } from "../../runtime/store/keyvalue.js";
import { pruneGenerations } from "../../runtime/store/prune.js";
import type { ReportTrust } from "../../runtime/store/reports.js";
import { chosenTargets, emitTargets, sha256 } from "../emission.js";
import { exitCodes, Refusal } from "../exit.js";
import { failLevel, failLevelOption, flag, format, formatOption, text } from "../options.js";
import { progress } from "../progress.js";
import { loadProject, projectOptions } from "../project.js";
import type { LoadedProject } from "../project.js";
import { emitReport } from "../report/emit.js";
import { fails, inOrder } from "../report/report.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import type { Universe } from "../../compiler/policy/universe.js";
import { isInForce, keyOption, noteOf, noteOption, ownTrust, publishedNow, publishProgram, signingKey } from "../signing.js";
import { soundUniverse } from "../sound.js";
import { reportTrust, storeOption, storePlace, withStore } from "../store.js";
import { strictly } from "../strict.js";
import type { Verb } from "../verb.js";

export const publish: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: [
    storeOption,
    keyOption,
    noteOption,
    { flags: "--force", description: "publish also what is in force already" },
    {
      flags: "--keep <number>",
      description: "then remove all generations but so many, the one to roll back to, and what a node has in force; default: remove none",
    },
    ...projectOptions,
    { flags: "--strict", description: "what Open vSwitch cannot say is an error" },
    formatOption,
    failLevelOption,
  ],
  examples: [
    "ctv publish --store /var/lib/ctv/store --key ctv.key",
    "ctv publish --store https://10.0.0.1:2379 --key ctv.key --note 'open the shop'",
  ],
  run: async ({ words, options, terminal }) => {
    const place = storePlace(options, terminal);
    const key = signingKey(options, terminal);
    const note = noteOf(options, "");
    const keep = keepOf(text(options, "keep"));
    const form = format(options);
    const steps = progress(terminal);
    steps.step("reading and checking");
    const loaded = loadProject(words, options, terminal);
    const universe = soundUniverse("publish", loaded, terminal, form);
    if (universe === undefined) return exitCodes.findings;
    steps.step("compiling and verifying");
    const { program, found, proved } = provedProgram(loaded, universe, flag(options, "strict"));
    steps.done();
    const level = failLevel(options);
    const report = { verb: "publish", diagnostics: inOrder([...loaded.diagnostics, ...found]), sources: loaded.sources, failLevel: level };
    if (!proved || report.diagnostics.some((diagnostic) => diagnostic.severity === "error" || fails(diagnostic, level))) {
      emitReport(terminal, report, form);
      return exitCodes.findings;
    }
    const outcome = await withStore(place, async (store) => {
      const published = await publishedNow(store, [ownTrust(key)]);
      const isNew = !isInForce(program, published) || flag(options, "force");
      const generation = isNew ? await publishProgram(store, { program, note, key, now: new Date() }) : published.generation;
      const pruned = keep === undefined ? { removed: [] } : await prune(store, keep, reportTrust(place));
      return { store: store.name, generation, published: isNew, ...pruned };
    });
    emitReport(terminal, { ...report, result: { ...outcome, key: key.id } }, form);
    const code = outcome.problem === undefined ? exitCodes.fine : exitCodes.usage;
    if (outcome.problem !== undefined) terminal.err.write(`ctv: ${outcome.problem}\n`);
    if (form !== "pretty") return code;
    terminal.out.write(
      outcome.published
        ? `generation ${outcome.generation} published to ${outcome.store}: verified, signed with key ${key.id}\n`
        : `nothing published: generation ${outcome.generation} has this policy already (--force publishes it again)\n`,
    );
    if (outcome.removed.length > 0) terminal.out.write(`removed ${removedText(outcome.removed)}\n`);
    return code;
  },
};

function keepOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1) throw new Refusal(`--keep takes a whole number from 1, not "${given}"`);
  return count;
}

/** What is published stays published when old generations cannot be removed. */
async function prune(
  store: KeyValues,
  keep: number,
  trust: ReportTrust | undefined,
): Promise<{ readonly removed: readonly number[]; readonly problem?: string }> {
  try {
    return { removed: await pruneGenerations(store, keep, trust) };
  } catch (error) {
    if (error instanceof StoreError) return { removed: [], problem: error.message };
    throw error;
  }
}

/** In runs: `generations 1-7, 9`. */
function removedText(generations: readonly number[]): string {
  const runs: { readonly first: number; readonly last: number }[] = [];
  for (const generation of generations) {
    const run = runs.at(-1);
    if (run?.last === generation - 1) runs[runs.length - 1] = { first: run.first, last: generation };
    else runs.push({ first: generation, last: generation });
  }
  const texts = runs.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return `${generations.length === 1 ? "generation" : "generations"} ${texts.join(", ")}`;
}

interface Proved {
  readonly program: string;
  readonly found: readonly Diagnostic[];
  /** No flow is decided otherwise than in the source, but for what `found` tells. Settings of the project cannot silence this. */
  readonly proved: boolean;
}

function provedProgram(loaded: LoadedProject, universe: Universe, strict: boolean): Proved {
  const chosen = chosenTargets(["openflow"], {});
  const [output] = emitTargets(loaded, chosen, { verify: false, before: () => undefined });
  const [target] = chosen;
  const program = output?.artefacts.find(({ path }) => path === "program.json")?.text;
  if (output === undefined || target === undefined || program === undefined) {
    if (output === undefined || output.diagnostics.length === 0) throw new Refusal("the policy makes no program for Open vSwitch");
    return { program: "", found: output.diagnostics, proved: false };
  }
  const differences = verify("openflow", universe, target.readings(output.artefacts, universe, sha256), output.losses ?? []);
  const told = strict ? output.diagnostics.map(strictly) : output.diagnostics;
  return { program, found: [...told, ...differences], proved: differences.length === 0 };
}
