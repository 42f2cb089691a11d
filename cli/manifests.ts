/** Files with Kubernetes objects, as they are named on the command line. */
import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import { readManifests } from "../compiler/manifests/read.js";
import type { ManifestReading } from "../compiler/manifests/read.js";
import type { AddressFacts } from "../compiler/manifests/connectivity/blocks.js";
import { canonicalPrefix, formatPrefix, parsePrefix, prefixSet, unionAllAddresses } from "../compiler/space/address.js";
import { Refusal, systemReason } from "./exit.js";
import { dataLimit, decode, kindOf, readText } from "./io/read.js";
import { flag, list, text } from "./options.js";
import type { Options } from "./options.js";
import { timeoutOption } from "./plane/options.js";
import { source } from "./report/report.js";
import type { Source } from "./report/report.js";
import type { Terminal } from "./terminal.js";
import type { OptionRow } from "./verb.js";

export interface LoadedManifests extends ManifestReading {
  /** What findings point into. */
  readonly sources: ReadonlyMap<string, Source>;
}

export const manifestArgument = { syntax: "[paths...]", description: "files, folders, or - for standard input" };

/** Options of every verb that reads manifests. */
export const manifestOptions: readonly OptionRow[] = [
  { flags: "--pod-cidr <cidrs>", description: "where pods have their addresses, such as 10.244.0.0/16", many: true },
  { flags: "--ip-blocks <what>", description: "what an ipBlock of a NetworkPolicy matches (default: outside)", choices: ["outside", "pods"] },
  { flags: "--from-cluster", description: "read the objects of a running cluster instead of files" },
  { flags: "--kubeconfig <file>", description: "default: $KUBECONFIG, ~/.kube/config, or the pod's own account", path: true },
  { flags: "--context <name>", description: "context of the kubeconfig; default: its current one" },
  timeoutOption,
  { flags: "--ignore-kinds <kinds>", description: "kinds of objects that neither make pods nor decide traffic", many: true },
];

/** @throws Refusal for a `--pod-cidr` that is none. */
export function addressFacts(options: Options): AddressFacts {
  const sets = list(options, "podCidr").map((given) => {
    const prefix = parsePrefix(given);
    if (prefix === undefined) throw new Refusal(`--pod-cidr ${given}: this is no CIDR`, "such as 10.244.0.0/16");
    const canonical = formatPrefix(canonicalPrefix(prefix));
    if (canonical !== given.toLowerCase()) throw new Refusal(`--pod-cidr ${given}: it has bits set after its prefix`, `did you mean ${canonical}?`);
    return prefixSet(prefix);
  });
  return { podAddresses: unionAllAddresses(sets), ipBlocks: text(options, "ipBlocks") === "pods" ? "pods" : "outside" };
}

/** Reads and checks the files that the words name, or a cluster's objects. @throws Refusal for what cannot be read or is not there. */
export async function loadManifests(words: readonly string[], options: Options, terminal: Terminal): Promise<LoadedManifests> {
  const fromCluster = flag(options, "fromCluster");
  if (fromCluster === words.length > 0) {
    throw new Refusal(
      fromCluster ? "name files, or use --from-cluster, but not both" : "files are needed: files, folders, or - for standard input",
      fromCluster ? undefined : "--from-cluster reads the objects of a running cluster",
    );
  }
  // The client of clusters is large, and few runs need it.
  const files = fromCluster ? await (await import("./cluster.js")).filesOfCluster(options, terminal) : manifestTexts(words, terminal);
  const reading = readManifests(files, { ignoredKinds: list(options, "ignoreKinds") });
  return { ...reading, sources: new Map(files.map(({ file, text: content }) => [file, source(file, content)])) };
}

/** Files of objects by the name that messages use. @throws Refusal for what cannot be read or is not there. */
export function manifestTexts(words: readonly string[], terminal: Terminal): readonly { readonly file: string; readonly text: string }[] {
  const { cwd } = terminal;
  const seen = new Set<string>();
  return words.flatMap((word) => {
    if (word === "-") return [{ file: "<stdin>", text: decode(terminal.readInput(dataLimit), "standard input", dataLimit) }];
    const path = resolve(cwd, word);
    if (/\.ctv$/i.test(word))
      throw new Refusal(`${word} is a policy of ctv, not a file of objects`, "`ctv matrix` shows who may talk to whom by a policy");
    if (kindOf(path) === "nothing") throw new Refusal(`cannot read ${word}: there is no such file or folder`);
    const paths = kindOf(path) === "folder" ? below(path, word) : [path];
    if (paths.length === 0) throw new Refusal(`there are no .yaml, .yml or .json files in ${word}`);
    return paths.flatMap((found) => {
      if (seen.has(found)) return [];
      seen.add(found);
      const shown = relative(cwd, found).replaceAll("\\", "/");
      return [{ file: shown, text: readText(found, shown, dataLimit) }];
    });
  });
}

/** Every file of objects in a folder and the folders in it, in order of path. Hidden ones and installed packages are left out. */
function below(folder: string, shown: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith(".") && entry.name !== "node_modules")
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return below(path, join(shown, entry.name));
        return /\.(ya?ml|json)$/i.test(entry.name) && kindOf(path) === "file" ? [path] : [];
      });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`cannot read ${shown}: ${systemReason(error)}`);
  }
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}
