/** `ctv diff`: what traffic a change lets pass, and what it stops. */
import { difference } from "../../compiler/verdict/difference.js";
import type { Change } from "../../compiler/verdict/difference.js";
import { artefactDiff } from "../artefacts.js";
import { changesJson, changesMarkdown, changesText } from "../changes.js";
import type { Side } from "../changes.js";
import { exitCodes, Refusal } from "../exit.js";
import { withRevision } from "../git.js";
import { flag, list, text } from "../options.js";
import { loadProject, projectOptions } from "../project.js";
import { soundUniverse } from "../sound.js";
import { wantsColour } from "../terminal.js";
import type { Terminal } from "../terminal.js";
import type { Options } from "../options.js";
import type { Verb } from "../verb.js";

export const diff: Verb = {
  argument: { syntax: "[paths...]", description: "OLD and NEW, each a file or a folder; with --base, what to compare with that revision" },
  options: [
    { flags: "--base <revision>", description: "compare the working tree with this git revision" },
    { flags: "--text", description: "show the difference of the output files instead of what it means" },
    { flags: "-t, --target <names>", description: "with --text: kubernetes, contiv, openflow", many: true },
    { flags: "--exit-code", description: "exit with 4 when there is a difference" },
    ...projectOptions,
    { flags: "--format <form>", description: "how to print", choices: ["pretty", "markdown", "json"] },
  ],
  examples: ["ctv diff old new", "ctv diff --base main", "ctv diff policy --base origin/main --format markdown"],
  run: ({ words, options, terminal }) => {
    const base = text(options, "base");
    if (base !== undefined) return Promise.resolve(withRevision(base, terminal, (past) => compareSides(words, words, past, options, terminal)));
    if (words.length !== 2)
      throw new Refusal("diff needs OLD and NEW, or --base REVISION", "`ctv diff --base main` compares the project with the branch main");
    return Promise.resolve(compareSides([words[0]], [words[1]], terminal, options, terminal));
  },
};

function compareSides(oldWords: readonly string[], newWords: readonly string[], past: Terminal, options: Options, terminal: Terminal) {
  const before = loadProject(oldWords, options, past);
  const after = loadProject(newWords, options, terminal);
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
  const sides: { readonly before: Side; readonly after: Side } = {
    before: { loaded: before, universe: old },
    after: { loaded: after, universe: now },
  };
  terminal.out.write(printed(changes, sides, text(options, "format") ?? "pretty", wantsColour(terminal, terminal.out)));
  return code(changes.length > 0);
}

function printed(changes: readonly Change[], sides: Parameters<typeof changesText>[1], form: string, colour: boolean): string {
  if (form === "json") return changesJson(changes, sides);
  return form === "markdown" ? changesMarkdown(changes, sides) : changesText(changes, sides, colour);
}
