/**
 * From arguments to a verb: the command line as commander sees it, and how a run ends whatever happens.
 */
import { Command, CommanderError, Option } from "commander";
import { verbs } from "./commands/index.js";
import { exitCodes, Refusal } from "./exit.js";
import type { ExitCode } from "./exit.js";
import type { Terminal } from "./terminal.js";
import type { OptionRow, Verb } from "./verb.js";
import { version } from "./version.js";

/** Runs the command line `words` (without the program's name). Never throws: what goes wrong becomes a message and an exit code. */
export async function run(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    if (error instanceof Refusal) {
      terminal.err.write(`ctv: ${error.message}\n${error.help === undefined ? "" : `  help: ${error.help}\n`}`);
      return exitCodes.usage;
    }
    terminal.err.write(unexpected(error, terminal.env.CTV_DEBUG === "1"));
    return exitCodes.usage;
  }
}

/** One line for what should not happen; everything there is to know with CTV_DEBUG=1. */
export function unexpected(error: unknown, debug: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const stack = debug && error instanceof Error && error.stack !== undefined ? `${error.stack}\n` : "";
  return `ctv: unexpected failure: ${message.split("\n")[0]} (a defect of ctv; please report it with what CTV_DEBUG=1 shows)\n${stack}`;
}

/** `ctv help check` is `ctv check --help`. */
function withoutHelpVerb(words: readonly string[]): readonly string[] {
  const [first, name] = words;
  if (first !== "help") return words;
  if (name === undefined) return ["--help"];
  // Of a verb that there is not, commander would show the help of the program.
  return verbs.some((verb) => verb.name === name) ? [name, "--help"] : [name];
}

async function dispatch(given: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const words = withoutHelpVerb(given);
  let result: ExitCode = exitCodes.fine;
  const program = new Command("ctv")
    .description("One network policy for Kubernetes, Contiv and Open vSwitch.")
    .version(`ctv ${version}`, "-V, --version", "print the version")
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError("(`ctv --help` lists the verbs and `ctv VERB --help` their options)")
    .configureOutput({
      writeOut: (text) => {
        terminal.out.write(text);
      },
      writeErr: (text) => {
        terminal.err.write(text);
      },
      outputError: (text, write) => {
        write(text.replace(/^error: /, "ctv: "));
      },
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  if (words.length === 0) {
    terminal.err.write(helpOfProgram(program));
    return exitCodes.usage;
  }
  const called = verbs.find((row) => row.name === words.find((word) => !word.startsWith("-")));
  const verb = called === undefined ? undefined : await called.load();
  for (const row of verbs) {
    const command = program.command(row.name).description(row.summary).copyInheritedSettings(program);
    if (row !== called || verb === undefined) continue;
    describe(command, verb);
    command.action(async () => {
      result = await verb.run({ words: command.args, options: command.opts(), terminal, verbs });
    });
  }
  const argument = verb?.prepare === undefined ? words : verb.prepare(words);
  await program.parseAsync(argument, { from: "user" });
  return result;
}

function helpOfProgram(program: Command): string {
  for (const row of verbs) program.command(row.name).description(row.summary);
  return program.helpInformation();
}

function describe(command: Command, verb: Verb): void {
  if (verb.argument !== undefined) command.argument(verb.argument.syntax, verb.argument.description);
  for (const row of verb.options) command.addOption(option(row));
  if (verb.examples !== undefined) command.addHelpText("after", `\nExamples:\n${verb.examples.map((example) => `  ${example}`).join("\n")}\n`);
}

function option(row: OptionRow): Option {
  const made = new Option(row.flags, row.choices === undefined ? row.description : `${row.description}: ${row.choices.join(", ")}`);
  if (row.many === true || row.repeat === true) {
    const split = (value: string) => (row.many === true ? value.split(",").map((part) => part.trim()) : [value]);
    return made.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), ...split(value)]);
  }
  if (row.choices === undefined) return made;
  const { choices } = row;
  return made.argParser((value: string) => {
    if (!choices.includes(value)) throw new Refusal(`${row.flags.split(" ")[0]}: there is no "${value}"`, `one of ${choices.join(", ")}`);
    return value;
  });
}
