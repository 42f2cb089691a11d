/** `ctv compile`: checks, and writes what each target is to enforce, all of it or nothing. */
import { resolve } from "node:path";
import { isSound } from "../../compiler/compile.js";
import { compileTargets, shareWork, writeTargets } from "../compilation.js";
import type { CompiledTarget, Help } from "../compilation.js";
import { chosenTargets, targetNames } from "../emission.js";
import type { ChosenTarget } from "../emission.js";
import { exitCodes, Refusal } from "../exit.js";
import { inventoryFor } from "../inventory.js";
import type { Written } from "../io/write.js";
import { failLevel, failLevelOption, flag, format, formatOption, list, text } from "../options.js";
import type { Options } from "../options.js";
import { printStep, steps } from "../print.js";
import type { Step } from "../print.js";
import { progress } from "../progress.js";
import { loadProject, projectOptions } from "../project.js";
import type { LoadedProject, LoadListener } from "../project.js";
import { emitReport } from "../report/emit.js";
import { fails, inOrder } from "../report/report.js";
import { strictly } from "../strict.js";
import { mayHelp, startHelper } from "../threads/helper.js";
import type { Helper } from "../threads/helper.js";
import type { Call, Verb } from "../verb.js";
import { watchAndRun, watchOption } from "../watch.js";
import type { WatchedRun } from "../watch.js";

export const compile: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: [
    { flags: "-t, --target <names>", description: "by commas (default: those of the project file, or all)", choices: targetNames, many: true },
    { flags: "-o, --out <folder>", description: "where to write; default: the project file's `output`, or build", path: true },
    ...projectOptions,
    { flags: "--inventory <file>", description: "endpoints by node, for full OpenFlow tables of each node", path: true },
    { flags: "--strict", description: "what a target cannot say is an error" },
    { flags: "--no-verify", description: "do not read the output back to prove that it decides as the source does" },
    { flags: "--print <step>", description: "write nothing; print a step on the way", choices: steps },
    formatOption,
    failLevelOption,
    watchOption,
  ],
  examples: ["ctv compile", "ctv compile examples/guestbook --target kubernetes --out build", "ctv compile --env production --strict"],
  run: (call) => (flag(call.options, "watch") ? watchAndRun(call, () => once(call)) : once(call).then(({ code }) => code)),
};

async function once(call: Call): Promise<WatchedRun> {
  const hired = hire(call);
  try {
    return await compileOnce(call, hired);
  } finally {
    hired.dismiss();
  }
}

async function compileOnce({ words, options, terminal }: Call, hired: Hired): Promise<WatchedRun> {
  const progressLine = progress(terminal);
  progressLine.step("reading and checking");
  const loaded = loadProject(words, options, terminal, { listener: hired });
  const folder = outputFolder(text(options, "out"), loaded, terminal.cwd);
  const step = stepOf(options);
  const targets = targetsOfStep(step, chosenTargets(list(options, "target"), loaded.project.targets));
  const inventory = inventoryFor(text(options, "inventory"), loaded, terminal);
  const sound = isSound(loaded.checked) && [...loaded.diagnostics, ...inventory.diagnostics].every((diagnostic) => diagnostic.severity !== "error");
  const orders = {
    verify: verifies(options),
    before: progressLine.step,
    ...(inventory.inventory === undefined ? {} : { inventory: inventory.inventory }),
  };
  const outputs = sound ? await compileTargets(loaded, targets, orders, hired.help()) : [];
  progressLine.done();

  const found = [...loaded.diagnostics, ...inventory.diagnostics, ...outputs.flatMap((output) => output.diagnostics)];
  const diagnostics = inOrder(flag(options, "strict") ? found.map(strictly) : found);
  const level = failLevel(options);
  const failed = !sound || diagnostics.some((diagnostic) => fails(diagnostic, level) || diagnostic.severity === "error");
  const report = { verb: "compile", diagnostics, sources: new Map([...loaded.sources, ...inventory.sources]), failLevel: level };
  const result = { code: failed ? exitCodes.findings : exitCodes.fine, files: [...loaded.paths, ...inventory.paths] };

  if (step !== undefined) {
    emitReport(terminal, report, format(options), true);
    terminal.out.write(
      printStep(
        step,
        loaded,
        outputs.flatMap((output) => output.made?.artefacts ?? []),
      ),
    );
    return result;
  }
  // An empty file compiles, and takes away what was there before it was emptied.
  if (loaded.checked.universe?.policy.tenants.length === 0) terminal.err.write("ctv: no tenant is declared here, so nothing is enforced\n");
  const written = failed ? undefined : await writeTargets(folder.path, folder.shown, outputs, hired.help());
  emitReport(terminal, written === undefined ? report : { ...report, result: { folder: folder.shown, ...written } }, format(options));
  if (written !== undefined && format(options) === "pretty") terminal.out.write(summaryText(outputs, folder.shown, written, orders.verify));
  return result;
}

/** A second thread that is started when the project turns out to be large. */
interface Hired extends LoadListener {
  readonly help: () => Help | undefined;
  readonly dismiss: () => void;
}

function hire({ options, terminal }: Call): Hired {
  let helper: Helper | undefined;
  let help: Help | undefined;
  return {
    help: () => help,
    dismiss: () => helper?.stop(),
    reading: (id, text, characters) => {
      if (stepOf(options) === undefined && helper === undefined && mayHelp(terminal.env, characters)) helper = startHelper();
      helper?.read(id, text);
    },
    read: (sources, project) => {
      if (helper === undefined) return;
      // Inventories are read after the sources, and by this thread alone.
      const own = text(options, "inventory") === undefined && project.targets.openflow?.inventory === undefined ? [] : ["openflow"];
      const chosen = chosenTargets(list(options, "target"), project.targets);
      help = shareWork(helper, sources, project, { chosen, own, verify: verifies(options) });
    },
  };
}

const stepOf = (options: Options): Step | undefined => steps.find((known) => known === options.print);

const verifies = (options: Options): boolean => stepOf(options) === undefined && options.verify !== false;

/** Steps before the targets need none, and the policy program is OpenFlow's. */
function targetsOfStep(step: Step | undefined, chosen: readonly ChosenTarget[]): readonly ChosenTarget[] {
  if (step === undefined) return chosen;
  return step === "program" ? chosenTargets(["openflow"], {}) : [];
}

function outputFolder(given: string | undefined, loaded: LoadedProject, cwd: string): { readonly path: string; readonly shown: string } {
  if (given === "") throw new Refusal("--out needs the name of a folder");
  if (given !== undefined) return { path: resolve(cwd, given), shown: given };
  const { output } = loaded.project;
  return { path: resolve(loaded.inputs.root, output), shown: loaded.inputs.shown(output) };
}

function summaryText(outputs: readonly CompiledTarget[], shown: string, written: Written, verified: boolean): string {
  const width = Math.max(...outputs.map((output) => output.name.length));
  const lines = outputs.map(({ name, files, leftOut }) => {
    if (leftOut === true) return `${name.padEnd(width)}  left out\n`;
    const changed = written.changed.filter((path) => path.startsWith(`${name}/`)).length;
    const state = changed === files ? "" : changed === 0 ? ", none changed" : `, ${changed} changed`;
    return `${name.padEnd(width)}  ${files} ${files === 1 ? "file" : "files"} in ${shown}/${name}${state}${verified ? ", verified" : ""}\n`;
  });
  const removed = written.removed.map((path) => `removed  ${shown}/${path}\n`);
  const kept = written.kept.map((path) => `kept     ${shown}/${path}: not made any more, but edited since\n`);
  return [...lines, ...removed, ...kept].join("");
}
