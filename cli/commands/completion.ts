/** `ctv completion SHELL`: a script for the shell to load, made from the tables of verbs and options. */
import { completionScript, shells } from "../completion/scripts.js";
import type { CompletedVerb } from "../completion/scripts.js";
import { exitCodes, Refusal } from "../exit.js";
import type { Verb } from "../verb.js";

export const completion: Verb = {
  argument: { syntax: "<shell>", description: shells.join(", "), words: shells },
  options: [],
  examples: ["source <(ctv completion bash)", "ctv completion fish > ~/.config/fish/completions/ctv.fish"],
  run: async ({ words, terminal, verbs }) => {
    const shell = shells.find((known) => known === words[0]);
    if (shell === undefined) throw new Refusal(`there is no completion for "${words[0]}"`, `one of ${shells.join(", ")}`);
    const loaded: CompletedVerb[] = [];
    for (const { name, summary, load } of verbs) loaded.push({ name, summary, verb: await load() });
    terminal.out.write(completionScript(shell, loaded));
    return exitCodes.fine;
  },
};
