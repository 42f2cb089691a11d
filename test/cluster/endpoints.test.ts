/** Pods of a real API server as endpoints, seen with just the rights that the agent's manifest grants. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { CoreV1Api, KubeConfig, PatchStrategy, RbacAuthorizationV1Api, setHeaderOptions } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import type { InventoryPart } from "../../runtime/agent/sources.js";
import { kubernetesSource } from "../../runtime/endpoints/kubernetes.js";
import { eventually } from "../runtime/store/contract.js";
import { missingForCluster, startCluster } from "../support/cluster.js";
import type { Cluster } from "../support/cluster.js";
import { describeWhere } from "../support/where.js";

describeWhere(missingForCluster(), "pods of a real API server", () => {
  let cluster: Cluster;
  let api: CoreV1Api;
  let rights: RbacAuthorizationV1Api;
  /** The kubeconfig of a user who may do nothing but what the test grants. */
  let kubeconfig: string;
  beforeAll(async () => {
    cluster = await startCluster();
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    api = config.makeApiClient(CoreV1Api);
    rights = config.makeApiClient(RbacAuthorizationV1Api);
    kubeconfig = `${cluster.kubeconfig}-nobody`;
    const admin = JSON.parse(readFileSync(cluster.kubeconfig, "utf8"));
    writeFileSync(kubeconfig, JSON.stringify({ ...admin, "current-context": "nobody" }));
  }, 180_000);
  afterAll(() => cluster.stop());

  const create = async (name: string, labels: Record<string, string>, address: string): Promise<void> => {
    const spec = { nodeName: "node-a", containers: [{ name: "c", image: "none" }] };
    await api.createNamespacedPod({ namespace: "shop", body: { metadata: { name, labels }, spec } });
    // What a kubelet would say once the pod has its network.
    const body = { status: { phase: "Running", podIP: address, podIPs: [{ ip: address }] } };
    await api.patchNamespacedPodStatus({ namespace: "shop", name, body }, setHeaderOptions("Content-Type", PatchStrategy.MergePatch));
  };

  it("are followed with the rights of the manifest, through a restart of the server", async () => {
    await api.createNamespace({ body: { metadata: { name: "shop" } } });
    await create("web", { app: "web" }, "10.1.1.1");
    let part: InventoryPart | undefined;
    const problems: string[] = [];
    const stop = kubernetesSource({ kubeconfig }).watch(
      (told) => (part = told),
      (error) => problems.push(error.message),
    );
    await eventually(() => problems[0]?.startsWith("the API server answers 403: pods is forbidden"), true, 20_000);

    const objects = parseAllDocuments(readFileSync("packaging/kubernetes/agent.yaml", "utf8")).map((document) => document.toJS());
    const [role, binding] = ["ClusterRole", "ClusterRoleBinding"].map((kind) => objects.find((object) => object.kind === kind));
    await rights.createClusterRole({ body: role });
    const subjects = [{ kind: "User", name: "nobody", apiGroup: "rbac.authorization.k8s.io" }];
    await rights.createClusterRoleBinding({ body: { ...binding, subjects } });
    const seen = () => part?.endpoints.map(({ name, addresses, labels }) => `${name} ${addresses.join()} ${labels?.app ?? ""}`).sort();
    await eventually(seen, ["shop/web 10.1.1.1 web"], 20_000);

    await create("db", { app: "db" }, "10.1.1.2");
    await eventually(seen, ["shop/db 10.1.1.2 db", "shop/web 10.1.1.1 web"]);
    const relabel = [{ op: "replace", path: "/metadata/labels/app", value: "store" }];
    await api.patchNamespacedPod({ namespace: "shop", name: "db", body: relabel }, setHeaderOptions("Content-Type", PatchStrategy.JsonPatch));
    await eventually(seen, ["shop/db 10.1.1.2 store", "shop/web 10.1.1.1 web"]);

    await cluster.kill();
    await cluster.restart();
    await api.deleteNamespacedPod({ namespace: "shop", name: "web", gracePeriodSeconds: 0 });
    await eventually(seen, ["shop/db 10.1.1.2 store"], 30_000);
    await stop();
    expect(problems.every((problem) => problem !== "")).toBe(true);
  });
});
