/** `ctv completion SHELL`: a script for the shell to load, made from the tables of verbs and options. */
import { completionScript, shells } from "../completion/scripts.js";
import { exitCodes, Refusal } from "../exit.js";
import type { Verb } from "../verb.js";
import { verbs } from "./index.js";

export const completion: Verb = {
  argument: { syntax: "<shell>", description: shells.join(", ") },
  options: [],
  examples: ["source <(ctv completion bash)", "ctv completion fish > ~/.config/fish/completions/ctv.fish"],
  run: async ({ words, terminal }) => {
    const shell = shells.find((known) => known === words[0]);
    if (shell === undefined) throw new Refusal(`there is no completion for "${words[0]}"`, `one of ${shells.join(", ")}`);
    const loaded = await Promise.all(verbs.map(async (row) => ({ name: row.name, summary: row.summary, verb: await row.load() })));
    terminal.out.write(completionScript(shell, loaded));
    return exitCodes.fine;
  },
};
