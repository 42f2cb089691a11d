/** Options of the verbs that speak with a plane of enforcement. */
import { readText } from "../io/read.js";
import { Refusal } from "../exit.js";
import { flag, text } from "../options.js";
import type { Options } from "../options.js";
import { projectOptions } from "../project.js";
import type { OptionRow } from "../verb.js";
import { resolve } from "node:path";
import type { Terminal } from "../terminal.js";

const planes = ["contiv", "kubernetes"] as const;
export type PlaneName = (typeof planes)[number];

export const netmasterOptions: readonly OptionRow[] = [
  { flags: "--netmaster <url>", description: "netmaster, or the auth proxy in front of it; default: $NETMASTER" },
  { flags: "--ca <file>", description: "certificates of authorities that the auth proxy's certificate may come from (PEM)", path: true },
  { flags: "--insecure", description: "take any certificate of the auth proxy" },
];

export const timeoutOption: OptionRow = { flags: "--timeout <seconds>", description: "how long one request may take (default: 10)" };

export const planeOptions: readonly OptionRow[] = [
  { flags: "--to <plane>", description: "where to", choices: planes },
  ...netmasterOptions,
  { flags: "--kubeconfig <file>", description: "default: $KUBECONFIG, ~/.kube/config, or the pod's own account", path: true },
  { flags: "--context <name>", description: "context of the kubeconfig; default: its current one" },
  timeoutOption,
  { flags: "--owner <name>", description: "stands for this project in the record of what is whose; default: name of the project's folder" },
  { flags: "--adopt", description: "take over objects that are there and that the project does not own" },
  { flags: "--prune", description: "delete owned objects that the source does not ask for any more" },
  { flags: "--replace", description: "contiv: make anew what netmaster cannot change, with everything on it" },
  { flags: "--no-verify", description: "do not prove first that the objects decide as the source does" },
  ...projectOptions,
  { flags: "--format <form>", description: "how to print", choices: ["pretty", "json"] },
];

/** The plane that was asked for. @throws Refusal where none was. */
export function planeOf(options: Options): PlaneName {
  const asked = text(options, "to");
  const found = planes.find((name) => name === asked);
  if (found !== undefined) return found;
  throw new Refusal("where to?", `--to ${planes.join(" or --to ")}`);
}

/** Milliseconds. @throws Refusal for what is no number of seconds. */
export function timeoutOf(options: Options): number {
  const given = text(options, "timeout");
  if (given === undefined) return 10_000;
  const seconds = Number(given);
  if (!(seconds > 0 && seconds <= 3600)) throw new Refusal(`--timeout ${given}: a number of seconds is needed, such as 30`);
  return seconds * 1000;
}

/** Text of the file that `--ca` names. */
export function authorityOf(options: Options, terminal: Terminal): string | undefined {
  const given = text(options, "ca");
  return given === undefined ? undefined : readText(resolve(terminal.cwd, given), given);
}

export const isInsecure = (options: Options): boolean => flag(options, "insecure");
