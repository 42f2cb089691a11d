/** `ctv import` as it is typed: where it writes, what it refuses, and that what it writes is a policy. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { startApiServer } from "../support/kubernetes/server.js";
import { startNetmaster } from "../support/netmaster/server.js";
import { ctv, scratch } from "./support/command.js";

const policy = (spec: string) => `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\nspec: ${spec}\n`;
const good = policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]}");
const bad = good.replace("name: db", "name: other").replace("5432", "70000");

describe("ctv import kubernetes", () => {
  it("prints a policy that checks and answers", async () => {
    const cwd = scratch({ "k8s/policy.yaml": good });
    const { code, out, err } = await ctv(["import", "kubernetes", "k8s"], { cwd });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("allow web -> db : postgres");
    expect(out).toContain("/// NetworkPolicy shop/db (k8s/policy.yaml:3)");
    writeFileSync(join(cwd, "policy.ctv"), out);
    expect((await ctv(["check", "policy.ctv"], { cwd })).code).toBe(0);
    expect((await ctv(["fmt", "--check", "policy.ctv"], { cwd })).code).toBe(0);
    expect((await ctv(["query", "--in", "policy.ctv", "web", "->", "db", ":", "tcp/5432"], { cwd })).out).toContain("allow");
  });

  it("writes a file, and never over another without --force", async () => {
    const cwd = scratch({ "policy.yaml": good, "old.ctv": "// by hand\n" });
    expect((await ctv(["import", "kubernetes", "policy.yaml", "-o", "new/policy.ctv"], { cwd })).err).toBe("wrote new/policy.ctv\n");
    expect(readFileSync(join(cwd, "new/policy.ctv"), "utf8")).toContain("tenant shop {");
    const refused = await ctv(["import", "kubernetes", "policy.yaml", "-o", "old.ctv"], { cwd });
    expect([refused.code, refused.err]).toEqual([2, "ctv: old.ctv exists already\n  help: nothing was written; --force writes over it\n"]);
    expect(readFileSync(join(cwd, "old.ctv"), "utf8")).toBe("// by hand\n");
    expect((await ctv(["import", "kubernetes", "policy.yaml", "-o", "old.ctv", "--force"], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, "old.ctv"), "utf8")).toContain("tenant shop {");
  });

  it("imports what can be read, tells the rest, and writes nothing of it with --strict", async () => {
    const cwd = scratch({ "all.yaml": `${good}---\n${bad}` });
    const loose = await ctv(["import", "kubernetes", "all.yaml"], { cwd });
    expect([loose.code, loose.out.includes("tenant shop {"), loose.err.includes("error[CTV7012]")]).toEqual([1, true, true]);
    const strict = await ctv(["import", "kubernetes", "all.yaml", "--strict", "-o", "out.ctv"], { cwd });
    expect([strict.code, strict.out, existsSync(join(cwd, "out.ctv"))]).toEqual([1, "", false]);
  });

  it.each([
    [["import"], "ctv: what from?"],
    [["import", "kubernetes"], "files are needed"],
    [["import", "kubernets", "all.yaml"], 'did you mean "kubernetes"?'],
    [["import", "all.yaml"], "such as: ctv import kubernetes all.yaml"],
    [["import", "kubernetes", "nowhere"], "cannot read nowhere"],
    [["import", "kubernetes", "all.yaml", "--netmaster", "http://n:9999"], "import kubernetes has no --netmaster"],
    [["import", "contiv", "all.yaml", "--pod-cidr", "10.0.0.0/8"], "import contiv has no --pod-cidr"],
    [["import", "kubernetes", "all.yaml", "-o", "folder"], "folder exists already"],
    [["import", "kubernetes", "all.yaml", "-o", "folder", "--force"], "cannot write folder"],
  ])("refuses %j", async (words, message) => {
    const cwd = scratch({ "all.yaml": good, "folder/file": "" });
    const { code, out, err } = await ctv(words, { cwd });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });
});

describe("ctv import contiv", () => {
  const source =
    "tenant shop {\n  network net { subnet 10.1.1.0/24 }\n  group web in net {}\n  group db in net {}\n  policy p { allow web -> db : redis }\n}\n";

  it("reads what compile writes, and makes a policy that answers alike", async () => {
    const cwd = scratch({ "main.ctv": source });
    expect((await ctv(["compile", "main.ctv", "--target", "contiv", "--out", "build"], { cwd })).code).toBe(0);
    const { code, out } = await ctv(["import", "contiv", "build/contiv"], { cwd });
    expect(code).toBe(0);
    expect(out).toContain("allow web -> db : redis");
    writeFileSync(join(cwd, "again.ctv"), out);
    for (const file of ["main.ctv", "again.ctv"]) {
      expect((await ctv(["query", "--in", file, "web", "->", "db", ":", "redis"], { cwd })).code).toBe(0);
      expect((await ctv(["query", "--in", file, "db", "->", "web", ":", "redis"], { cwd })).out).toContain("deny");
    }
  });

  it("tells what cannot be read, and writes nothing of the rest with --strict", async () => {
    const cwd = scratch({ "all.json": '[{"tenantName": "t"}, {"color": "blue"}]' });
    const { code, out, err } = await ctv(["import", "contiv", "all.json", "--strict"], { cwd });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("all.json:1:23");
  });

  it.each([
    [["import", "contiv"], "files are needed"],
    [["import", "contiv", "main.yaml"], "there are no .json files in main.yaml"],
  ])("refuses %j", async (words, message) => {
    const { code, err } = await ctv(words, { cwd: scratch({ "main.yaml": "a: 1" }) });
    expect([code, err.includes(message)]).toEqual([2, true]);
  });
});

describe("from running planes", () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  async function cluster() {
    const server = await startApiServer();
    stops.push(server.stop);
    ["namespaces.core", "pods.core", "deployments.apps"].forEach((kind) => server.kinds.add(kind));
    server.objects.set("/api/v1/namespaces/shop", { metadata: { name: "shop", labels: { team: "a" } } });
    server.objects.set("/apis/apps/v1/namespaces/shop/deployments/db", {
      metadata: { name: "db", namespace: "shop", managedFields: [] },
      spec: {
        template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "db", ports: [{ name: "sql", containerPort: 5432 }] }] } },
      },
    });
    server.objects.set("/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/db", {
      metadata: { name: "db", namespace: "shop" },
      spec: { podSelector: { matchLabels: { app: "db" } }, ingress: [{ ports: [{ port: "sql" }] }] },
    });
    return { server, kubeconfig: server.kubeconfig(scratch()) };
  }

  it("imports a cluster, whatever kinds it does not have", async () => {
    const { kubeconfig } = await cluster();
    const { code, out, err } = await ctv(["import", "kubernetes", "--from-cluster", "--kubeconfig", kubeconfig], { cwd: scratch() });
    expect([code, err.includes("error")]).toEqual([0, false]);
    expect(err).toContain('the port "sql" is 5432');
    expect(out).toContain("/// NetworkPolicy shop/db (in the cluster)");
    expect(out).toContain("allow any -> db : postgres");
  });

  it("tells the connections of a cluster", async () => {
    const { kubeconfig } = await cluster();
    const { out } = await ctv(["connectivity", "--from-cluster", "--kubeconfig", kubeconfig], { cwd: scratch() });
    expect(out).toContain("0.0.0.0-255.255.255.255[External] => shop/db[Deployment] : TCP 5432");
  });

  it("says who may not read what", async () => {
    const { server, kubeconfig } = await cluster();
    server.refuse = (_method, path) => (path.includes("pods") ? { code: 403, message: "pods is forbidden" } : undefined);
    const { code, err } = await ctv(["import", "kubernetes", "--from-cluster", "--kubeconfig", kubeconfig], { cwd: scratch() });
    expect([code, err.includes("list pods")]).toEqual([2, true]);
  });

  it("imports what netmaster has", async () => {
    const netmaster = await startNetmaster();
    stops.push(netmaster.stop);
    const source =
      "tenant shop {\n  network net { subnet 10.1.1.0/24 }\n  group web in net {}\n  group db in net {}\n  policy p { allow web -> db : redis }\n}\n";
    const cwd = scratch({ "main.ctv": source });
    expect((await ctv(["apply", "main.ctv", "--to", "contiv", "--netmaster", netmaster.url, "--no-verify"], { cwd })).code).toBe(0);
    const { code, out, err } = await ctv(["import", "contiv", "--netmaster", netmaster.url], { cwd });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("allow web -> db : redis");
  });

  it.each([
    [["import", "kubernetes", "all.yaml", "--from-cluster"], "name files, or use --from-cluster, but not both"],
    [["import", "contiv", "all.json", "--netmaster", "http://127.0.0.1:1"], "name files, or use --netmaster, but not both"],
    [["import", "contiv", "--netmaster", "http://127.0.0.1:1"], "127.0.0.1:1"],
    [["connectivity", "--from-cluster", "--kubeconfig", "none"], "there is no such file"],
  ])("refuses %j", async (words, message) => {
    const { code, err } = await ctv(words, { cwd: scratch() });
    expect([code, err.includes(message) ? message : err]).toEqual([2, message]);
  });
});
