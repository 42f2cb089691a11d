/** `ctv connectivity` and `ctv import` of a real API server: what it gives back means what was sent to it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { ApiException, KubeConfig, KubernetesObjectApi, loadAllYaml } from "@kubernetes/client-node";
import type { KubernetesObject } from "@kubernetes/client-node";
import { ctv, scratch } from "../cli/support/command.js";
import { missingForCluster, startCluster } from "../support/cluster.js";
import type { Cluster } from "../support/cluster.js";
import { describeWhere } from "../support/where.js";

const folder = "examples/manifests";

function isObject(value: unknown): value is KubernetesObject {
  return typeof value === "object" && value !== null && "kind" in value;
}

describeWhere(missingForCluster(), "the objects of a cluster", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    const api = KubernetesObjectApi.makeApiClient(config);
    const objects = readdirSync(folder).flatMap((name) => loadAllYaml(readFileSync(join(folder, name), "utf8")).filter(isObject));
    const namespaces = [...new Set(objects.flatMap(({ metadata }) => metadata?.namespace ?? []))].map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name },
    }));
    for (const object of [...namespaces, ...objects]) {
      try {
        await api.create(object);
      } catch (error) {
        // Some namespaces are there from the start, and the examples declare theirs.
        if (!(error instanceof ApiException && error.code === 409)) throw error;
      }
    }
  }, 180_000);
  afterAll(() => cluster.stop());

  it("allow the connections that their files allow", async () => {
    const live = await ctv(["connectivity", "--from-cluster", "--kubeconfig", cluster.kubeconfig], { cwd: scratch() });
    const files = await ctv(["connectivity", folder], { cwd: process.cwd() });
    expect(files.out).toContain("payments/gateway[Deployment] => payments/ledger[Deployment] : TCP 50051");
    expect([live.code, live.out]).toEqual([0, files.out]);
  });

  it("become the policy that their files become, but for the places", async () => {
    const live = await ctv(["import", "kubernetes", "--from-cluster", "--kubeconfig", cluster.kubeconfig], { cwd: scratch() });
    const files = await ctv(["import", "kubernetes", folder], { cwd: process.cwd() });
    const rules = (text: string): readonly string[] =>
      text
        .split("\n")
        .filter((line) => /^ *(tenant|group|set|default|allow|deny|export)\b/.test(line))
        .sort();
    expect(live.code).toBe(0);
    expect(rules(live.out)).toEqual(rules(files.out));
  });

  it("are not shown to everybody, who is told so", async () => {
    const { code, err } = await ctv(["connectivity", "--from-cluster", "--kubeconfig", cluster.kubeconfig, "--context", "nobody"], {
      cwd: scratch(),
    });
    expect(code).toBe(2);
    expect(err).toMatch(/list [a-z]+/);
  });
});
