/** Kubernetes objects as plain data: what the target's files hold, what the API server has, and how they differ. */
import { parseAllDocuments } from "yaml";
import type { Artefact } from "../../../compiler/target/target.js";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    /** Which state of the object is meant; a request with it is refused when there is another. */
    readonly resourceVersion?: string;
  };
  readonly [field: string]: unknown;
}

/** Labels by which the objects of a project are told from others. */
export const managerLabel = "app.kubernetes.io/managed-by";
export const ownerLabel = "ctv.dev/owner";
/** On objects that are there on the way from one policy to another only. */
export const temporaryLabel = "ctv.dev/temporary";
export const manager = "ctv";
export const sourceAnnotation = "ctv.dev/source";

/** The resources that the target writes, as the API names them. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export const resources: readonly Resource[] = [
  { group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies", namespaced: true },
  { group: "policy.networking.k8s.io", version: "v1alpha2", kind: "ClusterNetworkPolicy", plural: "clusternetworkpolicies", namespaced: false },
];

export function resourceOf({ apiVersion, kind }: Pick<Manifest, "apiVersion" | "kind">): Resource | undefined {
  return resources.find((resource) => `${resource.group}/${resource.version}` === apiVersion && resource.kind === kind);
}

/** Such as `NetworkPolicy shop/tiers.db`. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

export function isManifest(value: unknown): value is Manifest {
  if (!isObject(value) || typeof value.apiVersion !== "string" || typeof value.kind !== "string") return false;
  return isObject(value.metadata) && typeof value.metadata.name === "string";
}

/** The objects in the target's files, each with the label of its owner. */
export function desiredManifests(artefacts: readonly Artefact[], owner: string): readonly Manifest[] {
  const values = artefacts
    .filter(({ path }) => path.endsWith(".yaml"))
    .flatMap(({ text }) => {
      const documents = parseAllDocuments(text);
      return Array.isArray(documents) ? documents.map((document): unknown => document.toJS()) : [];
    });
  return values.filter(isManifest).map((manifest) => {
    const labels = { ...manifest.metadata.labels, [ownerLabel]: owner };
    return { ...manifest, metadata: { ...manifest.metadata, labels } };
  });
}

/** Fields that the server keeps for itself. */
const serverFields: ReadonlySet<string> = new Set(["managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink"]);

/** What people write of an object. */
export function withoutServerFields(object: Manifest): Json {
  const { status, metadata, ...rest } = object;
  void status;
  return { ...rest, metadata: Object.fromEntries(Object.entries(metadata).filter(([field]) => !serverFields.has(field))) };
}

export interface FieldDifference {
  /** Such as `spec.ingress[0].ports`. */
  readonly field: string;
  readonly live?: unknown;
  readonly desired?: unknown;
}

/** Where two values differ, as deep as both are of one shape. */
export function differences(live: unknown, desired: unknown, field = ""): readonly FieldDifference[] {
  if (isObject(live) && isObject(desired)) {
    const names = [...new Set([...Object.keys(live), ...Object.keys(desired)])];
    return names.flatMap((name) => differences(live[name], desired[name], field === "" ? name : `${field}.${name}`));
  }
  if (Array.isArray(live) && Array.isArray(desired) && live.length === desired.length) {
    return live.flatMap((item: unknown, at) => differences(item, desired[at], `${field}[${at}]`));
  }
  if (JSON.stringify(live) === JSON.stringify(desired)) return [];
  return [{ field, ...(live === undefined ? {} : { live }), ...(desired === undefined ? {} : { desired }) }];
}
