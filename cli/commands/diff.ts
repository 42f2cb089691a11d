/** `ctv diff`: what traffic a change lets pass, and what it stops. */
import { basename, dirname, relative, resolve } from "node:path";
import { difference } from "../../compiler/verdict/difference.js";
import type { Change } from "../../compiler/verdict/difference.js";
import { artefactDiff } from "../artefacts.js";
import { changesJson, changesMarkdown, changesText } from "../changes.js";
import type { Sides } from "../changes.js";
import { targetNames } from "../emission.js";
import { exitCodes, Refusal } from "../exit.js";
import type { ExitCode } from "../exit.js";
import { withRevision } from "../git.js";
import type { Base } from "../git.js";
import { flag, list, text } from "../options.js";
import { kindOf } from "../io/read.js";
import { loadProject, projectOptions } from "../project.js";
import type { LoadedProject } from "../project.js";
import { soundUniverse } from "../sound.js";
import { wantsColour } from "../terminal.js";
import type { Terminal } from "../terminal.js";
import type { Options } from "../options.js";
import type { Call, Verb } from "../verb.js";

export const diff: Verb = {
  argument: { syntax: "[paths...]", description: "OLD and NEW, each a file or a folder; with --base, what to compare with that revision" },
  options: [
    { flags: "--base <revision>", description: "compare the working tree with where HEAD left this git revision: their merge base" },
    { flags: "--exact", description: "with --base: compare with the revision itself" },
    { flags: "--text", description: "show the difference of the output files instead of what it means" },
    { flags: "-t, --target <names>", description: "with --text, by commas (default: all)", choices: targetNames, many: true },
    { flags: "--exit-code", description: "exit with 4 when there is a difference" },
    ...projectOptions,
    { flags: "--format <form>", description: "how to print", choices: ["pretty", "markdown", "json"] },
  ],
  examples: ["ctv diff old new", "ctv diff --base main", "ctv diff policy --base origin/main --format markdown"],
  run: ({ words, options, terminal }) => {
    const base = text(options, "base");
    if (base !== undefined) return Promise.resolve(compareWithRevision(base, { words, options, terminal }));
    if (flag(options, "exact")) throw new Refusal("--exact goes with --base", "`ctv diff --base main --exact`");
    if (words.length !== 2)
      throw new Refusal("diff needs OLD and NEW, or --base REVISION", "`ctv diff --base main` compares the project with the branch main");
    const [before, after] = words.map((word) => loadSide(word, options, terminal));
    return Promise.resolve(compareSides({ before, after }, options, terminal));
  },
};

/** What it was compared with is said beside the result, which stays empty where nothing changed. */
function compareWithRevision(revision: string, { words, options, terminal }: Pick<Call, "words" | "options" | "terminal">): ExitCode {
  return withRevision(revision, { exact: flag(options, "exact"), terminal }, (past, base) => {
    const before = placed(`in ${base.words}`, () => loadProject(words, options, past));
    terminal.err.write(`comparing with ${base.words}\n`);
    return compareSides({ before, after: loadProject(words, options, terminal), base }, options, terminal);
  });
}

/** One of two versions, seen from its own folder: paths in the output must not differ because the folders have different names. */
function loadSide(word: string, options: Options, terminal: Terminal): LoadedProject {
  const path = resolve(terminal.cwd, word);
  const kind = kindOf(path);
  if (kind === "nothing" || word === "-") return loadProject([word], options, terminal);
  const [cwd, inside] = kind === "folder" ? [path, "."] : [dirname(path), basename(path)];
  const loaded = placed(`in ${word}`, () => loadProject([inside], options, { ...terminal, cwd }));
  const shown = (file: string) => relative(terminal.cwd, resolve(cwd, file)).replaceAll("\\", "/");
  return { ...loaded, sources: new Map([...loaded.sources].map(([id, known]) => [id, { ...known, shown: shown(known.shown) }])) };
}

/** Two versions are read, so a refusal has to say of which it is. */
function placed<Result>(where: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(`${where}: ${error.message}`, error.help) : error;
  }
}

interface Versions {
  readonly before: LoadedProject;
  readonly after: LoadedProject;
  /** The commit that `before` is, where it is one. */
  readonly base?: Base;
}

function compareSides({ before, after, base }: Versions, options: Options, terminal: Terminal): ExitCode {
  const old = soundUniverse("diff", before, terminal);
  const now = soundUniverse("diff", after, terminal);
  if (old === undefined || now === undefined) return exitCodes.findings;
  const code = (differs: boolean) => (differs && flag(options, "exitCode") ? exitCodes.differences : exitCodes.fine);
  if (flag(options, "text")) {
    const patch = artefactDiff(before, after, list(options, "target"));
    terminal.out.write(patch);
    return code(patch !== "");
  }
  const changes = difference(old, now);
  const sides: Sides = {
    before: { loaded: before, universe: old },
    after: { loaded: after, universe: now },
    ...(base === undefined ? {} : { base }),
  };
  terminal.out.write(printed(changes, sides, text(options, "format") ?? "pretty", wantsColour(terminal, terminal.out)));
  return code(changes.length > 0);
}

function printed(changes: readonly Change[], sides: Sides, form: string, colour: boolean): string {
  if (form === "json") return changesJson(changes, sides);
  return form === "markdown" ? changesMarkdown(changes, sides) : changesText(changes, sides, colour);
}
