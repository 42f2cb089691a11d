/** `ctv lint`: what is worth a look in a policy without errors, and what it costs on each target. */
import { endsIn } from "../../compiler/source/inventory.js";
import { settleFindings } from "../../compiler/compile.js";
import { hitsNoEndpoint, untestedConnection } from "../../compiler/diagnostics/lint.js";
import { uncoveredRule } from "../../compiler/diagnostics/tests.js";
import { coverageFindings } from "../../compiler/verdict/findings.js";
import { unhitRules, untestedConnections } from "../../compiler/verdict/lint.js";
import { runTests } from "../../compiler/verdict/tests.js";
import { chosenTargets, emitTargets } from "../emission.js";
import type { TargetOutput } from "../emission.js";
import { exitCodes } from "../exit.js";
import { inventoryFor } from "../inventory.js";
import { failLevel, failLevelOption, format, formatOption, text } from "../options.js";
import { loadProject, projectOptions } from "../project.js";
import { emitReport } from "../report/emit.js";
import { fails, inOrder } from "../report/report.js";
import { soundUniverse } from "../sound.js";
import type { Verb } from "../verb.js";

export const lint: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: [
    { flags: "--inventory <file>", description: "endpoints by node: rules are held against them, and flows are counted for each node", path: true },
    ...projectOptions,
    formatOption,
    failLevelOption,
  ],
  examples: ["ctv lint", "ctv lint --inventory nodes.yaml --fail-level warning"],
  run: ({ words, options, terminal }) => {
    const loaded = loadProject(words, options, terminal);
    const universe = soundUniverse("lint", loaded, terminal, format(options));
    if (universe === undefined) return Promise.resolve(exitCodes.findings);
    const { inventory, diagnostics: inventoryFindings, sources } = inventoryFor(text(options, "inventory"), loaded, terminal);
    const outputs = emitTargets(loaded, chosenTargets([], loaded.project.targets), {
      verify: false,
      before: () => undefined,
      ...(inventory === undefined ? {} : { inventory }),
    });
    const costs = outputs.filter(({ leftOut }) => leftOut !== true).map(costOf);
    const unhit = inventory === undefined ? [] : unhitRules(universe, endsIn(inventory));
    const own = [...coverageFindings(runTests(universe)), ...untestedConnections(universe), ...unhit];
    const looksFor = (code: string) =>
      code === uncoveredRule.code || code === untestedConnection.code || (code === hitsNoEndpoint.code && inventory !== undefined);
    const diagnostics = inOrder([
      ...loaded.diagnostics,
      ...inventoryFindings,
      ...outputs.flatMap((output) => output.diagnostics),
      ...settleFindings(loaded.checked, own, looksFor, loaded.project.settings),
    ]);
    const report = {
      verb: "lint",
      diagnostics,
      sources: new Map([...loaded.sources, ...sources]),
      failLevel: failLevel(options),
      result: { costs },
    };
    emitReport(terminal, report, format(options));
    if (format(options) === "pretty") terminal.out.write(costs.map(costText).join(""));
    return Promise.resolve(diagnostics.some((diagnostic) => fails(diagnostic, report.failLevel)) ? exitCodes.findings : exitCodes.fine);
  },
};

interface Cost {
  readonly target: string;
  /** What the target's own server is given: a file each, but for plans, maps and lists beside them. */
  readonly objects: number;
  readonly files: number;
  readonly bytes: number;
  /** Flows of each table file, by path: the policy's own are the same on every node. */
  readonly flows: readonly { readonly path: string; readonly flows: number }[];
}

function costOf({ name, artefacts }: TargetOutput): Cost {
  const flows = artefacts
    .filter((artefact) => artefact.path.endsWith(".flows"))
    .map(({ path, text: content }) => ({ path, flows: content.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length }));
  const bytes = artefacts.reduce((total, { text: content }) => total + Buffer.byteLength(content), 0);
  return { target: name, objects: artefacts.filter(({ path }) => isObject(name, path)).length, files: artefacts.length, bytes, flows };
}

function isObject(target: TargetOutput["name"], path: string): boolean {
  return target === "kubernetes" || (target === "contiv" && path !== "plan.json" && !path.startsWith("labels/"));
}

function costText({ target, objects, files, bytes, flows }: Cost): string {
  const counted = (count: number, word: string) => `${count} ${count === 1 ? word : `${word}s`}`;
  const size = bytes < 10_000 ? `${bytes} bytes` : `${Math.round(bytes / 1000)} kB`;
  const what = objects === 0 ? counted(files, "file") : `${counted(objects, "object")} in ${counted(files, "file")}`;
  return `${target.padEnd(10)}  ${what}, ${size}\n${flows.map(({ path, flows: count }) => `  ${path}  ${count} flows\n`).join("")}`;
}
