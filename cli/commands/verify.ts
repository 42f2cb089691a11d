/** `ctv verify`: proves that files which lie in a folder decide every flow as the source does. */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { settleFindings } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { asideOutdated, asideWrong, decidesOtherwise, doesNotRead } from "../../compiler/diagnostics/verification.js";
import type { Artefact } from "../../compiler/target/target.js";
import { compareWithFresh } from "../../compiler/verify/fresh.js";
import { verify as verifyTarget } from "../../compiler/verify/verify.js";
import { chosenTargets, emitTargets, sha256 } from "../emission.js";
import { exitCodes, Refusal, systemReason } from "../exit.js";
import { inventoryFor } from "../inventory.js";
import { manifestName } from "../io/manifest.js";
import { kindOf, readText } from "../io/read.js";
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
    { flags: "-t, --target <names>", description: "kubernetes, contiv, openflow; default: those that the folder has", many: true },
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

    const { inventory, diagnostics: inventoryFindings, sources: inventorySources } = inventoryFor(text(options, "inventory"), loaded, terminal);
    const settings = inventory === undefined ? {} : { inventory };
    const sources = new Map([...loaded.sources, ...inventorySources]);
    const found = present.flatMap((target) => {
      steps.step(`verifying ${target.name}`);
      const artefacts = artefactsIn(join(folder, target.name), `${words[0]}/${target.name}`);
      for (const artefact of artefacts)
        sources.set(`${target.name}/${artefact.path}`, source(`${words[0]}/${target.name}/${artefact.path}`, artefact.text));
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
      terminal.out.write(summaryText(present.map(({ name }) => ({ name, codes: codesOf(diagnostics, name) }))));
    }
    return Promise.resolve(diagnostics.some((diagnostic) => fails(diagnostic, report.failLevel)) ? exitCodes.findings : exitCodes.fine);
  },
};

function codesOf(diagnostics: readonly Diagnostic[], target: string): readonly string[] {
  return diagnostics.filter((diagnostic) => diagnostic.target === target).map(({ code }) => code);
}

function summaryText(results: readonly { readonly name: string; readonly codes: readonly string[] }[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
  const words = (codes: readonly string[]): string => {
    if (codes.length === 0) return "decides every flow as the source does, apart from what compile reports";
    const count = (...kinds: readonly { readonly code: string }[]) => codes.filter((code) => kinds.some((kind) => kind.code === code)).length;
    const unread = count(doesNotRead);
    if (unread > 0) return counted(unread, "file does not read", "files do not read");
    const differences = count(decidesOtherwise);
    const aside = count(asideWrong, asideOutdated);
    const beside = counted(aside, "finding", "findings");
    if (differences === 0) return `decides every flow as the source does, and has ${beside} in other files`;
    return `${counted(differences, "difference", "differences")}${aside === 0 ? "" : `, and ${beside} in files that decide nothing`}`;
  };
  return results.map(({ name, codes }) => `${name.padEnd(width)}  ${words(codes)}\n`).join("");
}

/** Every file below a target's folder, in order of path. */
function artefactsIn(folder: string, shown: string): readonly Artefact[] {
  if (kindOf(folder) !== "folder") throw new Refusal(`cannot read ${shown}: there is no such folder`);
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== manifestName && !entry.name.startsWith("."))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => {
        const name = path.slice(folder.length + 1).replaceAll("\\", "/");
        return { path: name, text: readText(path, `${shown}/${name}`) };
      });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`cannot read ${shown}: ${systemReason(error)}`);
  }
}
