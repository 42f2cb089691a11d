/** `ctv connectivity` as it is typed: files and folders, forms, mistakes, exit codes. */
import { describe, expect, it } from "@jest/globals";
import { ctv, scratch } from "./support/command.js";

const pods = ["a", "b"]
  .map((name) => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop, labels: {app: ${name}}}\nspec: {containers: []}\n`)
  .join("---\n");
const policy = (spec: string) => `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: ${spec}\n`;
const good = policy("{podSelector: {matchLabels: {app: b}}, ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]}");
const bad = policy("{podSelector: {}, ingress: [{ports: [{port: 70000}]}]}");

describe("ctv connectivity", () => {
  it("reads folders in order, and lists", async () => {
    const cwd = scratch({ "k8s/pods.yaml": pods, "k8s/net/policy.yml": good, "k8s/README.md": "no manifest", "k8s/.hidden.yaml": "a: [" });
    const { code, out, err } = await ctv(["connectivity", "k8s", "--focus", "b"], { cwd });
    expect(err).toBe("");
    expect(out).toBe(
      [
        "shop/a[Pod] => shop/b[Pod] : TCP 80",
        "shop/b[Pod] => 0.0.0.0-255.255.255.255[External] : All Connections",
        "shop/b[Pod] => shop/a[Pod] : All Connections",
        "",
      ].join("\n"),
    );
    expect(code).toBe(0);
  });

  it("reads standard input", async () => {
    const { code, out } = await ctv(["connectivity", "-", "--format", "csv"], { cwd: scratch(), input: `${pods}---\n${good}` });
    expect([code, out.split("\n")[0], out.includes("shop/a[Pod],shop/b[Pod],TCP 80")]).toEqual([0, "src,dst,conn", true]);
  });

  it("tells what is wrong at its place, reads the rest, and fails", async () => {
    const cwd = scratch({ "all.yaml": `${pods}---\n${bad}` });
    const { code, out, err } = await ctv(["connectivity", "all.yaml"], { cwd });
    expect(code).toBe(1);
    expect(err).toContain("error[CTV7012]");
    expect(err).toContain("all.yaml:14:51");
    expect(out).toContain("shop/a[Pod] => shop/b[Pod] : All Connections");
  });

  it("prints nothing with --strict where something is wrong", async () => {
    const cwd = scratch({ "all.yaml": `${pods}---\n${bad}` });
    const { code, out, err } = await ctv(["connectivity", "all.yaml", "--strict"], { cwd });
    expect([code, out, err.includes("CTV7012")]).toEqual([1, "", true]);
  });

  it("gives JSON with the findings and what decides", async () => {
    const cwd = scratch({ "all.yaml": `${pods}---\n${good}` });
    const { out } = await ctv(["connectivity", "all.yaml", "--format", "json", "--explain"], { cwd });
    const read: unknown = JSON.parse(out);
    expect(read).toMatchObject({ version: 1, command: "connectivity", findings: [] });
    expect(read).toHaveProperty(
      "connections",
      expect.arrayContaining([
        expect.objectContaining({
          source: { title: "shop/a[Pod]", namespace: "shop", name: "a", kind: "Pod" },
          connection: "TCP 80",
          ports: [{ protocol: "TCP", ports: [[80, 80]] }],
          ingress: expect.arrayContaining([
            { action: "allow", connection: "TCP 80", by: [{ policy: "NetworkPolicy shop/p", rule: "ingress[0]", at: "all.yaml:14:56" }] },
          ]),
        }),
      ]),
    );
  });

  it.each([
    [["connectivity"], "files are needed"],
    [["connectivity", "policy.ctv"], "policy.ctv is a policy of ctv, not a file of objects"],
    [["connectivity", "nowhere"], "cannot read nowhere: there is no such file or folder"],
    [["connectivity", "empty"], "there are no .yaml, .yml or .json files in empty"],
    [["connectivity", "all.yaml", "--focus", "shop/c"], 'did you mean "shop/a" or "shop/b"?'],
    [["connectivity", "all.yaml", "--pod-cidr", "10.0.0.1/8"], "did you mean 10.0.0.0/8?"],
    [["connectivity", "all.yaml", "--pod-cidr", "ten"], "this is no CIDR"],
    [["connectivity", "all.yaml", "--format", "xml"], "one of list, json, csv, markdown, dot"],
    [["connectivity", "all.yaml", "--format", "csv", "--explain"], "--explain has no place in the form csv"],
  ])("refuses %j", async (words, message) => {
    const cwd = scratch({ "all.yaml": pods, "empty/README": "" });
    const { code, out, err } = await ctv(words, { cwd });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });

  it("says that there is nothing to connect", async () => {
    const { code, out, err } = await ctv(["connectivity", "all.yaml"], { cwd: scratch({ "all.yaml": good }) });
    expect([code, out, err]).toEqual([0, "", "there is no workload in these files, so there are no connections to tell\n"]);
  });

  it("leaves out kinds that it is told to ignore", async () => {
    const cwd = scratch({ "all.yaml": `${pods}---\napiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w}\n` });
    expect((await ctv(["connectivity", "all.yaml"], { cwd })).code).toBe(1);
    expect((await ctv(["connectivity", "all.yaml", "--ignore-kinds", "Widget"], { cwd })).code).toBe(0);
  });
});
