/**
 * The API server, through the official client: kubeconfig, contexts, the pod's own account. Objects go out and come back as plain data
 * (`CustomObjectsApi`), because the client's typed objects rename fields (`from` to `_from`) and drop those that they do not know.
 */
import type * as Library from "@kubernetes/client-node";
import type { CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { isManifest, manager, nameOf, resourceOf } from "../../plan/kubernetes/manifest.js";
import type { Manifest, Resource } from "../../plan/kubernetes/manifest.js";
import type { ApplyOptions } from "../../plan/kubernetes/plan.js";
import { ApiFailure } from "../failure.js";
import type { Work } from "../failure.js";
import { networkReason } from "../contiv/http.js";
import type { Lease, LeaseStore } from "./lease.js";
import { leaseObject, leaseOf, leases } from "./leaseobject.js";
import { statusFailure, statusOf } from "./status.js";

export interface ClusterConnection {
  /** Path of a kubeconfig; else $KUBECONFIG, `~/.kube/config`, or the account of the pod that this runs in. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Milliseconds for one request. */
  readonly timeout?: number;
}

export interface ClusterClient {
  /** Such as `https://10.0.0.1:6443`. */
  readonly address: string;
  /** Nothing when it is not there. */
  readonly get: (manifest: Manifest) => Promise<Manifest | undefined>;
  /** Objects of every namespace; of the core group, namespaces and pods. Nothing where the server does not know the kind. */
  readonly list: (resource: Resource, labelSelector: string) => Promise<readonly Manifest[]>;
  /** Server-side apply; gives the object as it is then, or would be. Refused where the manifest has another `resourceVersion` than the object. */
  readonly apply: (manifest: Manifest, options: ApplyOptions, work: Work) => Promise<Manifest>;
  /** The same of the `resourceVersion`. */
  readonly remove: (manifest: Manifest, work: Work) => Promise<void>;
  readonly lease: (namespace: string, name: string) => LeaseStore;
}

/** Where the client looks when there is nothing that says where the cluster is. */
const fallback = "http://localhost:8080";

function member(error: unknown, name: "code" | "name"): unknown {
  return typeof error === "object" && error !== null && name in error ? Reflect.get(error, name) : undefined;
}

function loadConfig(library: typeof Library, { kubeconfig, context }: ClusterConnection): KubeConfig {
  const work: Work = { doing: kubeconfig === undefined ? "find a cluster" : `read the kubeconfig ${kubeconfig}` };
  const config = new library.KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    const reason = member(error, "code") === "ENOENT" ? "there is no such file" : `it does not read: ${String(error).split("\n")[0]}`;
    throw new ApiFailure("unreachable", work, reason);
  }
  if (context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context)) {
      const help = names.length === 0 ? "it has no contexts" : `it has ${names.join(", ")}`;
      throw new ApiFailure("unreachable", work, `the kubeconfig has no context "${context}"`, help);
    }
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new ApiFailure("unreachable", work, "the kubeconfig has no current context", "--context NAME chooses one");
  if (kubeconfig === undefined && cluster.server === fallback && config.getCurrentContext() === "loaded-context")
    throw new ApiFailure("unreachable", work, "there is no kubeconfig, and this is no pod", "--kubeconfig FILE, or set KUBECONFIG");
  return config;
}

interface Ask {
  readonly work: Work;
  readonly resource: Resource;
}

const resourceWords = ({ plural, group }: Resource): string => `${plural}.${group}`;

function known(manifest: Manifest, work: Work): Ask {
  const resource = resourceOf(manifest);
  if (resource !== undefined) return { work, resource };
  throw new ApiFailure("unexpected", work, `${manifest.apiVersion} ${manifest.kind} is none of the kinds that ctv writes`);
}

function address({ resource }: Ask, { metadata }: Manifest) {
  const { group, version, plural } = resource;
  return { group, version, plural, name: metadata.name };
}

function asManifest(value: unknown, work: Work): Manifest {
  if (isManifest(value)) return value;
  throw new ApiFailure("unexpected", work, "the API server answers with something that is no object");
}

/** @throws ApiFailure where nothing says which cluster is meant. */
export async function connectCluster(connection: ClusterConnection): Promise<ClusterClient> {
  const library = await import("@kubernetes/client-node");
  const { ApiException, CoreV1Api, CustomObjectsApi: Api, PatchStrategy, setHeaderMiddleware } = library;
  const { timeout = 10_000 } = connection;
  const config = loadConfig(library, connection);
  const server = config.getCurrentCluster()?.server ?? "";
  const api: CustomObjectsApi = config.makeApiClient(Api);
  const core = config.makeApiClient(CoreV1Api);

  /** Gives a request a deadline, and the type of what it sends. */
  const settings = (contentType = "application/json") => {
    const header = setHeaderMiddleware("Content-Type", contentType);
    const pre: typeof header.pre = (request) => {
      request.setSignal(AbortSignal.timeout(timeout));
      return header.pre(request);
    };
    return { middleware: [{ pre, post: header.post }], middlewareMergeStrategy: "append" as const };
  };

  async function ask<T>({ work, resource }: Ask, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof ApiException) throw statusFailure(statusOf(error.code, error.body), work, resourceWords(resource));
      if (error instanceof ApiFailure) throw error;
      if (member(error, "name") === "AbortError") throw new ApiFailure("timeout", work, `${server}: no answer within ${timeout / 1000} s`);
      throw new ApiFailure("unreachable", work, `${server}: ${networkReason(error)}`);
    }
  }

  /** `undefined` where there is no such object, or no such kind. */
  async function orNothing<T>(asked: Ask, send: () => Promise<T>): Promise<T | undefined> {
    return ask(asked, async () => {
      try {
        return await send();
      } catch (error) {
        if (error instanceof ApiException && error.code === 404) return undefined;
        throw error;
      }
    });
  }

  /** The core group has paths of its own. Its typed objects become plain data again. */
  async function listCore(plural: string, labelSelector: string): Promise<unknown> {
    const found =
      plural === "namespaces"
        ? await core.listNamespace({ labelSelector }, settings())
        : await core.listPodForAllNamespaces({ labelSelector }, settings());
    const plain: unknown = JSON.parse(JSON.stringify(found));
    return plain;
  }

  return {
    address: server,
    get: async (manifest) => {
      const asked = known(manifest, { doing: `read ${nameOf(manifest)}` });
      const { namespace } = manifest.metadata;
      const found: unknown = await orNothing(asked, () =>
        namespace === undefined
          ? api.getClusterCustomObject(address(asked, manifest), settings())
          : api.getNamespacedCustomObject({ ...address(asked, manifest), namespace }, settings()),
      );
      return found === undefined ? undefined : asManifest(found, asked.work);
    },
    list: async (resource, labelSelector) => {
      const { group, version, plural, kind } = resource;
      const asked = { work: { doing: `list ${plural}` }, resource };
      const found: unknown = await orNothing(asked, () =>
        group === "" ? listCore(plural, labelSelector) : api.listClusterCustomObject({ group, version, plural, labelSelector }, settings()),
      );
      const items = typeof found === "object" && found !== null && "items" in found && Array.isArray(found.items) ? found.items : [];
      // Items of a list do not say what they are.
      return items.map((item: object) => ({ apiVersion: group === "" ? version : `${group}/${version}`, kind, ...item })).filter(isManifest);
    },
    apply: async (manifest, { dryRun, force }, work) => {
      const asked = known(manifest, work);
      const { namespace } = manifest.metadata;
      const request = { ...address(asked, manifest), body: manifest, fieldManager: manager, force, ...(dryRun ? { dryRun: "All" } : {}) };
      const made: unknown = await ask(asked, () =>
        namespace === undefined
          ? api.patchClusterCustomObject(request, settings(PatchStrategy.ServerSideApply))
          : api.patchNamespacedCustomObject({ ...request, namespace }, settings(PatchStrategy.ServerSideApply)),
      );
      return asManifest(made, work);
    },
    remove: async (manifest, work) => {
      const asked = known(manifest, work);
      const { namespace } = manifest.metadata;
      const { resourceVersion } = manifest.metadata;
      const only = resourceVersion === undefined ? {} : { body: { preconditions: { resourceVersion } } };
      // Somebody else may have deleted it meanwhile, which is as good.
      await orNothing(asked, () =>
        namespace === undefined
          ? api.deleteClusterCustomObject({ ...address(asked, manifest), ...only }, settings())
          : api.deleteNamespacedCustomObject({ ...address(asked, manifest), ...only, namespace }, settings()),
      );
    },
    lease: (namespace, name) => {
      const { group, version, plural } = leases;
      const place = { group, version, plural, namespace };
      const asked = { work: { doing: `use the lease ${namespace}/${name}` }, resource: leases };
      /** Nothing where somebody else was first. */
      const unlessTaken = (send: () => Promise<unknown>): Promise<Lease | undefined> =>
        ask(asked, async () => {
          try {
            return leaseOf(await send());
          } catch (error) {
            if (error instanceof ApiException && error.code === 409) return undefined;
            throw error;
          }
        });
      return {
        read: async () => {
          const found: unknown = await orNothing(asked, () => api.getNamespacedCustomObject({ ...place, name }, settings()));
          return found === undefined ? undefined : leaseOf(found);
        },
        create: (lease) => unlessTaken(() => api.createNamespacedCustomObject({ ...place, body: leaseObject(namespace, name, lease) }, settings())),
        replace: (lease) =>
          unlessTaken(() => api.replaceNamespacedCustomObject({ ...place, name, body: leaseObject(namespace, name, lease) }, settings())),
      };
    },
  };
}
