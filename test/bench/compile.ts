/**
 * `npm run bench`: what a compile costs, stage by stage, on generated projects of 100, 1,000 and 10,000 rules. Prints a Markdown table
 * of medians; each size runs in a process of its own, so that memory is its own.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { check } from "../../compiler/compile.js";
import { targets } from "../../compiler/target/index.js";
import type { Artefact } from "../../compiler/target/target.js";
import { verify } from "../../compiler/verify/verify.js";
import { parseFile } from "../../grammar/parse.js";
import { tokenise } from "../../grammar/lexer.js";
import { generateProject } from "./generate.js";
import { formatMilliseconds, measure, measureAsync, median } from "./measure.js";
import type { Measured } from "./measure.js";
import { twoThreads } from "./threads.js";

const sizes = [100, 1_000, 10_000];

interface SizeResult {
  readonly rules: number;
  readonly stages: readonly Measured[];
  /** Resident set size after all of it, in megabytes. */
  readonly memory: number;
}

const room = Buffer.alloc(1 << 26);

/** Makes every text of an emission into bytes: strings may be put together only when somebody reads them. */
function asBytes(artefacts: readonly Artefact[]): void {
  for (const { text } of artefacts) room.write(text);
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
    for (const target of targets) asBytes(target.emit(universe, settings).artefacts);
  };

  const parsed = parseFile("main.ctv", text);
  const { universe } = check({ entries: ["main.ctv"], read: () => ({ text, parsed }) });
  if (universe === undefined) throw new Error("the generated project has errors");
  const checkParsed = () => {
    const checked = check({ entries: ["main.ctv"], read: () => ({ text, parsed }) });
    if (checked.universe === undefined) throw new Error("the generated project has errors");
    return checked.universe;
  };
  const runs = { runs: rules >= 10_000 ? 7 : 11, warm: 6 };
  // Targets share indices that the universe keeps, as they do in a compile: each run has a fresh universe that was checked.
  const emitting = targets.map((target) => {
    const fresh = Array.from({ length: runs.runs + runs.warm }, checkParsed);
    return measure(`emit ${target.name}`, () => asBytes(target.emit(fresh.pop() ?? universe, settings).artefacts), runs);
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
    onTwoThreads(rules),
    ...verifying,
  ];
  return { rules, stages, memory: process.memoryUsage.rss() / 2 ** 20 };
}

/** In a process that has nothing else to keep, as the command is. Two threads take longer to get warm, and meet more collections. */
function onTwoThreads(rules: number): Measured {
  return JSON.parse(execFileSync(process.execPath, [process.argv[1], "threads", String(rules)], { encoding: "utf8" }));
}

async function runThreads(rules: number): Promise<Measured> {
  const threads = twoThreads(generateProject(rules));
  try {
    return await measureAsync("all, on two threads where the command takes two", threads.compile, { runs: 15, warm: 10 });
  } finally {
    threads.close();
  }
}

/** Milliseconds from the start of this process until every target is compiled; nothing is warm. */
async function runFirst(rules: number): Promise<number> {
  const threads = twoThreads(generateProject(rules));
  await threads.compile();
  const elapsed = performance.now();
  threads.close();
  return elapsed;
}

/** The same, by running this script again and again. */
function firstCompiles(rules: number): number {
  const times = Array.from({ length: 5 }, () =>
    Number(execFileSync(process.execPath, [process.argv[1], "first", String(rules)], { encoding: "utf8" })),
  );
  return median(times);
}

/** Removed when everything is measured: ext4 is slow to give out inodes for minutes after many were given back. */
const folders: string[] = [];

/** The command as a process, with all its files written into a new folder. */
function commandRuns(rules: number, options: readonly string[]): number {
  const times = Array.from({ length: 3 }, () => {
    const folder = mkdtempSync(join(tmpdir(), "ctv-bench-"));
    folders.push(folder);
    writeFileSync(join(folder, "ctv.yaml"), "severity:\n  CTV5214: warning\n");
    writeFileSync(join(folder, "main.ctv"), generateProject(rules));
    const start = performance.now();
    execFileSync(process.execPath, [resolve("dist/ctv.cjs"), "compile", ...options], { cwd: folder, stdio: "ignore" });
    return performance.now() - start;
  });
  return median(times);
}

const [mode, size] = process.argv.slice(2);
if (mode === "size") process.stdout.write(JSON.stringify(runSize(Number(size))));
else if (mode === "threads") process.stdout.write(JSON.stringify(await runThreads(Number(size))));
else if (mode === "first") process.stdout.write(String(await runFirst(Number(size))));
else {
  const results = sizes.map((size): SizeResult =>
    JSON.parse(execFileSync(process.execPath, [process.argv[1], "size", String(size)], { encoding: "utf8" })),
  );
  const row = (name: string, cell: (result: SizeResult) => string) => `| ${name} | ${results.map(cell).join(" | ")} |\n`;
  const names = results[0].stages.map((stage) => stage.name);
  process.stdout.write(
    row("rules", (result) => String(result.rules)) +
      `|---|${results.map(() => "---:|").join("")}\n` +
      names.map((name, index) => row(name, (result) => formatMilliseconds(result.stages[index].median))).join("") +
      row("a process from its start to its first compile", (result) => formatMilliseconds(firstCompiles(result.rules))) +
      row("`ctv compile --no-verify`, files written", (result) => formatMilliseconds(commandRuns(result.rules, ["--no-verify"]))) +
      row("`ctv compile`, files written and proved", (result) => formatMilliseconds(commandRuns(result.rules, []))) +
      row("memory", (result) => `${Math.round(result.memory)} MB`),
  );
  for (const folder of folders) rmSync(folder, { recursive: true });
}
