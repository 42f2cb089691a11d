/** `ctv matrix`: who may talk to whom, group by group. */
import { matrixSvg } from "../../compiler/verdict/matrix/svg.js";
import { didYouMean, suggest } from "../../compiler/bind/suggest.js";
import { globMatcher } from "../../compiler/source/glob.js";
import { matrixTable, onlyNames } from "../../compiler/verdict/matrix/table.js";
import type { MatrixTable } from "../../compiler/verdict/matrix/table.js";
import { matrixCsv, matrixDot, matrixJson, matrixMarkdown, matrixText } from "../../compiler/verdict/matrix/text.js";
import { exitCodes, Refusal } from "../exit.js";
import { list, text } from "../options.js";
import { soundUniverse } from "../sound.js";
import { loadProject, projectOptions } from "../project.js";
import type { Verb } from "../verb.js";

interface Form {
  readonly print: (table: MatrixTable) => string;
  /** A form for people has a cell for each pair: with more names than this it cannot be read. */
  readonly mostNames?: number;
}

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ["table", { print: matrixText }],
  ["csv", { print: matrixCsv }],
  ["markdown", { print: matrixMarkdown, mostNames: 60 }],
  ["json", { print: matrixJson }],
  ["dot", { print: matrixDot }],
  ["svg", { print: matrixSvg, mostNames: 120 }],
]);

export const matrix: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: [
    { flags: "--only <names>", description: "only these rows and columns; a `*` stands for any text, such as `shop/*`", many: true },
    ...projectOptions,
    { flags: "--format <form>", description: "how to print", choices: [...forms.keys()] },
  ],
  examples: [
    "ctv matrix",
    "ctv matrix examples/guestbook --format svg > guestbook.svg",
    'ctv matrix --only "front/*,world"',
    "ctv matrix --format dot | dot -Tpng > policy.png",
  ],
  run: ({ words, options, terminal }) => {
    const loaded = loadProject(words, options, terminal);
    const universe = soundUniverse("matrix", loaded, terminal);
    if (universe === undefined) return Promise.resolve(exitCodes.findings);
    const name = text(options, "format") ?? "table";
    const { print, mostNames = Infinity } = forms.get(name) ?? { print: matrixText };
    const table = chosen(matrixTable(universe), list(options, "only"));
    if (table.names.length > mostNames) {
      throw new Refusal(
        `a matrix of ${table.names.length} names cannot be read as ${name}: the most is ${mostNames}`,
        "choose some with --only, or print another form: table, csv, json or dot",
      );
    }
    terminal.out.write(print(table));
    return Promise.resolve(exitCodes.fine);
  },
};

/** @throws Refusal for a pattern that fits no name. */
function chosen(table: MatrixTable, patterns: readonly string[]): MatrixTable {
  if (patterns.length === 0) return table;
  const names = table.names.map(({ name }) => name);
  const tests = patterns.map((pattern) => {
    if (pattern === "") throw new Refusal("--only needs names, such as --only frontend,backend");
    const matches = globMatcher(pattern.replaceAll("/", "\u0000"));
    const fits = (name: string) => matches(name.replaceAll("/", "\u0000"));
    if (names.some(fits)) return fits;
    throw new Refusal(`the matrix has no name ${pattern}`, didYouMean(suggest(pattern, names)) ?? "`ctv matrix --format json` lists the names");
  });
  return onlyNames(table, (name) => tests.some((fits) => fits(name)));
}
