/**
 * The Prettier plugin for `.ctv`: `prettier --plugin ctv/prettier`. One implementation serves the Prettier command, `ctv fmt`
 * and the language server.
 */
import type { Parser, Printer, SupportLanguage } from "prettier";
import { lineMap, positionAt } from "../span.js";
import { parseFile } from "../parse.js";
import type { SyntaxProblem } from "../syntax.js";
import { isIgnored, printComment, printsOwnComments } from "./commentprint.js";
import { placeAmongCode, placeAtEndOfLine, placeOwnLine } from "./comments.js";
import { type FormatNode, childKeys } from "./nodes.js";
import { hasIgnorePragma, hasPragma, insertPragma } from "./pragma.js";
import { print } from "./print.js";

export const languages: SupportLanguage[] = [{ name: "ctv", parsers: ["ctv"], extensions: [".ctv"], vscodeLanguageIds: ["ctv"] }];

/** Rules are read by column, which wants somewhat longer lines than prose. */
export const defaultOptions = { printWidth: 100, tabWidth: 2 };

/** Thrown for a text with syntax errors: formatting it could lose what was not understood. */
export interface Unreadable extends SyntaxError {
  readonly problems: readonly SyntaxProblem[];
}

export function isUnreadable(error: unknown): error is Unreadable {
  return error instanceof SyntaxError && "problems" in error;
}

const parser: Parser<FormatNode> = {
  astFormat: "ctv-ast",
  locStart: (node) => node.span.start,
  locEnd: (node) => node.span.end,
  hasPragma,
  hasIgnorePragma,
  parse(text, options) {
    const { file, problems } = parseFile(options.filepath, text);
    if (problems.length > 0) throw unreadable(text, problems);
    return file;
  },
};

export const parsers = { ctv: parser };

const printer: Printer<FormatNode> = {
  print: (path, options, printChild, args) => print(path, options, printChild, args),
  insertPragma,
  getVisitorKeys: childKeys,
  canAttachComment: (node) => node.kind !== "peers" && node.kind !== "comment",
  isBlockComment: (node) => node.kind === "comment" && node.style === "block",
  printComment,
  willPrintOwnComments: printsOwnComments,
  hasPrettierIgnore: isIgnored,
  handleComments: { ownLine: placeOwnLine, endOfLine: placeAtEndOfLine, remaining: placeAmongCode },
};

export const printers = { "ctv-ast": printer };

function unreadable(text: string, problems: readonly SyntaxProblem[]): Unreadable {
  const [first] = problems;
  const lines = lineMap(text);
  const loc = { start: positionAt(lines, first.span.start), end: positionAt(lines, first.span.end) };
  return Object.assign(new SyntaxError(first.message), { loc, problems });
}
