/** `ctv fmt`: formats sources, after making sure that they still say the same. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { formatText } from "../../grammar/format/format.js";
import { parseFile } from "../../grammar/parse.js";
import type { ParseResult, SyntaxProblem } from "../../grammar/syntax.js";
import { exitCodes, Refusal } from "../exit.js";
import type { ExitCode } from "../exit.js";
import { findFiles } from "../inputs.js";
import type { InputFile } from "../inputs.js";
import { writeText } from "../io/write.js";
import { flag } from "../options.js";
import { progress } from "../progress.js";
import { prettyReport } from "../report/pretty.js";
import { source } from "../report/report.js";
import type { Source } from "../report/report.js";
import { wantsColour } from "../terminal.js";
import type { Verb } from "../verb.js";

export const format: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: this folder" },
  options: [
    { flags: "--check", description: "write nothing; list the files that are not formatted and fail if there are any" },
    { flags: "--diff", description: "write nothing; print what would change" },
    { flags: "--exit-code", description: "with --check or --diff, exit with 4 when a file would change" },
  ],
  examples: ["ctv fmt", "ctv fmt --check policy", "ctv fmt - < main.ctv"],
  run: async ({ words, options, terminal }) => {
    const files = findFiles(words, terminal);
    const steps = progress(terminal);
    const results: Result[] = [];
    for (const file of files) {
      steps.step(`formatting ${file.shown}`);
      results.push(await formatFile(file));
    }
    steps.done();

    const problems = results.flatMap((result) => result.diagnostics);
    const sources = new Map(results.map((result): [string, Source] => [result.file.shown, source(result.file.shown, result.file.text)]));
    terminal.err.write(prettyReport({ verb: "fmt", diagnostics: problems, sources, failLevel: "error" }, wantsColour(terminal, terminal.err)));
    const changed = results.filter((result) => result.diagnostics.length === 0 && result.text !== result.file.text);
    const check = flag(options, "check");
    if (flag(options, "diff")) {
      for (const { file, text } of changed)
        terminal.out.write(createTwoFilesPatch(file.shown, file.shown, file.text, text, "", "", { headerOptions: FILE_HEADERS_ONLY }));
    } else if (check) {
      for (const { file } of changed) terminal.out.write(`${file.shown}\n`);
    } else {
      write(results, (text) => terminal.out.write(text));
    }
    if (problems.length > 0) return exitCodes.findings;
    return changed.length === 0 ? exitCodes.fine : codeForChanges(check, flag(options, "diff"), flag(options, "exitCode"));
  },
};

interface Result {
  readonly file: InputFile;
  /** The formatted text; the text as it was where it could not be read. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

async function formatFile(file: InputFile): Promise<Result> {
  const before = parseFile(file.shown, file.text);
  if (before.problems.length > 0) return { file, text: file.text, diagnostics: before.problems.map(asDiagnostic) };
  const formatted = await formatText(file.text);
  if (formatted.kind === "unreadable" || !saysTheSame(before, parseFile(file.shown, formatted.text))) {
    throw new Refusal(
      `formatting ${file.shown} would change what it says, so nothing was written`,
      "this is a defect of ctv; please report it with the file",
    );
  }
  return { file, text: formatted.text, diagnostics: [] };
}

/** Standard input goes to standard output, changed or not; files are written in place, and the changed ones listed. */
function write(results: readonly Result[], print: (text: string) => void): void {
  for (const { file, text, diagnostics } of results) {
    if (diagnostics.length > 0) continue;
    if (file.path === undefined) print(text);
    else if (text !== file.text) {
      writeText(file.path, file.shown, text);
      print(`${file.shown}\n`);
    }
  }
}

function codeForChanges(check: boolean, diff: boolean, exitCode: boolean): ExitCode {
  if (exitCode && (check || diff)) return exitCodes.differences;
  return check ? exitCodes.findings : exitCodes.fine;
}

/**
 * Whether two texts have the same tree and the same comments: then they have the same policy, and every target the same output.
 * Only what has no meaning may differ: positions, quotes around names and braces around ports.
 */
export function saysTheSame(before: ParseResult, after: ParseResult): boolean {
  return after.problems.length === 0 && meaningOf(before) === meaningOf(after);
}

const withoutMeaning = new Set(["span", "quoted", "braces", "comments"]);

function meaningOf(parsed: ParseResult): string {
  const comments = parsed.file.comments.map((comment) => comment.text.replace(/\s+/g, " "));
  const tree = JSON.stringify(parsed.file, (key, value: unknown) => (withoutMeaning.has(key) ? undefined : value));
  return JSON.stringify([tree, comments]);
}

function asDiagnostic(problem: SyntaxProblem): Diagnostic {
  const { code, message, span, related, fix } = problem;
  return { code, severity: "error", message, span, related, fixes: fix === undefined ? [] : [{ ...fix, safe: true }] };
}
