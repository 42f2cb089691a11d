/** Which kinds have a part in traffic. Kinds of Kubernetes' own groups that have none are read past; others are not known to be harmless. */

export type KindStanding =
  | { readonly is: "namespace"; readonly scope: "cluster" }
  | { readonly is: "workload"; readonly scope: "namespace" }
  | { readonly is: "network-policy"; readonly scope: "namespace" }
  | { readonly is: "cluster-policy"; readonly scope: "cluster" }
  /** Has neither pods nor a say about them. */
  | { readonly is: "beside" }
  /** `versions` that would be read, where only the version is wrong. */
  | { readonly is: "unknown"; readonly versions?: readonly string[] };

interface Row {
  readonly versions: readonly string[];
  readonly standing: Exclude<KindStanding, { readonly is: "beside" | "unknown" }>;
}

const workload = { is: "workload", scope: "namespace" } as const;
const admin = { is: "cluster-policy", scope: "cluster" } as const;

const rows: Readonly<Record<string, Row>> = {
  Namespace: { versions: ["v1"], standing: { is: "namespace", scope: "cluster" } },
  Pod: { versions: ["v1"], standing: workload },
  ReplicationController: { versions: ["v1"], standing: workload },
  Deployment: { versions: ["apps/v1"], standing: workload },
  ReplicaSet: { versions: ["apps/v1"], standing: workload },
  StatefulSet: { versions: ["apps/v1"], standing: workload },
  DaemonSet: { versions: ["apps/v1"], standing: workload },
  Job: { versions: ["batch/v1"], standing: workload },
  CronJob: { versions: ["batch/v1", "batch/v1beta1"], standing: workload },
  NetworkPolicy: { versions: ["networking.k8s.io/v1"], standing: { is: "network-policy", scope: "namespace" } },
  ClusterNetworkPolicy: { versions: ["policy.networking.k8s.io/v1alpha2"], standing: admin },
  AdminNetworkPolicy: { versions: ["policy.networking.k8s.io/v1alpha1"], standing: admin },
  BaselineAdminNetworkPolicy: { versions: ["policy.networking.k8s.io/v1alpha1"], standing: admin },
};

/** Groups of Kubernetes' own API with kinds that are read past. */
const besideGroups: ReadonlySet<string> = new Set([
  "",
  "apps",
  "batch",
  "autoscaling",
  "policy",
  "extensions",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "gateway.networking.k8s.io",
  "kustomize.config.k8s.io",
  "metrics.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "snapshot.storage.k8s.io",
  "storage.k8s.io",
]);

/** Kinds of the core group; others in it are spelling mistakes. */
const coreKinds: ReadonlySet<string> = new Set([
  "Binding",
  "ComponentStatus",
  "ConfigMap",
  "Endpoints",
  "Event",
  "LimitRange",
  "Node",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "PodTemplate",
  "ResourceQuota",
  "Secret",
  "Service",
  "ServiceAccount",
]);

/** Kinds of the other groups whose names would pass for spelling mistakes of what is read here. */
const ownKinds: Readonly<Record<string, readonly string[]>> = {
  apps: ["ControllerRevision"],
  batch: [],
  "networking.k8s.io": ["Ingress", "IngressClass", "IPAddress", "ServiceCIDR"],
};

export function kindStanding(apiVersion: string, kind: string): KindStanding {
  const row = Object.hasOwn(rows, kind) ? rows[kind] : undefined;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  if (row?.versions.includes(apiVersion) === true) return row.standing;
  // Another project's kind of the same name decides traffic in its own way, so it must not pass for what is read here, nor for nothing.
  if (row !== undefined) return { is: "unknown", versions: row.versions };
  if (group === "") return coreKinds.has(kind) ? { is: "beside" } : { is: "unknown" };
  const own = Object.hasOwn(ownKinds, group) ? ownKinds[group] : undefined;
  if (own !== undefined) return own.includes(kind) ? { is: "beside" } : { is: "unknown" };
  return besideGroups.has(group) ? { is: "beside" } : { is: "unknown" };
}
