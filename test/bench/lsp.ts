/**
 * How fast an editor is served, over standard streams against the command as it is shipped: `npm run bench:lsp`. Prints a table in
 * Markdown. A word after the name keeps the rows whose name has it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Editor, type Place, startEditor, writeProject } from "./lsp/editor.js";
import { commonFile, leafFile, countLines, fileOfLines, projectOfFiles } from "./lsp/projects.js";
import { formatMilliseconds } from "./measure.js";

const scratch = mkdtempSync(join(tmpdir(), "ctv-bench-"));
const main = "main.ctv";
const wanted = process.argv[2] ?? "";
const options = { tabSize: 2, insertSpaces: true };

interface Sample {
  /** From the question to the answer, in milliseconds. */
  readonly elapsed: number;
  /** What of it the server ran on a processor. */
  readonly ran: number | undefined;
}

interface Row {
  readonly name: string;
  readonly aim: string;
  readonly measure: () => Promise<readonly Sample[]>;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

async function timed(editor: Editor, work: () => Promise<unknown>): Promise<Sample> {
  const before = editor.processorTime();
  const start = performance.now();
  await work();
  const elapsed = performance.now() - start;
  const after = editor.processorTime();
  return { elapsed, ran: before === undefined || after === undefined ? undefined : after - before };
}

async function repeated(runs: number, work: (run: number) => Promise<Sample>): Promise<readonly Sample[]> {
  const taken: Sample[] = [];
  for (let run = 0; run < runs; run++) taken.push(await work(run));
  return taken;
}

const memories: string[] = [];

/** Opens `file` in a new server on a project of these files; where there is a name, keeps what memory that took. */
async function withEditor<Result>(
  name: string | undefined,
  files: Readonly<Record<string, string>>,
  file: string,
  use: (editor: Editor) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(scratch, "project-"));
  writeProject(folder, { "ctv.yaml": "sources: [.]\n", ...files });
  const editor = await startEditor(folder);
  try {
    const first = editor.findings(file, 1);
    editor.open(file);
    await first;
    const result = await use(editor);
    const memory = editor.memory();
    if (name !== undefined && memory !== undefined) memories.push(`| ${name} | ${memory.now} MiB | ${memory.highest} MiB |`);
    return result;
  } finally {
    await editor.stop();
  }
}

/** One keystroke and its findings: a line is typed at `at` by its characters and then deleted by them, again and again. */
function typist(editor: Editor, file: string, at: Place, line: string): (run: number) => Promise<Sample> {
  return (run) => {
    const step = run % (2 * line.length);
    const typing = step < line.length;
    const from = typing ? step : 2 * line.length - step - 1;
    const start = { line: at.line, character: at.character + from };
    return timed(editor, () => {
      const version = typing
        ? editor.edit(file, start, start, line[from])
        : editor.edit(file, start, { line: at.line, character: start.character + 1 }, "");
      return editor.findings(file, version);
    });
  };
}

/** A place to type a rule: before a rule in the middle of the file. */
function middleRule(text: string): Place {
  const lines = text.split("\n");
  const half = Math.floor(lines.length / 2);
  return { line: lines.findIndex((line, index) => index >= half && line.startsWith("    allow")), character: 4 };
}

const typedRule = "allow g1 -> g2 : tcp/8081 ";

/** Faster than anybody types, so that no pause lets the server do what it leaves for pauses. */
const betweenKeys = 30;
/** Long enough for what the server leaves for pauses to have begun. */
const thinking = 700;

const inFile = (lines: number, name: string, aim: string, use: (editor: Editor, text: string) => Promise<readonly Sample[]>): Row => ({
  name: `${name}, ${lines.toLocaleString("en")} lines`,
  aim,
  measure: () => {
    const text = fileOfLines(lines);
    return withEditor(`${name}, ${countLines(text)} lines`, { [main]: text }, main, (editor) => use(editor, text));
  },
});

const keystrokes = (lines: number, aim: string, runs: number): Row =>
  inFile(lines, "keystroke to diagnostics", aim, async (editor, text) => {
    const key = typist(editor, main, middleRule(text), typedRule);
    await repeated(10, key);
    return repeated(runs, async (run) => {
      await pause(betweenKeys);
      return key(run + 10);
    });
  });

const afterPause = (lines: number): Row =>
  inFile(lines, "keystroke after a pause", "", (editor, text) => {
    const key = typist(editor, main, middleRule(text), typedRule);
    return repeated(12, async (run) => {
      await pause(thinking);
      return key(run);
    });
  });

/** A question at the end of a rule that is typed and deleted: `known` when the server has had time to read the change first. */
const question = (
  lines: number,
  name: string,
  aim: string,
  known: boolean,
  ask: (editor: Editor, rule: Place, end: Place) => Promise<unknown>,
): Row =>
  inFile(lines, name, aim, (editor, text) => {
    const rule = middleRule(text);
    const end = { line: rule.line, character: text.split("\n")[rule.line].length };
    const typed = { line: rule.line, character: end.character + 1 };
    return repeated(40, async (run) => {
      await pause(betweenKeys);
      const version = run % 2 === 0 ? editor.edit(main, end, end, " ") : editor.edit(main, end, typed, "");
      if (known) await editor.findings(main, version);
      return timed(editor, () => ask(editor, rule, run % 2 === 0 ? typed : end));
    });
  });

const completion = (editor: Editor, _rule: Place, position: Place): Promise<unknown> => editor.ask("textDocument/completion", main, { position });
const peers = (editor: Editor, { line, character }: Place): Promise<unknown> =>
  editor.ask("textDocument/completion", main, { position: { line, character: character + "allow ".length } });
const hover = (editor: Editor, { line, character }: Place): Promise<unknown> =>
  editor.ask("textDocument/hover", main, { position: { line, character: character + "allow g".length } });
const format = (editor: Editor): Promise<unknown> => editor.ask("textDocument/formatting", main, { options });

const start = (name: string, files: () => Readonly<Record<string, string>>, file: string): Row => ({
  name: `start to first diagnostics, ${name}`,
  aim: "",
  measure: () => {
    const made = files();
    return repeated(7, () => {
      const begun = performance.now();
      return withEditor(undefined, made, file, (editor) => Promise.resolve({ elapsed: performance.now() - begun, ran: editor.processorTime() }));
    });
  },
});

const manyFiles = 200;
/** Keystrokes in one tenant's file, which no other imports. */
const inLeaf = (files: number): Row => ({
  name: `keystroke to diagnostics in a file that none imports, ${files} files`,
  aim: "",
  measure: () =>
    withEditor(undefined, projectOfFiles(files), leafFile, (editor) => {
      const key = typist(editor, leafFile, leafLine, "  service shop = tcp/8081 ");
      return repeated(60, async (run) => {
        await pause(betweenKeys);
        return key(run);
      });
    }),
});
const inProject = (name: string, aim: string, use: (editor: Editor) => Promise<readonly Sample[]>): Row => ({
  name: `${name}, ${manyFiles} files`,
  aim,
  measure: () => withEditor(`${name}, ${manyFiles} files`, projectOfFiles(manyFiles), commonFile, use),
});
/** The empty line at the end of it. */
const commonLine: Place = { line: 7, character: 0 };
/** The empty line before its policy. */
const leafLine: Place = { line: 12, character: 0 };

const rows: readonly Row[] = [
  keystrokes(300, "p95 < 16 ms", 120),
  keystrokes(3000, "p95 < 50 ms", 80),
  keystrokes(10_000, "p95 < 150 ms", 54),
  inProject("keystroke to diagnostics in the file that all import", "", (editor) => {
    const key = typist(editor, commonFile, commonLine, "service shop = tcp/8081 ");
    return repeated(60, async (run) => {
      await pause(betweenKeys);
      return key(run);
    });
  }),
  inLeaf(20),
  inLeaf(manyFiles),
  afterPause(3000),
  afterPause(10_000),
  question(3000, "completion of words", "p95 < 10 ms", true, completion),
  question(3000, "completion of peers", "p95 < 10 ms", true, peers),
  question(3000, "completion of peers right behind a keystroke", "", false, peers),
  question(3000, "hover over a group", "", true, hover),
  question(3000, "format", "", true, format),
  question(10_000, "format", "", true, format),
  inProject("rename in all", "", (editor) =>
    repeated(10, (run) =>
      timed(editor, async () => {
        const position = { line: 5, character: "service m".length };
        const { changes } = await editor.ask<{ readonly changes: object }>("textDocument/rename", commonFile, {
          position,
          newName: `measured${run}`,
        });
        if (Object.keys(changes).length !== manyFiles) throw new Error("the rename left files out");
      }),
    ),
  ),
  start("300 lines", () => ({ [main]: fileOfLines(300) }), main),
  start("3,000 lines", () => ({ [main]: fileOfLines(3000) }), main),
  start(`${manyFiles} files`, () => projectOfFiles(manyFiles), commonFile),
];

try {
  const { model } = cpus()[0];
  process.stdout.write(`${cpus().length} × ${model.trim()}, Node ${process.version}, load ${loadavg()[0].toFixed(1)} at the start\n\n`);
  process.stdout.write("| What | p50 | p95 | of it on a processor: p50 | p95 | Runs | Aim |\n|---|---|---|---|---|---|---|\n");
  for (const { name, aim, measure } of rows.filter((row) => row.name.includes(wanted))) {
    const samples = await measure();
    const ran = samples.flatMap((sample) => (sample.ran === undefined ? [] : [sample.ran]));
    const cells = [samples.map(({ elapsed }) => elapsed), ran].flatMap((values) =>
      [0.5, 0.95].map((share) => (values.length === 0 ? "" : formatMilliseconds(percentile(values, share)))),
    );
    process.stdout.write(`| ${name} | ${cells.join(" | ")} | ${samples.length} | ${aim} |\n`);
  }
  process.stdout.write(`\nload ${loadavg()[0].toFixed(1)} at the end\n`);
  if (memories.length > 0) process.stdout.write(`\n| Memory of the server after | Now | Highest |\n|---|---|---|\n${memories.join("\n")}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
