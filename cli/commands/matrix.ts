/** `ctv matrix`: who may talk to whom, group by group. */
import { matrixSvg } from "../../compiler/verdict/matrix/svg.js";
import { matrixTable } from "../../compiler/verdict/matrix/table.js";
import type { MatrixTable } from "../../compiler/verdict/matrix/table.js";
import { matrixCsv, matrixDot, matrixJson, matrixMarkdown, matrixText } from "../../compiler/verdict/matrix/text.js";
import { exitCodes } from "../exit.js";
import { text } from "../options.js";
import { soundUniverse } from "../sound.js";
import { loadProject, projectOptions } from "../project.js";
import type { Verb } from "../verb.js";

type Form = (table: MatrixTable) => string;

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ["table", matrixText],
  ["csv", matrixCsv],
  ["markdown", matrixMarkdown],
  ["json", matrixJson],
  ["dot", matrixDot],
  ["svg", matrixSvg],
]);

export const matrix: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: [...projectOptions, { flags: "--format <form>", description: "how to print", choices: [...forms.keys()] }],
  examples: ["ctv matrix", "ctv matrix examples/guestbook --format svg > guestbook.svg", "ctv matrix --format dot | dot -Tpng > policy.png"],
  run: ({ words, options, terminal }) => {
    const loaded = loadProject(words, options, terminal);
    const universe = soundUniverse("matrix", loaded, terminal);
    if (universe === undefined) return Promise.resolve(exitCodes.findings);
    const form = forms.get(text(options, "format") ?? "table") ?? matrixText;
    terminal.out.write(form(matrixTable(universe)));
    return Promise.resolve(exitCodes.fine);
  },
};
