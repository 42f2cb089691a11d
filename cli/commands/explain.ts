/** `ctv explain CODE`: an entry of the catalogue, or the list of all. */
import { createColors } from "picocolors";
import { didYouMean, suggest } from "../../compiler/bind/suggest.js";
import { catalogue } from "../../compiler/diagnostics/catalogue.js";
import type { Definition } from "../../compiler/diagnostics/diagnostic.js";
import { exitCodes, Refusal } from "../exit.js";
import { text } from "../options.js";
import { isSourceText } from "../report/pages.js";
import { severityWord } from "../report/pretty.js";
import { wantsColour } from "../terminal.js";
import type { Verb } from "../verb.js";

export const explain: Verb = {
  argument: { syntax: "[code]", description: "such as CTV4002; without one, all codes are listed", words: catalogue.map(({ code }) => code) },
  options: [{ flags: "--format <form>", description: "how to print", choices: ["pretty", "json"] }],
  examples: ["ctv explain CTV4002"],
  run: ({ words, options, terminal }) => {
    const chosen = words.length === 0 ? catalogue : [find(words[0])];
    const colour = wantsColour(terminal, terminal.out);
    if (text(options, "format") === "json") terminal.out.write(`${JSON.stringify(words.length === 0 ? chosen : chosen[0], undefined, 2)}\n`);
    else terminal.out.write(words.length === 0 ? listing(chosen, colour) : chosen.map((definition) => page(definition, colour)).join("\n"));
    return Promise.resolve(exitCodes.fine);
  },
};

/** Takes `CTV4002`, `ctv4002` and `4002`. */
function find(word: string): Definition {
  const code = /^\d+$/.test(word) ? `CTV${word}` : word.toUpperCase();
  const found = catalogue.find((definition) => definition.code === code);
  if (found !== undefined) return found;
  const near = suggest(
    code,
    catalogue.map((definition) => definition.code),
  );
  throw new Refusal(`there is no diagnostic "${word}"`, didYouMean(near) ?? "`ctv explain` lists all codes");
}

function listing(definitions: readonly Definition[], colour: boolean): string {
  const width = Math.max(...definitions.map((definition) => definition.severity.length));
  return definitions
    .map(({ code, severity, title }) => `${code}  ${severityWord(severity, colour)}${" ".repeat(width - severity.length)}  ${title}\n`)
    .join("");
}

function page(definition: Definition, colour: boolean): string {
  const { bold } = createColors(colour);
  const indent = (block: string) =>
    block
      .trimEnd()
      .split("\n")
      .map((line) => (line === "" ? "" : `    ${line}`))
      .join("\n");
  return (
    [
      `${bold(`${definition.code}: ${definition.title}`)} (${severityWord(definition.severity, colour)})`,
      wrap(definition.explanation),
      `${bold("Example")}`,
      indent(definition.example),
      `${bold("Fix")}`,
      isSourceText(definition.fix) ? indent(definition.fix) : wrap(definition.fix),
    ].join("\n\n") + "\n"
  );
}

/** Breaks paragraphs at 80 columns; a single newline in the catalogue means nothing, as in Markdown. */
function wrap(text: string): string {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => {
      const lines = [""];
      for (const word of paragraph.split(/\s+/)) {
        const last = lines[lines.length - 1];
        if (last === "") lines[lines.length - 1] = word;
        else if (last.length + 1 + word.length <= 80) lines[lines.length - 1] = `${last} ${word}`;
        else lines.push(word);
      }
      return lines.join("\n");
    })
    .join("\n\n");
}
