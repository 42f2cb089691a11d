/**
 * `npm run bench`: what a compile costs, stage by stage, on generated projects of 100, 1,000 and 10,000 rules. Prints a Markdown table
 * of medians; each size runs in a process of its own, so that memory is its own.
 */
import { execFileSync } from "node:child_process";
import { check } from "../../compiler/compile.js";
import { targets } from "../../compiler/target/index.js";
import { verify } from "../../compiler/verify/verify.js";
import { parseFile } from "../../grammar/parse.js";
import { tokenise } from "../../grammar/lexer.js";
import { generateProject } from "./generate.js";
import { formatMilliseconds, measure } from "./measure.js";
import type { Measured } from "./measure.js";

const sizes = [100, 1_000, 10_000];

interface SizeResult {
  readonly rules: number;
  readonly stages: readonly Measured[];
  readonly cold: number;
  /** Resident set size after all of it, in megabytes. */
  readonly memory: number;
}

function runSize(rules: number): SizeResult {
  const text = generateProject(rules);
  const settings = { options: {} };
  // A text with one line more each time: the lexer remembers the last text that it read.
  let read = 0;
  const freshText = (): string => `${text}${"\n".repeat(++read)}`;
  const compileAll = (): void => {
    const next = freshText();
    const { universe } = check({ entries: ["main.ctv"], read: () => ({ text: next }) });
    if (universe === undefined) throw new Error("the generated project has errors");
    for (const target of targets) target.emit(universe, settings);
  };
  const start = performance.now();
  compileAll();
  const cold = performance.now() - start;

  const parsed = parseFile("main.ctv", text);
  const { universe } = check({ entries: ["main.ctv"], read: () => ({ text, parsed }) });
  if (universe === undefined) throw new Error("the generated project has errors");
  const checkParsed = () => {
    const checked = check({ entries: ["main.ctv"], read: () => ({ text, parsed }) });
    if (checked.universe === undefined) throw new Error("the generated project has errors");
    return checked.universe;
  };
  const runs = { runs: rules >= 10_000 ? 5 : 11, warm: 2 };
  // Targets share indices that the universe keeps, as they do in a compile: each run has a fresh universe that was checked.
  const emitting = targets.map((target) => {
    const fresh = Array.from({ length: runs.runs + runs.warm }, checkParsed);
    return measure(`emit ${target.name}`, () => target.emit(fresh.pop() ?? universe, settings), runs);
  });
  const verifying = targets.map((target) => {
    const { artefacts, losses = [] } = target.emit(universe, settings);
    const prove = (): void => {
      if (verify(target.name, universe, target.readings(artefacts, universe), losses).length > 0) throw new Error(`${target.name} is not proved`);
    };
    return measure(`prove ${target.name}`, prove, runs);
  });
  const stages = [
    measure("lex", () => tokenise({ id: "main.ctv", text: freshText() }), runs),
    measure("lex + parse", () => parseFile("main.ctv", freshText()), runs),
    measure("check", checkParsed, runs),
    ...emitting,
    measure("all of the above", compileAll, runs),
    ...verifying,
  ];
  return { rules, stages, cold, memory: process.memoryUsage.rss() / 2 ** 20 };
}

const wanted = Number(process.argv[2] ?? 0);
if (wanted > 0) process.stdout.write(JSON.stringify(runSize(wanted)));
else {
  const results = sizes.map((size): SizeResult => JSON.parse(execFileSync(process.execPath, [process.argv[1], String(size)], { encoding: "utf8" })));
  const row = (name: string, cell: (result: SizeResult) => string) => `| ${name} | ${results.map(cell).join(" | ")} |\n`;
  const names = results[0].stages.map((stage) => stage.name);
  process.stdout.write(
    row("rules", (result) => String(result.rules)) +
      `|---|${results.map(() => "---:|").join("")}\n` +
      names.map((name, index) => row(name, (result) => formatMilliseconds(result.stages[index].median))).join("") +
      row("first compile of a process", (result) => formatMilliseconds(result.cold)) +
      row("memory", (result) => `${Math.round(result.memory)} MB`),
  );
}
