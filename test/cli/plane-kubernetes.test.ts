/** `plan`, `apply` and `drift` with a cluster, against a stand-in for the API server; `test/cluster` does the same with a real one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { startApiServer } from "../support/kubernetes/server.js";
import type { ApiServer } from "../support/kubernetes/server.js";
import { ctv, scratch } from "./support/command.js";
import type { Outcome } from "./support/command.js";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const guestbook = readFileSync("examples/guestbook/main.ctv", "utf8");
const path = (name: string): string => `/apis/networking.k8s.io/v1/namespaces/guestbook/networkpolicies/${name}`;

interface Scene {
  readonly server: ApiServer;
  readonly run: (words: readonly string[], text?: string, flavour?: string) => Promise<Outcome>;
}

async function scene(): Promise<Scene> {
  const server = await startApiServer();
  stops.push(server.stop);
  server.namespaces.add("guestbook");
  const kubeconfig = server.kubeconfig(scratch());
  const run = (words: readonly string[], text = guestbook, flavour = "network-policy") => {
    const project = `sources: [main.ctv]\ntargets: { kubernetes: { flavour: ${flavour} } }\n`;
    const cwd = join(scratch({ "book/ctv.yaml": project, "book/main.ctv": text }), "book");
    return ctv([...words, "--to", "kubernetes", "--kubeconfig", kubeconfig, "--no-verify"], { cwd });
  };
  return { server, run };
}

describe("ctv plan, apply and drift with a cluster", () => {
  it("applies the guestbook, isolating what it allows from the start, and has nothing to do afterwards", async () => {
    const { server, run } = await scene();
    const planned = await run(["plan"]);
    expect(server.writes).toEqual([]);
    expect(planned.out).toContain("  + NetworkPolicy guestbook/tiers.frontend");
    expect(planned.out).toContain("main.ctv:18");
    expect((await run(["apply"])).code).toBe(0);
    expect(server.writes[0]).toMatch(/^PATCH .*\/ctv\.on-the-way\.[a-z0-9]+$/);
    expect(server.writes.at(-1)).toBe(server.writes[0].replace("PATCH", "DELETE"));
    expect(await run(["drift"])).toEqual({ code: 0, out: `kubernetes at ${server.url} has what the source asks for\n`, err: "" });
    expect(server.objects.get(path("default-deny"))).toMatchObject({ metadata: { labels: { "ctv.dev/owner": "book" } } });
  });

  it("takes a rule that only stands elsewhere in the source for the same", async () => {
    const { server, run } = await scene();
    await run(["apply"]);
    const moved = `// one line\n// another\n${guestbook}`;
    expect(await run(["drift"], moved)).toMatchObject({ code: 0, out: `kubernetes at ${server.url} has what the source asks for\n` });
    const changed = await run(["plan"], moved.replace("world       -> frontend     : http ", "world       -> frontend     : https "));
    expect(changed.out).toContain("metadata.annotations.ctv.dev/source: ");
  });

  it("lets the server try without keeping anything", async () => {
    const { server, run } = await scene();
    const tried = await run(["apply", "--dry-run", "server"]);
    expect([tried.code, tried.out]).toEqual([0, expect.stringContaining("dry run: the server would take it, and has kept nothing\n")]);
    expect([server.writes, server.objects.size]).toEqual([[], 0]);
  });

  it("goes on after a crash behind each request, to the same end", async () => {
    const whole = await scene();
    await whole.run(["apply"]);
    const total = whole.server.writes.length;
    for (let at = 1; at < total; at++) {
      const { server, run } = await scene();
      server.refuse = (_method, asked) => (server.writes.length >= at && !asked.includes("/leases/") ? { code: 0, message: "" } : undefined);
      const cut = await run(["apply"]);
      expect([cut.code, cut.err]).toEqual([2, expect.stringContaining(`help: ${at} of ${total} requests are done`)]);
      server.refuse = () => undefined;
      expect((await run(["apply"])).code).toBe(0);
      expect([...server.objects.keys()].sort()).toEqual([...whole.server.objects.keys()].sort());
      expect((await run(["drift"])).code).toBe(0);
    }
  });

  it("shows drift by field, names who made it, and takes it back when told to", async () => {
    const { server, run } = await scene();
    await run(["apply"]);
    const object = server.objects.get(path("tiers.redis-master")) ?? {};
    server.objects.set(path("tiers.redis-master"), { ...object, spec: { podSelector: {}, ingress: [{}] } });
    server.setBy.set(path("tiers.redis-master"), "kubectl-edit");
    const { code, out } = await run(["drift"]);
    expect(code).toBe(4);
    expect(out).toContain("  ~ NetworkPolicy guestbook/tiers.redis-master");
    expect(out).toContain("somebody else has set .spec.ingress (set by kubectl-edit)\n      help: --adopt takes these fields over\n");
    expect((await run(["apply"])).code).toBe(1);
    expect((await run(["apply", "--adopt"])).code).toBe(0);
    expect((await run(["drift"])).code).toBe(0);
  });

  it("deletes what it owns and is not asked for any more, and only with --prune", async () => {
    const { server, run } = await scene();
    await run(["apply"]);
    const theirs = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "theirs", namespace: "guestbook" }, spec: {} };
    server.objects.set(path("theirs"), theirs);
    const less = guestbook
      .replace(/ {4}allow redis-slave.*\n/, "")
      .replace(/ {2}test [^]*/, "}\n")
      .replace("allow frontend    -> backend", "allow frontend -> redis-master");
    const kept = await run(["plan"], less);
    expect(kept.out).toContain("  . NetworkPolicy guestbook/tiers.redis-slave  not in the source any more; --prune deletes it\n");
    expect((await run(["apply", "--prune"], less)).code).toBe(0);
    expect([...server.objects.keys()].map((at) => at.split("/").at(-1)).sort()).toEqual([
      "default-deny",
      "theirs",
      "tiers.frontend",
      "tiers.redis-master",
    ]);
    expect(server.writes).toContain(`DELETE ${path("tiers.redis-slave")}`);
  });

  it("stops where somebody changes an object between the plan and the request", async () => {
    const { server, run } = await scene();
    await run(["apply"]);
    const changed = guestbook.replace("world       -> frontend     : http ", "world       -> frontend     : https ");
    server.refuse = (method, at) => {
      const object = server.objects.get(at);
      if (method === "PATCH" && at === path("tiers.frontend") && server.leases?.size === 1 && object !== undefined && seen++ === 1)
        server.objects.set(at, { ...object, metadata: { ...Object(object.metadata), resourceVersion: "99" } });
      return undefined;
    };
    let seen = 0;
    const { code, err } = await run(["apply"], changed);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("somebody has changed it since the plan was made\n  help: run it again: the plan is then made anew"),
    ]);
    server.refuse = () => undefined;
    expect((await run(["apply"], changed)).code).toBe(0);
  });

  it("does not apply beside another apply, and lets go of the lease", async () => {
    const { server, run } = await scene();
    const place = "/apis/coordination.k8s.io/v1/namespaces/default/leases/ctv-apply";
    const spec = (renewed: number) => ({ holderIdentity: "book on elsewhere, process 7", leaseDurationSeconds: 10, renewTime: String(renewed) });
    let renewed = 0;
    server.refuse = (_method, at) => {
      if (at === place) server.leases?.set(place, { metadata: { resourceVersion: "1" }, spec: spec(++renewed) });
      return undefined;
    };
    const { code, err } = await run(["apply"]);
    expect([code, server.writes]).toEqual([2, []]);
    expect(err).toContain("ctv: another apply holds the lease (book on elsewhere, process 7); waiting at most 10 s to see whether it is at work\n");
    expect(err).toContain("cannot apply: another apply is under way: book on elsewhere, process 7 holds the lease\n  help: wait until it is done");
    server.refuse = () => undefined;
    server.leases?.clear();
    expect((await run(["apply"])).code).toBe(0);
    expect(server.leases?.get(place)).toMatchObject({ spec: { holderIdentity: "" } });
  });

  it("goes on where the account may not see a kind that the source asks nothing of, and says so", async () => {
    const { server, run } = await scene();
    const message = "clusternetworkpolicies.policy.networking.k8s.io is forbidden";
    server.refuse = (_method, asked) => (asked.endsWith("/clusternetworkpolicies") ? { code: 403, message } : undefined);
    const { code, err } = await run(["apply"]);
    expect([code, err]).toEqual([
      0,
      expect.stringContaining("ctv: objects of the kind ClusterNetworkPolicy cannot be seen, for this account may not list"),
    ]);
    expect((await run(["plan"], guestbook, "cluster-policy")).err).toContain(message);
  });

  it("goes on without a lease where the account may not use one, and says so", async () => {
    const { server, run } = await scene();
    server.leases = undefined;
    const { code, err } = await run(["apply"]);
    expect([code, err]).toEqual([
      0,
      expect.stringContaining('ctv: no lease keeps another apply away: leases.coordination.k8s.io is forbidden: User "otto"'),
    ]);
    expect(err).toContain("help: grant get, create and update on leases.coordination.k8s.io in the namespace default");
  });

  it.each([
    [
      "a namespace that is not there",
      (server: ApiServer) => server.namespaces.clear(),
      [],
      'namespaces "guestbook" not found\n      help: create the namespace first',
    ],
    [
      "a kind that is not there",
      () => undefined,
      ["cluster-policy"],
      "the API server does not know clusternetworkpolicies.policy.networking.k8s.io\n      help: install its definition, or compile for the flavour network-policy",
    ],
  ])("tells %s", async (_what, spoil, [flavour], said) => {
    const { server, run } = await scene();
    spoil(server);
    const { code, out } = await run(["plan"], guestbook, flavour);
    expect([code, out]).toEqual([1, expect.stringContaining(said)]);
  });

  it("tells missing rights, unknown users and servers that fail", async () => {
    const { server, run } = await scene();
    const said = async (code: number, message: string): Promise<string> => {
      server.refuse = () => ({ code, message });
      return (await run(["plan"])).err;
    };
    const forbidden = 'networkpolicies.networking.k8s.io is forbidden: User "otto" cannot get resource';
    expect(await said(403, forbidden)).toContain(`${forbidden}\n  help: a Role or ClusterRole has to grant`);
    expect(await said(401, "Unauthorized")).toContain("the API server does not know who asks\n  help: is the kubeconfig's user still good?");
    expect(await said(503, "etcd is away")).toContain("etcd is away");
    server.refuse = () => ({ code: 0, message: "" });
    expect((await run(["plan"])).err).toMatch(/ctv: cannot read NetworkPolicy guestbook\/[a-z.-]+: http:.*\n/);
  });

  it("tells what is wrong with a kubeconfig", async () => {
    const { run } = await scene();
    expect((await run(["plan", "--context", "prod"])).err).toContain('the kubeconfig has no context "prod"\n  help: it has test\n');
    const cwd = scratch({ "main.ctv": guestbook, "broken.yaml": "clusters: {\n" });
    const plan = (file: string) => ctv(["plan", "main.ctv", "--to", "kubernetes", "--kubeconfig", file, "--no-verify"], { cwd });
    expect((await plan("none.yaml")).err).toContain("none.yaml: there is no such file\n");
    expect(await plan("broken.yaml")).toMatchObject({ code: 2, err: expect.stringContaining("broken.yaml: it does not read") });
  });
});
