/**
 * What a verb of the command is: a file in `commands/` with one of these, and a row in `commands/index.ts`.
 */
import type { ExitCode } from "./exit.js";
import type { Options } from "./options.js";
import type { Terminal } from "./terminal.js";

export interface Verb {
  /** After the verb's name, in the usual notation: `[paths...]` are optional and many. */
  readonly argument?: {
    readonly syntax: string;
    readonly description: string;
    /** What the first word can be, where it is no path; for completion. */
    readonly words?: readonly string[];
  };
  readonly options: readonly OptionRow[];
  /** Shown below the help: examples, one a line. */
  readonly examples?: readonly string[];
  /** Rewrites the arguments before options are looked for, where a verb takes words that look like options. */
  readonly prepare?: (words: readonly string[]) => readonly string[];
  readonly run: (call: Call) => Promise<ExitCode>;
}

export interface OptionRow {
  /** `-t, --target <names>`; a `<value>` makes it take one, and `--no-x` makes `x` true without it. */
  readonly flags: string;
  readonly description: string;
  /** The values there are, for checking and completion. */
  readonly choices?: readonly string[];
  /** Several values: by commas, and by giving the option again. */
  readonly many?: boolean;
  /** Several values, only by giving the option again, because one may hold commas. */
  readonly repeat?: boolean;
  /** The value is a path, for completion. */
  readonly path?: boolean;
}

export interface Call {
  readonly words: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
  /** All verbs, for those that speak of the others. */
  readonly verbs: readonly VerbRow[];
}

/** A verb by name. Its file is loaded when it is called, so that none pays for what another needs. */
export interface VerbRow {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Verb>;
}
