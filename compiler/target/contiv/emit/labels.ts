/**
 * The labels that put workloads into endpoint groups. Contiv reads them when a pod starts and knows no selectors (contiv.md §5), so
 * a group's `match` becomes a change to the pod templates that it selects: a Kustomize component, and the same as commands.
 */
import type { Selector } from "../../../policy/model.js";
import type { ValueSet } from "../../../space/values.js";
import type { Artefact } from "../../target.js";
import type { EndpointGroup } from "./ground.js";

export const kustomizePath = "labels/kustomization.yaml";
const commandsPath = "labels/kubectl-label.txt";

/** One member of a tenant's groups that needs labels. */
export interface Labelled {
  readonly tenant: string;
  readonly entry: EndpointGroup;
  readonly selector: Selector;
}

/** Groups that already select by Contiv's own labels need none. */
export function labelled(tenant: string, groups: Iterable<EndpointGroup>): readonly Labelled[] {
  return [...groups].flatMap((entry) =>
    entry.group.selector === undefined || entry.group.byName ? [] : [{ tenant, entry, selector: entry.group.selector }],
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
const quoted = (text: string): string => JSON.stringify(text);

function patchLines(member: Labelled, namespace: string): readonly string[] {
  const target = selectorText(member.selector);
  return [
    `  # group ${member.entry.group.name} of tenant ${member.tenant}: ${member.entry.group.origin.span.file}:${member.entry.group.origin.line}`,
    "  - target:",
    "      kind: Deployment|StatefulSet|DaemonSet|ReplicaSet|Job",
    `      namespace: ${quoted(namespace)}`,
    ...(target === "" ? [] : [`      labelSelector: ${quoted(target)}`]),
    "    patch: |",
    ...contivLabels(member).flatMap(([key, value]) => [
      "      - op: add",
      `        path: /spec/template/metadata/labels/${key}`,
      `        value: ${quoted(value)}`,
    ]),
  ];
}

function kustomization(members: readonly Labelled[]): Artefact {
  const lines = [
    "# Puts workloads into Contiv's endpoint groups. Name this folder under `components` of a kustomization.",
    "# The selectors are matched with the labels of the workload objects (a Deployment's own labels).",
    "apiVersion: kustomize.config.k8s.io/v1alpha1",
    "kind: Component",
    "patches:",
    ...members.flatMap((member) => member.selector.namespaces.flatMap((namespace) => patchLines(member, namespace))),
  ];
  return { path: kustomizePath, text: `${lines.join("\n")}\n` };
}

function commands(members: readonly Labelled[]): Artefact {
  const lines = [
    "# For pods without a template. Contiv reads the labels when a pod starts: start pods again that run already.",
    ...members.flatMap((member) =>
      member.selector.namespaces.map((namespace) => {
        const selector = selectorText(member.selector);
        const pods = selector === "" ? "--all" : `-l '${selector}'`;
        const labels = contivLabels(member).map(([key, value]) => `${key}=${value}`);
        return `kubectl label pods -n ${namespace} ${pods} --overwrite ${labels.join(" ")}`;
      }),
    ),
  ];
  return { path: commandsPath, text: `${lines.join("\n")}\n` };
}

export function labelArtefacts(members: readonly Labelled[]): readonly Artefact[] {
  return members.length === 0 ? [] : [kustomization(members), commands(members)];
}
