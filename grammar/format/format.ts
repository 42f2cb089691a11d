/** Formatting as a function of text, for the command line and the editor. */
import { format } from "prettier/standalone";
import type { SyntaxProblem } from "../syntax.js";
import * as plugin from "./plugin.js";

export interface FormatOptions {
  /** Columns a line should stay within; default 100. */
  readonly printWidth?: number;
  /** Columns of one step of indentation; default 2. */
  readonly tabWidth?: number;
  readonly useTabs?: boolean;
}

export type Formatted =
  { readonly kind: "formatted"; readonly text: string } | { readonly kind: "unreadable"; readonly problems: readonly SyntaxProblem[] };

/** The text as the style has it, lines ending in LF. A text with syntax errors is refused, with the errors. */
export async function formatText(text: string, options: FormatOptions = {}): Promise<Formatted> {
  try {
    return { kind: "formatted", text: await format(text, { ...options, parser: "ctv", plugins: [plugin], endOfLine: "lf" }) };
  } catch (error) {
    if (plugin.isUnreadable(error)) return { kind: "unreadable", problems: error.problems };
    throw error;
  }
}
