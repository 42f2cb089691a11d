/**
 * The files of `labels/` held against the groups: each endpoint group whose workloads the source tells by their own labels needs its
 * three labels on exactly these workloads, in each of their namespaces (contiv.md §5). The proof of the objects takes them to have these.
 */
import { parse } from "yaml";
import type { Universe } from "../../../policy/universe.js";
import type { Selector } from "../../../policy/model.js";
import * as values from "../../../space/values.js";
import type { ValueSet } from "../../../space/values.js";
import type { Artefact, AsideProblem } from "../../target.js";
import { readBlockYaml } from "../../block-yaml.js";
import { member, textMember } from "../../entries.js";
import { textField } from "./documents.js";
import type { Document } from "./documents.js";

const KUSTOMIZATION = "labels/kustomization.yaml";
const COMMANDS = "labels/kubectl-label.txt";

/** One wish of a group: the workloads of a namespace that get its labels. */
interface Wish {
  readonly tenant: string;
  readonly group: string;
  readonly network: string;
  readonly namespace: string;
  readonly selector: Selector;
}

/** What a file asks for, as far as it could be read. */
interface Labelling {
  readonly line?: number;
  readonly namespace: string;
  /** By key; a key that is not here does not matter. Nothing where the selector's text was not understood. */
  readonly selector: ReadonlyMap<string, ValueSet> | undefined;
  readonly labels: ReadonlyMap<string, string>;
  /** What else is wrong with it. */
  readonly problems: readonly string[];
}

export function labelProblems(artefacts: readonly Artefact[], documents: readonly Document[], universe: Universe): readonly AsideProblem[] {
  const wishes = wishesOf(documents, universe);
  return [
    ...fileProblems(KUSTOMIZATION, textOf(artefacts, KUSTOMIZATION), wishes, readKustomization),
    ...fileProblems(COMMANDS, textOf(artefacts, COMMANDS), wishes, readCommands),
  ];
}

function textOf(artefacts: readonly Artefact[], path: string): string | undefined {
  return artefacts.find((artefact) => artefact.path === path)?.text;
}

function wishesOf(documents: readonly Document[], universe: Universe): readonly Wish[] {
  return documents.flatMap(({ kind, body }) => {
    if (kind !== "endpointGroup") return [];
    const [tenant, group, network] = ["tenantName", "groupName", "networkName"].map((field) => textField(body, field));
    const declared = universe.tenantByName.get(tenant)?.groups.find(({ name }) => name === group);
    const selector = declared?.byName === true ? undefined : declared?.selector;
    return selector === undefined ? [] : selector.namespaces.map((namespace) => ({ tenant, group, network, namespace, selector }));
  });
}

const keyOf = (tenant: string | undefined, group: string | undefined, namespace: string): string => `${tenant}/${group} in ${namespace}`;

function fileProblems(
  path: string,
  text: string | undefined,
  wishes: readonly Wish[],
  read: (text: string) => readonly Labelling[] | string,
): readonly AsideProblem[] {
  if (text === undefined)
    return wishes.length === 0
      ? []
      : [{ path, message: `the file is missing, and group ${wishes[0].group} of tenant ${wishes[0].tenant} needs labels` }];
  const labellings = read(text);
  if (typeof labellings === "string") return [{ path, message: labellings }];
  const open = new Map(wishes.map((wish) => [keyOf(wish.tenant, wish.group, wish.namespace), wish]));
  const found = labellings.flatMap((labelling): readonly AsideProblem[] => {
    const at = (message: string): AsideProblem => ({ path, ...(labelling.line === undefined ? {} : { line: labelling.line }), message });
    const { namespace, labels } = labelling;
    const key = keyOf(labels.get("io.contiv.tenant"), labels.get("io.contiv.net-group"), namespace);
    const wish = open.get(key);
    if (wish === undefined) return [at(`no group of the source needs these labels for namespace ${namespace}, or it has them already`)];
    open.delete(key);
    return [...labelling.problems, ...wishProblems(wish, labelling)].map(at);
  });
  return [
    ...found,
    ...[...open.values()].map((wish) => ({
      path,
      message: `group ${wish.group} of tenant ${wish.tenant} gets no labels in namespace ${wish.namespace}`,
    })),
  ];
}

function wishProblems(wish: Wish, { selector, labels }: Labelling): readonly string[] {
  const network = labels.get("io.contiv.network");
  const more = [...labels.keys()].filter((key) => !["io.contiv.tenant", "io.contiv.network", "io.contiv.net-group"].includes(key));
  return [
    ...(network === wish.network ? [] : [`group ${wish.group} is in network ${wish.network}, and not in ${network ?? "none"}`]),
    ...more.map((key) => `label ${key} is not one that Contiv reads`),
    ...(selector !== undefined && sameSelection(wish.selector.labels, selector)
      ? []
      : [`these are not the workloads that group ${wish.group} of tenant ${wish.tenant} matches`]),
  ];
}

/** No selector of Kubernetes says "this value, or none": only the workloads with the value can be named. */
function sayable(set: ValueSet): ValueSet {
  return set.kind === "in" && set.absent && set.values.length > 0 ? values.oneOf(set.values) : set;
}

function sameSelection(asked: ReadonlyMap<string, ValueSet>, given: ReadonlyMap<string, ValueSet>): boolean {
  const keys = new Set([...asked.keys(), ...given.keys()]);
  return [...keys].every((key) => values.valuesEqual(sayable(asked.get(key) ?? values.anyValue), given.get(key) ?? values.anyValue));
}

/** Kubernetes' label selector text (k8s.io/apimachinery, `labels.Parse`): terms with commas between, all of which must hold. */
function readSelector(text: string): ReadonlyMap<string, ValueSet> | undefined {
  const selector = new Map<string, ValueSet>();
  for (const term of text === "" ? [] : text.split(/,(?![^(]*\))/)) {
    const read = readTerm(term.trim());
    if (read === undefined) return undefined;
    const [key, set] = read;
    selector.set(key, values.intersectValues(selector.get(key) ?? values.anyValue, set));
  }
  return selector;
}

function readTerm(term: string): readonly [string, ValueSet] | undefined {
  const absent = /^!\s*([\w./-]+)$/.exec(term);
  if (absent !== null) return [absent[1], values.onlyAbsent];
  const [, key, sign, value = "", word, list = ""] = /^([\w./-]+)(?:\s*(==?|!=)\s*([\w.-]*)|\s+(in|notin)\s*\(([^()]*)\))?$/.exec(term) ?? [];
  if (key === undefined) return undefined;
  const listed = list.split(",").map((item) => item.trim());
  if (sign !== undefined) return [key, sign === "!=" ? values.noneOf([value]) : values.oneOf([value])];
  if (word !== undefined) return [key, word === "in" ? values.oneOf(listed) : values.noneOf(listed)];
  return [key, values.anyPresent];
}

/** Kinds of Kubernetes whose pods are made from `/spec/template`. */
const templated = ["DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"];
const LABEL_PATH = "/spec/template/metadata/labels/";

function readKustomization(text: string): readonly Labelling[] | string {
  const content = readYaml(text);
  const patches = member(content, "patches");
  if (textMember(content, "kind") !== "Component" || !Array.isArray(patches)) return "this is not a component of Kustomize with patches";
  const lines = lineNumbers(text, /^\s*- target:/);
  return patches.map((patch: unknown, at): Labelling => {
    const target = member(patch, "target");
    const kinds = (textMember(target, "kind") ?? "").split("|").sort();
    const missed = templated.filter((kind) => !kinds.includes(kind));
    const operations = readYaml(textMember(patch, "patch") ?? "");
    const { labels, problems } = readOperations(Array.isArray(operations) ? operations : []);
    return {
      ...(lines.length === patches.length ? { line: lines[at] } : {}),
      namespace: textMember(target, "namespace") ?? "",
      selector: readSelector(textMember(target, "labelSelector") ?? ""),
      labels,
      problems: [...problems, ...(missed.length === 0 ? [] : [`it leaves out the workloads of kind ${missed.join(", ")}`])],
    };
  });
}

function readOperations(operations: readonly unknown[]): Pick<Labelling, "labels" | "problems"> {
  const labels = new Map<string, string>();
  const problems: string[] = [];
  for (const operation of operations) {
    const path = textMember(operation, "path") ?? "";
    const value = textMember(operation, "value");
    if (textMember(operation, "op") === "add" && path.startsWith(LABEL_PATH) && value !== undefined) labels.set(path.slice(LABEL_PATH.length), value);
    else problems.push(`one of its operations does not add a label to ${LABEL_PATH}`);
  }
  return { labels, problems };
}

function readYaml(text: string): unknown {
  const simple = readBlockYaml(text);
  if (simple !== undefined) return simple.value;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function lineNumbers(text: string, pattern: RegExp): readonly number[] {
  return text.split("\n").flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

const command = /^kubectl label pods -n (\S+) (?:--all|-l '([^']*)') --overwrite((?: \S+=\S*)+)$/;

function readCommands(text: string): readonly Labelling[] | string {
  const labellings: Labelling[] = [];
  for (const [index, full] of text.split("\n").entries()) {
    const line = full.trim();
    if (line === "" || line.startsWith("#")) continue;
    const [, namespace, selector = "", pairs] = command.exec(line) ?? [];
    if (namespace === undefined || pairs === undefined) return `line ${index + 1} is not a command that labels pods`;
    const labels = new Map(
      pairs
        .trim()
        .split(" ")
        .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const),
    );
    labellings.push({ line: index + 1, namespace, selector: readSelector(selector), labels, problems: [] });
  }
  return labellings;
}
