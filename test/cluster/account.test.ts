/** `ctv` in a pod: with the account that Kubernetes mounts there, and the rights that it has been granted. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { CoreV1Api, KubeConfig, RbacAuthorizationV1Api } from "@kubernetes/client-node";
import type { RbacV1Subject, V1PolicyRule } from "@kubernetes/client-node";
import { command, ensureBuilt } from "../cli/support/built.js";
import { scratch } from "../cli/support/command.js";
import type { Outcome } from "../cli/support/command.js";
import { missingForCluster, startCluster } from "../support/cluster.js";
import type { Cluster } from "../support/cluster.js";
import { describeWhere } from "../support/where.js";

function missingForAccount(): string | undefined {
  const missing = missingForCluster();
  if (missing !== undefined) return missing;
  // The account lies where only root can put it, so the command gets a file system of its own.
  return spawnSync("unshare", ["-m", "true"]).status === 0 ? undefined : "needs root, and `unshare -m`";
}

const source = "tenant shop {\n  group web { match app = web }\n  group db { match app = db }\n  policy p { allow web -> db : tcp/5432 as sql }\n}\n";
const networkPolicies = { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"] };
const deployer: RbacV1Subject = { kind: "ServiceAccount", name: "deployer", namespace: "ops" };

describeWhere(missingForAccount(), "ctv with the account of a pod", () => {
  let cluster: Cluster;
  let config: KubeConfig;
  let account = "";
  beforeAll(async () => {
    ensureBuilt();
    cluster = await startCluster();
    config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    const core = config.makeApiClient(CoreV1Api);
    for (const name of ["ops", "shop"]) await core.createNamespace({ body: { metadata: { name } } });
    await core.createNamespacedServiceAccount({ namespace: "ops", body: { metadata: { name: "deployer" } } });
    const { status } = await core.createNamespacedServiceAccountToken({
      namespace: "ops",
      name: "deployer",
      body: { spec: { audiences: ["https://kubernetes.default.svc"], expirationSeconds: 3600 } },
    });
    account = scratch({ token: status?.token ?? "", namespace: "ops" });
    copyFileSync(join(dirname(cluster.kubeconfig), "ca.crt"), join(account, "ca.crt"));
  }, 300_000);
  afterAll(() => cluster.stop());

  const grant = async (name: string, rules: V1PolicyRule[], namespace?: string): Promise<void> => {
    const api = config.makeApiClient(RbacAuthorizationV1Api);
    const subjects = [deployer];
    if (namespace === undefined) {
      await api.createClusterRole({ body: { metadata: { name }, rules } });
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
      await api.createClusterRoleBinding({ body: { metadata: { name }, roleRef, subjects } });
      return;
    }
    await api.createNamespacedRole({ namespace, body: { metadata: { name }, rules } });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
    await api.createNamespacedRoleBinding({ namespace, body: { metadata: { name }, roleRef, subjects } });
  };

  /** Runs the command in a mount namespace that has the account where a pod has it. */
  const run = (words: readonly string[], withAccount = true): Outcome => {
    const cwd = join(scratch({ "shop/ctv.yaml": "sources: [main.ctv]\n", "shop/main.ctv": source }), "shop");
    const target = "/run/secrets/kubernetes.io/serviceaccount";
    const mount = withAccount ? `mkdir -p ${target} && cp ${account}/* ${target}/` : "true";
    const line = `mount -t tmpfs none /run && ${mount} && cd ${cwd} && exec "${process.execPath}" "${command}" ${words.join(" ")} --to kubernetes`;
    const { port } = new URL(config.getCurrentCluster()?.server ?? "");
    const env = { PATH: process.env.PATH, HOME: scratch(), KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: port };
    const result = spawnSync("unshare", ["-m", "sh", "-c", line], { env, encoding: "utf8" });
    return { code: result.status ?? -1, out: result.stdout, err: result.stderr };
  };

  it("finds the cluster and itself, and tells that it may not read", () => {
    const { code, out, err } = run(["plan"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain('User "system:serviceaccount:ops:deployer" cannot get resource "networkpolicies" in API group "networking.k8s.io"');
    expect(err).toContain("help: a Role or ClusterRole has to grant get, list, create, patch and delete on networkpolicies.networking.k8s.io");
  });

  it("tells that it may not try what an apply would do", async () => {
    await grant("read", [{ ...networkPolicies, verbs: ["get", "list"] }]);
    const { code, out } = run(["plan"]);
    expect([code, out]).toEqual([1, expect.stringContaining('User "system:serviceaccount:ops:deployer" cannot patch resource "networkpolicies"')]);
  });

  it("applies with the rights on what it writes, and says what it goes without", async () => {
    await grant("write", [{ ...networkPolicies, verbs: ["create", "patch", "delete"] }]);
    const { code, out, err } = run(["apply"]);
    expect([code, out]).toEqual([0, expect.stringContaining("applied: ")]);
    expect(err).toContain('ctv: no lease keeps another apply away: leases.coordination.k8s.io "ctv-apply" is forbidden');
    expect(err).toContain("ctv: objects of the kind ClusterNetworkPolicy cannot be seen");
    expect(run(["plan", "--exit-code"])).toMatchObject({ code: 0, out: expect.stringContaining("has what the source asks for") });
  });

  it("has nothing to say with all of the rights", async () => {
    await grant("leases", [{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] }], "default");
    await grant("cluster", [
      { apiGroups: ["policy.networking.k8s.io"], resources: ["clusternetworkpolicies"], verbs: ["get", "list", "create", "patch", "delete"] },
    ]);
    expect(run(["apply"])).toMatchObject({ code: 0, err: "" });
  });

  it("tells a token that nobody knows, and a place that is no pod", () => {
    const good = execFileSync("cat", [join(account, "token")], { encoding: "utf8" });
    writeFileSync(join(account, "token"), "nonsense");
    expect(run(["plan"])).toMatchObject({ code: 2, err: expect.stringContaining("the API server does not know who asks") });
    writeFileSync(join(account, "token"), good);
    expect(run(["plan"], false)).toMatchObject({ code: 2, err: expect.stringContaining("there is no kubeconfig, and this is no pod") });
  });
});
