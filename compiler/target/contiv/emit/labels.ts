/**
 * The labels that put workloads into endpoint groups. Contiv reads them when a pod starts and knows no selectors (contiv.md §5), so
 * a group's `match` becomes a change to the pod templates that it selects: a Kustomize component, and the same as commands.
 */
import type { Selector } from "../../../policy/model.js";
import type { ValueSet } from "../../../space/values.js";
import type { Artefact } from "../../target.js";
import type { EndpointGroup } from "./ground.js";
import { jsonText } from "./object.js";

export const kustomizePath = "labels/kustomization.yaml";
const commandsPath = "labels/kubectl-label.txt";

/** One member of a tenant's groups that needs labels. */
export interface Labelled {
  readonly tenant: string;
  readonly entry: EndpointGroup;
  readonly selector: Selector;
  /** The selector's labels as Kubernetes writes them; empty for no labels. */
  readonly target: string;
}

function labelledBy(tenant: string, entry: EndpointGroup, selector: Selector): Labelled {
  return { tenant, entry, selector, target: selectorText(selector) };
}

/** Groups that already select by Contiv's own labels need none. */
export function labelled(tenant: string, groups: Iterable<EndpointGroup>): readonly Labelled[] {
  return [...groups].flatMap((entry) =>
    entry.group.selector === undefined || entry.group.byName ? [] : [labelledBy(tenant, entry, entry.group.selector)],
  );
}

/** A set of values as Kubernetes' label selector texts; several where one cannot say it. */
function requirementTexts(key: string, set: ValueSet): readonly string[] {
  const listed = set.values.join(",");
  if (set.kind === "in") {
    if (set.values.length === 0) return [`!${key}`];
    // No selector says "this value or absent"; the workloads without the label have to be labelled by hand.
    return set.values.length === 1 ? [`${key}=${set.values[0]}`] : [`${key} in (${listed})`];
  }
  const present = set.absent ? [] : [key];
  if (set.values.length === 0) return present;
  return [...present, set.values.length === 1 ? `${key}!=${set.values[0]}` : `${key} notin (${listed})`];
}

function selectorText(selector: Selector): string {
  return [...selector.labels].flatMap(([key, set]) => requirementTexts(key, set)).join(",");
}

function contivLabels({ tenant, entry }: Labelled): readonly (readonly [string, string])[] {
  return [
    ["io.contiv.tenant", tenant],
    ["io.contiv.network", entry.network.name],
    ["io.contiv.net-group", entry.group.name],
  ];
}

/** A plain YAML scalar would read some names as another type (`1.10`, `no`), so all are quoted. */
const quoted = jsonText;

function labelLines([key, value]: readonly [string, string]): string {
  return `      - op: add\n        path: /spec/template/metadata/labels/${key}\n        value: ${quoted(value)}`;
}

function patch({ tenant, entry, target }: Labelled, labels: string, namespace: string): string {
  const { name, origin } = entry.group;
  return [
    `  # group ${name} of tenant ${tenant}: ${origin.span.file}:${origin.line}`,
    "  - target:",
    "      kind: Deployment|StatefulSet|DaemonSet|ReplicaSet|Job",
    `      namespace: ${quoted(namespace)}`,
    ...(target === "" ? [] : [`      labelSelector: ${quoted(target)}`]),
    "    patch: |",
    labels,
  ].join("\n");
}

function patches(member: Labelled): readonly string[] {
  const labels = contivLabels(member).map(labelLines).join("\n");
  return member.selector.namespaces.map((namespace) => patch(member, labels, namespace));
}

function kustomization(members: readonly Labelled[]): Artefact {
  const lines = [
    "# Puts workloads into Contiv's endpoint groups. Name this folder under `components` of a kustomization.",
    "# The selectors are matched with the labels of the workload objects (a Deployment's own labels).",
    "apiVersion: kustomize.config.k8s.io/v1alpha1",
    "kind: Component",
    "patches:",
    ...members.flatMap(patches),
  ];
  return { path: kustomizePath, text: `${lines.join("\n")}\n` };
}

function commandsFor(member: Labelled): readonly string[] {
  const { selector, target } = member;
  const pods = target === "" ? "--all" : `-l '${target}'`;
  const labels = contivLabels(member).map(([key, value]) => `${key}=${value}`);
  return selector.namespaces.map((namespace) => `kubectl label pods -n ${namespace} ${pods} --overwrite ${labels.join(" ")}`);
}

function commands(members: readonly Labelled[]): Artefact {
  const lines = [
    "# For pods without a template. Contiv reads the labels when a pod starts: start pods again that run already.",
    ...members.flatMap(commandsFor),
  ];
  return { path: commandsPath, text: `${lines.join("\n")}\n` };
}

export function labelArtefacts(members: readonly Labelled[]): readonly Artefact[] {
  return members.length === 0 ? [] : [kustomization(members), commands(members)];
}
