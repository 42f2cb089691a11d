/**
 * Endpoints from the Kubernetes API: pods with their labels, addresses and node, listed once and then watched, from where the watch broke
 * off when it does. The name is `NAMESPACE/POD`, the namespace and labels are the pod's.
 *
 * The API does not know a pod's MAC address unless its network writes it into an annotation; the node's own switch does
 * (`ovsdb.ts`), and other nodes hear it through the store (`members.ts`).
 */
import { isDeepStrictEqual } from "node:util";
import type { KubeConfig, V1Pod, V1PodList } from "@kubernetes/client-node";
import { parseAddress } from "../../compiler/space/address.js";
import { macNumber } from "../../compiler/target/openflow/bind/inventory.js";
import type { Endpoint } from "../../compiler/target/openflow/bind/inventory.js";
import type { EndpointSource, OnError, Stop } from "../agent/sources.js";
import type { KubernetesSettings } from "../config/settings.js";
import { isRecord } from "../jsonrpc/stream.js";
import { retrying } from "../retry.js";
import { reasonOf } from "../store/reason.js";
import { unknownMac, unknownPort } from "./merge.js";

/** Milliseconds until a broken watch is taken up again. */
const RETRY = 1000;

export function kubernetesSource(settings: KubernetesSettings): EndpointSource {
  return {
    name: "kubernetes",
    watch: (onInventory, onError) => {
      const work = retrying(
        async (signal) => {
          const stop = await watchPods(settings, (endpoints) => onInventory({ endpoints }), onError);
          await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true })));
          await stop();
        },
        (error) => onError(asError(error)),
      );
      return work.stop;
    },
  };
}

/** What the pod is as an endpoint; nothing while it has no node or address, when it has ended, and for those in their node's own network. */
export function podEndpoint(pod: V1Pod): readonly Endpoint[] {
  const { metadata, spec, status } = pod;
  const { name, namespace } = metadata ?? {};
  const node = spec?.nodeName;
  if (name === undefined || namespace === undefined || node === undefined || spec?.hostNetwork === true) return [];
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return [];
  const told = status?.podIPs?.map(({ ip }) => ip) ?? [status?.podIP];
  const addresses = told.filter((ip) => ip !== undefined).filter((ip) => parseAddress(ip) !== undefined);
  if (addresses.length === 0) return [];
  const mac = macOf(metadata?.annotations ?? {});
  return [{ name: `${namespace}/${name}`, node, port: unknownPort, mac, addresses, namespace, labels: metadata?.labels ?? {} }];
}

/** Where networks write a pod's MAC address: the CNI's standard annotation (Multus and others), and OVN-Kubernetes' own. */
function macOf(annotations: Readonly<Record<string, string>>): string {
  const standard = json(annotations["k8s.v1.cni.cncf.io/network-status"]);
  const networks = Array.isArray(standard) ? standard.filter(isRecord) : [];
  const ovn = json(annotations["k8s.ovn.org/pod-networks"]);
  const candidates = [
    (networks.find((network) => network.default === true) ?? networks[0])?.mac,
    isRecord(ovn) && isRecord(ovn.default) ? ovn.default.mac_address : undefined,
  ];
  const found = candidates.find((candidate) => typeof candidate === "string" && macNumber(candidate) !== undefined);
  return typeof found === "string" ? found.toLowerCase() : unknownMac;
}

function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function watchPods(settings: KubernetesSettings, deliver: (endpoints: readonly Endpoint[]) => void, onError: OnError): Promise<Stop> {
  const { CoreV1Api, KubeConfig: Config, makeInformer } = await import("@kubernetes/client-node");
  const config = new Config();
  load(config, settings.kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const pods = new Map<string, readonly Endpoint[]>();
  const listed = new Set<string>();
  const scopes = settings.namespaces ?? [""];
  let stopped = false;
  let due = false;
  const timers = new Set<NodeJS.Timeout>();

  /** Several events of one moment are one delivery. */
  const changed = (): void => {
    if (due) return;
    due = true;
    setImmediate(() => {
      due = false;
      if (!stopped && listed.size === scopes.length) deliver([...pods.values()].flat());
    });
  };
  const keyOf = ({ metadata }: V1Pod): string => `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
  const informers = scopes.map((namespace) => {
    const list = async (): Promise<V1PodList> => {
      const found = await (namespace === "" ? api.listPodForAllNamespaces() : api.listNamespacedPod({ namespace }));
      // The informer tells of the pods it lists after this returns, and of none when there are none.
      listed.add(namespace);
      changed();
      return found;
    };
    const path = namespace === "" ? "/api/v1/pods" : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const informer = makeInformer<V1Pod>(config, path, list);
    const keep = (pod: V1Pod): void => {
      const key = keyOf(pod);
      const endpoints = podEndpoint(pod);
      // Much of what happens to a pod is nothing to us.
      if (isDeepStrictEqual(endpoints, pods.get(key))) return;
      pods.set(key, endpoints);
      changed();
    };
    informer.on("add", keep);
    informer.on("update", keep);
    informer.on("delete", (pod) => {
      pods.delete(keyOf(pod));
      changed();
    });
    informer.on("error", (error) => {
      if (stopped) return;
      onError(asError(error));
      const timer = setTimeout(() => {
        timers.delete(timer);
        start();
      }, RETRY);
      timers.add(timer);
    });
    const start = (): void => {
      informer.start().catch((error: unknown) => onError(asError(error)));
    };
    start();
    return informer;
  });
  return async () => {
    stopped = true;
    for (const timer of timers) clearTimeout(timer);
    await Promise.all(informers.map((informer) => informer.stop()));
  };
}

function load(config: KubeConfig, kubeconfig: string | undefined): void {
  try {
    if (kubeconfig !== undefined) config.loadFromFile(kubeconfig);
    else config.loadFromDefault();
  } catch (error) {
    throw new Error(`the kubeconfig cannot be used: ${reasonOf(error)}`);
  }
}

/** What the API or the way to it says, shortly. */
function asError(error: unknown): Error {
  if (isRecord(error) && typeof error.code === "number" && error.code >= 400)
    return new Error(`the API server answers ${error.code}${bodyReason(error.body)}`);
  return error instanceof Error ? error : new Error(String(error));
}

function bodyReason(body: unknown): string {
  const status = typeof body === "string" ? json(body) : body;
  return isRecord(status) && typeof status.message === "string" ? `: ${status.message.slice(0, 200)}` : "";
}
