/** `ctv plan`, `apply` and `drift` against a real API server. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import {
  ApiextensionsV1Api,
  CoreV1Api,
  KubeConfig,
  loadYaml,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
  Watch,
} from "@kubernetes/client-node";
import type { V1CustomResourceDefinition } from "@kubernetes/client-node";
import { connectCluster } from "../../runtime/api/kubernetes/client.js";
import { takeLease } from "../../runtime/api/kubernetes/lease.js";
import type { Manifest } from "../../runtime/plan/kubernetes/manifest.js";
import { ctv, scratch } from "../cli/support/command.js";
import type { Outcome } from "../cli/support/command.js";
import { missingForCluster, startCluster } from "../support/cluster.js";
import type { Cluster } from "../support/cluster.js";
import { describeWhere } from "../support/where.js";

const shop = (rules: string): string => `tenant shop {
  network net { subnet 10.1.0.0/16 }
  group web in net { match app = web }
  group db  in net { match app = db }
  policy tiers {
    ${rules}
  }
}
`;
const sql = shop("allow web -> db : tcp/5432 as sql");
const both = shop("allow web -> db : tcp/5432 as sql\n    allow world -> web : https as web");

describeWhere(missingForCluster(), "ctv with a cluster", () => {
  let cluster: Cluster;
  let config: KubeConfig;
  beforeAll(async () => {
    cluster = await startCluster();
    config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
  }, 180_000);
  afterAll(() => cluster.stop());

  const run = (verb: string, text: string, more: readonly string[] = [], flavour = "network-policy"): Promise<Outcome> => {
    const project = `sources: [main.ctv]\ntargets: { kubernetes: { flavour: ${flavour} } }\n`;
    const cwd = join(scratch({ "shop/ctv.yaml": project, "shop/main.ctv": text }), "shop");
    return ctv([verb, "--to", "kubernetes", "--kubeconfig", cluster.kubeconfig, ...more], { cwd });
  };
  const policies = async (): Promise<readonly string[]> => {
    const { items } = await config.makeApiClient(NetworkingV1Api).listNetworkPolicyForAllNamespaces();
    return items.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`).sort();
  };
  const namespace = (name: string) => config.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name } } });

  it("tells that a namespace is not there, and what to do", async () => {
    const { code, out } = await run("plan", sql);
    expect(code).toBe(1);
    expect(out).toContain('namespaces "shop" not found\n      help: create the namespace first: ctv creates none');
    expect((await run("apply", sql)).err).toContain("ctv: nothing was sent");
  });

  it("applies, isolating what it allows from the start, and has nothing to do afterwards", async () => {
    await namespace("shop");
    const seen: string[] = [];
    const watched = await new Watch(config).watch(
      "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies",
      {},
      (phase, object) => seen.push(`${phase} ${object.metadata.name}`),
      () => undefined,
    );
    const { code, out } = await run("apply", sql);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining("3 to create, in 5 requests, 2 of them about objects that are there on the way only\napplied: 5 requests\n"),
    ]);
    expect(out).toContain("+ NetworkPolicy shop/tiers.db");
    expect(out).toContain("main.ctv:6");
    for (let tries = 0; tries < 50 && seen.length < 5; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
    watched.abort();
    const [carrier] = seen;
    expect(carrier).toMatch(/^ADDED ctv\.on-the-way\./);
    expect(seen.slice(1)).toEqual(["ADDED default-deny", "ADDED tiers.db", "ADDED tiers.web", carrier.replace("ADDED", "DELETED")]);
    expect(await run("drift", sql)).toMatchObject({ code: 0, out: expect.stringContaining("has what the source asks for") });
    expect((await run("plan", sql, ["--exit-code"])).code).toBe(0);
  });

  it("finds what another has changed, names who, and takes it back when told to", async () => {
    const api = config.makeApiClient(NetworkingV1Api);
    await api.patchNamespacedNetworkPolicy(
      { name: "tiers.db", namespace: "shop", fieldManager: "kubectl-edit", body: { spec: { ingress: [{}] } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
    const drift = await run("drift", sql);
    expect(drift.code).toBe(4);
    expect(drift.out).toContain("~ NetworkPolicy shop/tiers.db");
    expect(drift.out).toMatch(/somebody else has set \.spec\.ingress \(set by kubectl-edit\)\n {6}help: --adopt takes these fields over/);
    expect((await run("apply", sql)).code).toBe(1);
    expect((await run("apply", sql, ["--adopt"])).code).toBe(0);
    expect((await run("drift", sql)).code).toBe(0);
    expect((await api.readNamespacedNetworkPolicy({ name: "tiers.db", namespace: "shop" })).spec?.ingress?.[0].ports?.[0].port).toBe(5432);
  });

  it("changes an object in place, and deletes what it owns when told to, and nothing else", async () => {
    const api = config.makeApiClient(NetworkingV1Api);
    const labels = { "app.kubernetes.io/managed-by": "ctv", "ctv.dev/owner": "other" };
    await api.createNamespacedNetworkPolicy({ namespace: "shop", body: { metadata: { name: "theirs", labels }, spec: { podSelector: {} } } });
    expect((await run("apply", both)).out).toContain("~ NetworkPolicy shop/tiers.web");
    const less = shop("allow world -> web : https as web\n    allow web -> db : icmp as ping");
    const left = await run("plan", less.replace("\n    allow web -> db : icmp as ping", "").replace("  group db  in net { match app = db }\n", ""));
    expect(left.out).toContain(". NetworkPolicy shop/tiers.db  not in the source any more; --prune deletes it");
    const pruned = await run(
      "apply",
      less.replace("\n    allow web -> db : icmp as ping", "").replace("  group db  in net { match app = db }\n", ""),
      ["--prune"],
    );
    expect([pruned.code, pruned.out]).toEqual([0, expect.stringContaining("- NetworkPolicy shop/tiers.db")]);
    expect(await policies()).toEqual(["shop/default-deny", "shop/theirs", "shop/tiers.web"]);
  });

  it("does not take over what another project made", async () => {
    const { code, out } = await run("apply", sql, ["--owner", "else"]);
    expect(code).toBe(1);
    expect(out).toContain('it belongs to "shop", not to "else"\n      help: --owner shop if that is this project; --adopt takes it over');
  });

  it("tells which right is missing", async () => {
    const { code, out, err } = await run("plan", sql, ["--context", "nobody"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain('User "nobody" cannot get resource "networkpolicies" in API group "networking.k8s.io" in the namespace "shop"');
    expect(err).toContain("help: a Role or ClusterRole has to grant get, list, create, patch and delete on networkpolicies.networking.k8s.io");
    expect((await run("plan", sql, ["--context", "none"])).err).toContain('the kubeconfig has no context "none"\n  help: it has admin, nobody');
  });

  it("tells that the server is too old for ranges of ports", async () => {
    expect((await run("plan", shop("allow web -> db : tcp/5000-5999 as range"))).out).toContain("this API server knows no `endPort`");
  });

  it("knows the cluster-wide kind when it is there, and says so when it is not", async () => {
    await namespace("cluster");
    const text = sql.replace("tenant shop", "tenant cluster");
    const before = await run("plan", text, [], "cluster-policy");
    expect(before.code).toBe(1);
    expect(before.out).toContain("the API server does not know clusternetworkpolicies.policy.networking.k8s.io");
    const definition = loadYaml<V1CustomResourceDefinition>(readFileSync("test/fixtures/kubernetes-crd/ClusterNetworkPolicy.crd.yaml", "utf8"));
    await config.makeApiClient(ApiextensionsV1Api).createCustomResourceDefinition({ body: definition });
    let applied = await run("apply", text, ["--owner", "wide"], "cluster-policy");
    for (let tries = 0; tries < 50 && applied.code !== 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      applied = await run("apply", text, ["--owner", "wide"], "cluster-policy");
    }
    expect([applied.code, applied.out]).toEqual([0, expect.stringContaining("+ ClusterNetworkPolicy ")]);
    expect((await run("drift", text, ["--owner", "wide"], "cluster-policy")).out).toContain("has what the source asks for");
  });

  it("refuses a request for another state of an object than the one that is there", async () => {
    const client = await connectCluster({ kubeconfig: cluster.kubeconfig });
    const manifest = (resourceVersion?: string): Manifest => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "exact", namespace: "shop", ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      spec: { podSelector: { matchLabels: { at: resourceVersion ?? "first" } } },
    });
    const options = { dryRun: false, force: false };
    const work = { doing: "try" };
    const first = (await client.apply(manifest(), options, work)).metadata.resourceVersion;
    const second = (await client.apply(manifest(first), options, work)).metadata.resourceVersion;
    const stale = "cannot try: somebody has changed it since the plan was made";
    await expect(client.apply({ ...manifest(first), spec: { podSelector: {} } }, options, work)).rejects.toThrow(stale);
    await expect(client.remove(manifest(first), work)).rejects.toThrow(stale);
    await client.remove(manifest(second), work);
    expect(await client.get(manifest())).toBeUndefined();
  });

  it("keeps a second apply away, and tells who is at work", async () => {
    const client = await connectCluster({ kubeconfig: cluster.kubeconfig });
    const times = {
      duration: 3,
      pause: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
      now: () => new Date(),
    };
    const held = await takeLease(client.lease("default", "ctv-apply"), "somebody", times);
    const { code, err } = await run("apply", sql);
    expect([code, err]).toEqual([2, expect.stringContaining("another apply is under way: somebody holds the lease")]);
    held.check();
    await held.release();
    expect((await run("apply", sql)).code).toBe(0);
  });

  it("goes on where it was when the server died in the middle", async () => {
    await namespace("guestbook");
    const text = readFileSync("examples/guestbook/main.ctv", "utf8");
    const client = await connectCluster({ kubeconfig: cluster.kubeconfig, timeout: 2000 });
    expect(client.address).toMatch(/^https:/);
    const whole = await run("plan", text);
    const total = Number(/in (\d+) requests/.exec(whole.out)?.[1]);
    expect(total).toBeGreaterThan(2);
    const seen: string[] = [];
    const watched = await new Watch(config).watch(
      "/apis/networking.k8s.io/v1/namespaces/guestbook/networkpolicies",
      {},
      (_phase, object) => {
        seen.push(object.metadata.name);
        if (seen.length === 1) void cluster.kill();
      },
      () => undefined,
    );
    const cut = await run("apply", text, ["--timeout", "2"]);
    watched.abort();
    expect(cut.code).toBe(2);
    expect(cut.err).toMatch(new RegExp(`\\d of ${total} requests are done, and it is safe to leave it so`));
    await cluster.restart();
    expect((await run("apply", text)).code).toBe(0);
    expect((await run("plan", text, ["--exit-code"])).code).toBe(0);
  });
});
