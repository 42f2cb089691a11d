/** The objects of a running cluster that have a part in traffic, as if they were files. */
import { resolve } from "node:path";
import type { ManifestFile } from "../compiler/manifests/read.js";
import type { ClusterClient } from "../runtime/api/kubernetes/client.js";
import { nameOf } from "../runtime/plan/kubernetes/manifest.js";
import type { Manifest, Resource } from "../runtime/plan/kubernetes/manifest.js";
import { text } from "./options.js";
import type { Options } from "./options.js";
import { timeoutOf } from "./plane/options.js";
import { refusalOf } from "./plane/prepare.js";
import type { Terminal } from "./terminal.js";

/** Where objects come from: a cluster, or a test. */
export type ObjectLister = Pick<ClusterClient, "list">;

const namespaced = (group: string, version: string, kind: string, plural: string): Resource => ({ group, version, kind, plural, namespaced: true });
const ofCluster = (group: string, version: string, kind: string, plural: string): Resource => ({ group, version, kind, plural, namespaced: false });

const resources: readonly Resource[] = [
  ofCluster("", "v1", "Namespace", "namespaces"),
  namespaced("", "v1", "Pod", "pods"),
  namespaced("apps", "v1", "Deployment", "deployments"),
  namespaced("apps", "v1", "ReplicaSet", "replicasets"),
  namespaced("apps", "v1", "StatefulSet", "statefulsets"),
  namespaced("apps", "v1", "DaemonSet", "daemonsets"),
  namespaced("batch", "v1", "Job", "jobs"),
  namespaced("batch", "v1", "CronJob", "cronjobs"),
  namespaced("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
  ofCluster("policy.networking.k8s.io", "v1alpha2", "ClusterNetworkPolicy", "clusternetworkpolicies"),
  ofCluster("policy.networking.k8s.io", "v1alpha1", "AdminNetworkPolicy", "adminnetworkpolicies"),
  ofCluster("policy.networking.k8s.io", "v1alpha1", "BaselineAdminNetworkPolicy", "baselineadminnetworkpolicies"),
];

/** Every object as a file of its own, by its name. Kinds that the cluster does not have are none. */
async function clusterFiles(lister: ObjectLister): Promise<readonly ManifestFile[]> {
  const lists = await Promise.all(resources.map((resource) => lister.list(resource, "")));
  return lists.flat().map((object) => ({ file: nameOf(object), text: `${JSON.stringify(trimmed(object), undefined, 2)}\n` }));
}

/** Without what the server keeps for itself, of which there is much. */
function trimmed({ metadata, ...rest }: Manifest): unknown {
  const kept = Object.entries(metadata).filter(([name]) => ["name", "namespace", "labels", "ownerReferences"].includes(name));
  return { ...rest, metadata: Object.fromEntries(kept) };
}

/** @throws Refusal where the cluster cannot be found, asked or read. */
export async function filesOfCluster(options: Options, terminal: Terminal): Promise<readonly ManifestFile[]> {
  const kubeconfig = text(options, "kubeconfig");
  const context = text(options, "context");
  const { connectCluster } = await import("../runtime/api/kubernetes/client.js");
  try {
    const client = await connectCluster({
      ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(terminal.cwd, kubeconfig) }),
      ...(context === undefined ? {} : { context }),
      timeout: timeoutOf(options),
    });
    return await clusterFiles(client);
  } catch (error) {
    throw refusalOf(error);
  }
}
