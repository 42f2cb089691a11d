/** Files of Kubernetes objects to what they say about traffic. Whatever is wrong is one finding at its place, and the rest is read all the same. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { emptyManifest, invalidManifestName, repeatedObject, unknownManifestKind } from "../diagnostics/manifests.js";
import type { Span } from "../../grammar/span.js";
import { readClusterPolicy } from "./clusterpolicy.js";
import { kindStanding } from "./kinds.js";
import type { KindStanding } from "./kinds.js";
import type { ClusterPolicy, Manifests, Namespace, NetworkPolicy, ObjectName, Workload } from "./model.js";
import { knownNamespaces } from "./namespaces.js";
import { readNetworkPolicy } from "./networkpolicy.js";
import { namespaceLabels, readWorkload } from "./workloads.js";
import { field, isMapping, isPresent, itemsOf, readDocuments, reportMissing, reportWrong, textIn, textOf } from "./yaml.js";
import type { Cursor } from "./yaml.js";

export interface ManifestFile {
  /** The id that spans carry. */
  readonly file: string;
  readonly text: string;
}

export interface ReadOptions {
  /** Kinds that are neither workloads nor policies, whatever their names. */
  readonly ignoredKinds?: readonly string[];
}

export interface ManifestReading {
  readonly manifests: Manifests;
  readonly diagnostics: readonly Diagnostic[];
}

interface Collected {
  readonly namespaces: Namespace[];
  readonly workloads: Workload[];
  readonly networkPolicies: NetworkPolicy[];
  readonly clusterPolicies: ClusterPolicy[];
  readonly seen: Map<string, Span>;
}

/** Never throws for what the files say. An object with an error in it has no part in the result. */
export function readManifests(files: readonly ManifestFile[], options: ReadOptions = {}): ManifestReading {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const into: Collected = { namespaces: [], workloads: [], networkPolicies: [], clusterPolicies: [], seen: new Map() };
  for (const { file, text } of files) {
    for (const document of readDocuments(file, text, report)) {
      for (const object of flattened(document, 3)) readObject(object, into, options);
    }
  }
  const { workloads, networkPolicies, clusterPolicies } = into;
  const namespaces = knownNamespaces(into.namespaces, workloads, networkPolicies, clusterPolicies);
  return { manifests: { namespaces, workloads, networkPolicies, clusterPolicies }, diagnostics };
}

/** Objects of a list one by one. `depth` ends lists that hold themselves, which YAML can write. */
function flattened(at: Cursor, depth: number): readonly Cursor[] {
  const kind = isMapping(at) ? textIn(field(at, "kind")) : undefined;
  if (depth === 0 || kind === undefined || !kind.endsWith("List") || !isPresent(field(at, "items"))) return [at];
  return itemsOf(field(at, "items")).flatMap((item) => flattened({ ...item, path: "" }, depth - 1));
}

function readObject(at: Cursor, into: Collected, options: ReadOptions): void {
  if (!isMapping(at)) {
    reportWrong(at, "a mapping with apiVersion, kind and metadata");
    return;
  }
  const kindAt = field(at, "kind");
  const versionAt = field(at, "apiVersion");
  if (!isPresent(kindAt) && !isPresent(versionAt)) {
    at.source.report(emptyManifest.make({}, { span: { ...at.span, end: at.span.start + 1 } }));
    return;
  }
  if (!isPresent(kindAt)) reportMissing(at, "kind");
  if (!isPresent(versionAt)) reportMissing(at, "apiVersion");
  const kind = isPresent(kindAt) ? textOf(kindAt) : undefined;
  const apiVersion = isPresent(versionAt) ? textOf(versionAt) : undefined;
  if (kind === undefined || apiVersion === undefined || options.ignoredKinds?.includes(kind) === true) return;
  const standing = kindStanding(apiVersion, kind);
  switch (standing.is) {
    case "beside":
      return;
    case "unknown":
      at.source.report(
        unknownManifestKind.make(
          { kind, apiVersion, ...(standing.versions === undefined ? {} : { versions: standing.versions }) },
          { span: kindAt.span },
        ),
      );
      return;
    default:
      readKnown(at, standing, kind, into);
  }
}

function readKnown(at: Cursor, { is, scope }: Extract<KindStanding, { readonly scope: unknown }>, kind: string, into: Collected): void {
  let errors = 0;
  const heard: Cursor = {
    ...at,
    source: {
      ...at.source,
      report: (diagnostic) => {
        if (diagnostic.severity === "error") errors++;
        at.source.report(diagnostic);
      },
    },
  };
  const metadata = field(heard, "metadata");
  const object = nameOf(heard, metadata, kind, scope === "namespace");
  if (object === undefined || isRepeated(heard, object, into)) return;
  const namespaced = { ...object, namespace: object.namespace ?? "default" };
  const keep = <T>(list: T[], value: T | undefined): void => {
    if (value !== undefined && errors === 0) list.push(value);
  };
  switch (is) {
    case "namespace":
      keep(into.namespaces, { name: object.name, labels: namespaceLabels(heard, object.name), declared: object });
      break;
    case "workload":
      keep(into.workloads, readWorkload(heard, namespaced));
      break;
    case "network-policy":
      keep(into.networkPolicies, readNetworkPolicy(heard, namespaced));
      break;
    case "cluster-policy":
      keep(into.clusterPolicies, readClusterPolicy(heard, object));
      break;
  }
}

function nameOf(at: Cursor, metadata: Cursor, kind: string, namespaced: boolean): ObjectName | undefined {
  if (!isPresent(metadata)) return reportMissing(at, "metadata");
  if (!isMapping(metadata)) return reportWrong(metadata, "a mapping");
  const nameAt = field(metadata, "name");
  const namespaceAt = field(metadata, "namespace");
  if (!isPresent(nameAt)) {
    // A server makes such a name up; what it will be nobody knows yet.
    const prefix = textIn(field(metadata, "generateName"));
    return prefix === undefined
      ? reportMissing(metadata, "name")
      : { kind, name: `${prefix}*`, span: metadata.span, ...(namespaced ? { namespace: "default" } : {}) };
  }
  const name = textOf(nameAt);
  const namespace = !namespaced ? undefined : isPresent(namespaceAt) ? textOf(namespaceAt) : "default";
  if (name === undefined || (namespaced && namespace === undefined)) return undefined;
  const problem = nameProblem(kind, name);
  if (problem !== undefined) nameAt.source.report(invalidManifestName.make({ text: name, reason: problem }, { span: nameAt.span }));
  const namespaceProblem = namespace === undefined ? undefined : labelNameProblem(namespace);
  if (namespace !== undefined && namespaceProblem !== undefined)
    nameAt.source.report(invalidManifestName.make({ text: namespace, reason: namespaceProblem }, { span: namespaceAt.span }));
  if (problem !== undefined || namespaceProblem !== undefined) return undefined;
  return { kind, name, span: nameAt.span, ...(namespace === undefined ? {} : { namespace }) };
}

/** RFC 1123 subdomain, as the API wants of most names. */
function nameProblem(kind: string, name: string): string | undefined {
  if (kind === "BaselineAdminNetworkPolicy" && name !== "default") return "a cluster has one BaselineAdminNetworkPolicy, and it is called default";
  if (name.length > 253) return `it has ${name.length} characters, at most 253 are allowed`;
  return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)
    ? undefined
    : "it takes lower case letters, digits, hyphens and dots";
}

function labelNameProblem(name: string): string | undefined {
  return name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) ? undefined : "it takes at most 63 lower case letters, digits and hyphens";
}

function isRepeated(at: Cursor, object: ObjectName, into: Collected): boolean {
  const key = [object.kind, object.namespace ?? "", object.name].join("\n");
  const first = into.seen.get(key);
  if (first === undefined) {
    into.seen.set(key, object.span);
    return false;
  }
  if (object.name.endsWith("*")) return false;
  at.source.report(
    repeatedObject.make({ kind: object.kind, name: object.name }, { span: object.span, related: [{ span: first, message: "first here" }] }),
  );
  return true;
}
