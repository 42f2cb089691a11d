/** `ctv verify`: proves that files which lie in a folder decide every flow as the source does. */
import { join, resolve } from "node:path";
import { settleFindings } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { asideOutdated, asideWrong, decidesOtherwise, doesNotRead } from "../../compiler/diagnostics/verification.js";
import { compareWithFresh } from "../../compiler/verify/fresh.js";
import { verify as verifyTarget } from "../../compiler/verify/verify.js";
import { chosenTargets, emitTargets, sha256, targetNames } from "../emission.js";
import type { ChosenTarget } from "../emission.js";
import { exitCodes, Refusal } from "../exit.js";
import { inventoryFor } from "../inventory.js";
import { readArtefacts } from "../io/artefacts.js";
import { readManifest } from "../io/manifest.js";
import { kindOf } from "../io/read.js";
import { failLevel, failLevelOption, format, formatOption, list, text } from "../options.js";
import { progress } from "../progress.js";
import { loadProject, projectOptions } from "../project.js";
import { emitReport } from "../report/emit.js";
import { fails, inOrder, source } from "../report/report.js";
import { soundUniverse } from "../sound.js";
import type { Verb } from "../verb.js";

export const verify: Verb = {
  argument: { syntax: "<folder>", description: "the output folder: one folder in it for each target" },
  options: [
    {
      flags: "-i, --in <path>",
      description: "file, folder or - that holds the source; may be given again; default: the project around this folder",
      repeat: true,
      path: true,
    },
    { flags: "-t, --target <names>", description: "by commas (default: those that the folder has)", choices: targetNames, many: true },
    { flags: "--inventory <file>", description: "endpoints by node that the tables of nodes were made with", path: true },
    ...projectOptions,
    formatOption,
    failLevelOption,
  ],
  examples: ["ctv verify build", "ctv verify build --in examples/guestbook --target kubernetes"],
  run: ({ words, options, terminal }) => {
    const folder = resolve(terminal.cwd, words[0] ?? ".");
    if (kindOf(folder) !== "folder") throw new Refusal(`cannot read ${words[0]}: there is no such folder`);
    const steps = progress(terminal);
    steps.step("reading and checking");
    const loaded = loadProject(list(options, "in"), options, terminal);
    const universe = soundUniverse("verify", loaded, terminal, format(options));
    if (universe === undefined) return Promise.resolve(exitCodes.findings);
    const asked = list(options, "target");
    const present = chosenTargets(asked, {}).filter((target) => asked.length > 0 || kindOf(join(folder, target.name)) === "folder");
    if (present.length === 0) throw new Refusal(`${words[0]} has no folder of a target`, "`ctv compile --out FOLDER` writes one");
    if (asked.length === 0) refuseLoss(folder, words[0], present);

    const { inventory, diagnostics: inventoryFindings, sources: inventorySources } = inventoryFor(text(options, "inventory"), loaded, terminal);
    const settings = inventory === undefined ? {} : { inventory };
    const sources = new Map([...loaded.sources, ...inventorySources]);
    const found = present.flatMap((target) => {
      steps.step(`verifying ${target.name}`);
      const { artefacts, strange } = readArtefacts(join(folder, target.name), `${words[0]}/${target.name}`);
      for (const { path, text: content } of [...artefacts, ...strange.map(({ path }) => ({ path, text: "" }))])
        sources.set(`${target.name}/${path}`, source(`${words[0]}/${target.name}/${path}`, content));
      if (strange.length > 0) return strange.map(({ path, instead }) => notText(target.name, path, instead));
      const [fresh] = emitTargets(loaded, [target], { ...settings, verify: false, before: () => undefined });
      const told = verifyTarget(target.name, universe, target.readings(artefacts, universe, sha256), fresh?.losses ?? [], artefacts);
      const comparison = (path: string) => target.comparison(path, settings);
      return [...told, ...compareWithFresh({ target: target.name, artefacts, fresh: fresh?.artefacts ?? [], comparison, told })];
    });
    steps.done();
    const diagnostics = [...inventoryFindings, ...settleFindings(loaded.checked, found, () => false, loaded.project.settings)];
    const report = { verb: "verify", diagnostics: inOrder(diagnostics), sources, failLevel: failLevel(options) };
    emitReport(terminal, report, format(options));
    if (format(options) === "pretty") {
      terminal.out.write(summaryText(present.map(({ name }) => ({ name, found: diagnostics.filter(({ target }) => target === name) }))));
    }
    return Promise.resolve(diagnostics.some((diagnostic) => fails(diagnostic, report.failLevel)) ? exitCodes.findings : exitCodes.fine);
  },
};

/** What is gone is not proved, and not silently either. @throws Refusal when a compile wrote a target here whose folder is not there. */
function refuseLoss(folder: string, shown: string, present: readonly ChosenTarget[]): void {
  const written = new Set([...readManifest(folder).keys()].map((path) => path.split("/")[0]));
  const lost = chosenTargets([], {}).find(({ name }) => written.has(name) && kindOf(join(folder, name)) !== "folder");
  if (lost === undefined) return;
  const rest = present.map(({ name }) => name).join(",");
  throw new Refusal(`${shown}/${lost.name} is gone, which \`ctv compile\` wrote`, `--target ${rest} verifies the rest`);
}

function notText(target: string, path: string, instead: string): Diagnostic {
  const file = `${target}/${path}`;
  return doesNotRead.make({ target, path, problem: `this is ${instead}` }, { span: { file, start: 0, end: 0 }, target });
}

function summaryText(results: readonly { readonly name: string; readonly found: readonly Diagnostic[] }[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
  const words = (found: readonly Diagnostic[]): string => {
    if (found.length === 0) return "decides every flow as the source does, apart from what compile reports";
    const count = (...kinds: readonly { readonly code: string }[]) => found.filter(({ code }) => kinds.some((kind) => kind.code === code)).length;
    const unread = new Set(found.flatMap(({ code, span }) => (code === doesNotRead.code ? [span.file] : []))).size;
    if (unread > 0) return counted(unread, "file does not read", "files do not read");
    const differences = count(decidesOtherwise);
    const aside = count(asideWrong, asideOutdated);
    const beside = counted(aside, "finding", "findings");
    if (differences === 0) return `decides every flow as the source does, and has ${beside} in other files`;
    return `${counted(differences, "difference", "differences")}${aside === 0 ? "" : `, and ${beside} in files that decide nothing`}`;
  };
  return results.map(({ name, found }) => `${name.padEnd(width)}  ${words(found)}\n`).join("");
}
