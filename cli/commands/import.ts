/** `ctv import`: a policy from what is there already, proved to decide every flow as it does. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { didYouMean, suggest } from "../../compiler/bind/suggest.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { proveImport } from "../../compiler/import/proof.js";
import type { Proof } from "../../compiler/import/proof.js";
import { formatText } from "../../grammar/format/format.js";
import { exitCodes, Refusal } from "../exit.js";
import { contivSource } from "../import/contiv.js";
import { kubernetesSource } from "../import/kubernetes.js";
import { writeText } from "../io/write.js";
import { manifestOptions } from "../manifests.js";
import { netmasterOptions } from "../plane/options.js";
import { failLevel, failLevelOption, flag, text } from "../options.js";
import type { Options } from "../options.js";
import { emitReport } from "../report/emit.js";
import { fails, inOrder } from "../report/report.js";
import type { Source } from "../report/report.js";
import type { Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";

/** What an import makes of its files. */
export interface ImportResult {
  /** Not yet formatted. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  /** How what was imported decides. */
  readonly proof: Proof;
  readonly sources: ReadonlyMap<string, Source>;
  /** Whether something could not be read, so that it has no part in the text. */
  readonly incomplete: boolean;
}

export type ImportSource = (words: readonly string[], options: Options, terminal: Terminal) => Promise<ImportResult>;

interface SourceRow {
  readonly make: ImportSource;
  /** Options that are for other sources, by their long names; they would have no effect here. */
  readonly foreign: readonly string[];
}

const importSources: ReadonlyMap<string, SourceRow> = new Map([
  ["kubernetes", { make: kubernetesSource, foreign: ["netmaster", "ca", "insecure"] }],
  ["contiv", { make: contivSource, foreign: ["fromCluster", "kubeconfig", "context", "podCidr", "ipBlocks", "ignoreKinds"] }],
]);

export const importVerb: Verb = {
  argument: {
    syntax: "[source...]",
    description: "`kubernetes` or `contiv`, then files, folders, or - for standard input",
    words: [...importSources.keys()],
  },
  options: [
    { flags: "-o, --out <file>", description: "where to write; default: standard output", path: true },
    { flags: "--force", description: "write over a file that is there" },
    { flags: "--strict", description: "write nothing where something cannot be read" },
    ...manifestOptions,
    ...netmasterOptions,
    failLevelOption,
  ],
  examples: [
    "ctv import kubernetes manifests -o policy.ctv",
    "ctv import kubernetes --from-cluster --context staging -o staging.ctv",
    "ctv import contiv --netmaster http://netmaster:9999 -o lab.ctv",
    "kubectl get ns,deploy,sts,ds,netpol -A -o yaml | ctv import kubernetes -",
  ],
  run: async ({ words, options, terminal }) => {
    const [from, ...paths] = words;
    if (from === undefined) throw new Refusal("what from?", "ctv import kubernetes FILES, or ctv import contiv FILES");
    const row = importSources.get(from);
    if (row === undefined) {
      const names = [...importSources.keys()];
      // A file alone is a common slip; a file after another word is not.
      const sources = paths.length === 0 ? `such as: ctv import ${names[0]} ${from}` : `one of ${names.join(", ")}`;
      throw new Refusal(`there is no import from "${from}"`, didYouMean(suggest(from, names)) ?? sources);
    }
    const foreign = row.foreign.find((name) => options[name] !== undefined);
    if (foreign !== undefined) {
      throw new Refusal(
        `import ${from} has no --${foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
        `\`ctv import --help\` says what each option is for`,
      );
    }
    const out = text(options, "out");
    refuseOverwriting(out, options, terminal);
    const result = await row.make(paths, options, terminal);
    const policy = await provedText(result);
    const report = { verb: "import", diagnostics: inOrder(result.diagnostics), sources: result.sources, failLevel: failLevel(options) };
    emitReport(terminal, report, "pretty");
    if (!(result.incomplete && flag(options, "strict"))) write(out, policy, terminal);
    return report.diagnostics.some((diagnostic) => fails(diagnostic, report.failLevel)) ? exitCodes.findings : exitCodes.fine;
  },
};

/** The text as it is written, which is what is proved. @throws Refusal where the proof fails: nobody should have to find out later. */
async function provedText({ text: made, proof }: ImportResult): Promise<string> {
  const formatted = await formatText(made);
  const wrong = formatted.kind === "formatted" ? proveImport(formatted.text, proof) : formatted.problems.map(({ message }) => message);
  if (wrong.length > 0 || formatted.kind !== "formatted") {
    throw new Refusal(
      `the policy that was made does not decide as what was imported: ${wrong[0]}`,
      "nothing was written; this is a defect of ctv, please report it",
    );
  }
  return formatted.text;
}

function refuseOverwriting(out: string | undefined, options: Options, terminal: Terminal): void {
  if (out === undefined || flag(options, "force") || !existsSync(resolve(terminal.cwd, out))) return;
  throw new Refusal(`${out} exists already`, "nothing was written; --force writes over it");
}

function write(out: string | undefined, policy: string, terminal: Terminal): void {
  if (out === undefined) {
    terminal.out.write(policy);
    return;
  }
  writeText(resolve(terminal.cwd, out), out, policy);
  terminal.err.write(`wrote ${out}\n`);
}
