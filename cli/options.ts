/**
 * Reads the options of a call by type. Commander gives them by their long names in camel case.
 */
import type { Severity } from "../compiler/diagnostics/diagnostic.js";
import { formats } from "./report/report.js";
import type { Format } from "./report/report.js";
import type { OptionRow } from "./verb.js";

export type Options = Readonly<Record<string, unknown>>;

export function flag(options: Options, name: string): boolean {
  return options[name] === true;
}

export function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

export function list(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

const severities: readonly Severity[] = ["error", "warning", "note"];

export const formatOption: OptionRow = { flags: "--format <form>", description: "how to report", choices: formats };
export const failLevelOption: OptionRow = {
  flags: "--fail-level <level>",
  description: "the least severity that makes the exit code 1 (default: error)",
  choices: severities,
};

export function format(options: Options): Format {
  return formats.find((known) => known === options.format) ?? "pretty";
}

export function failLevel(options: Options): Severity {
  return severities.find((known) => known === options.failLevel) ?? "error";
}
