/** Policies made from manifests: held against what somebody has read, proved against the manifests, and sent back to Kubernetes. */
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { check, isSound } from "../../../compiler/compile.js";
import { inOrder } from "../../../compiler/diagnostics/order.js";
import type { Checked } from "../../../compiler/compile.js";
import { importKubernetes } from "../../../compiler/import/kubernetes/import.js";
import { proofBy, proveImport } from "../../../compiler/import/proof.js";
import type { AddressFacts } from "../../../compiler/manifests/connectivity/blocks.js";
import { readManifests } from "../../../compiler/manifests/read.js";
import type { ManifestFile } from "../../../compiler/manifests/read.js";
import { formatText } from "../../../grammar/format/format.js";
import { lineMap, positionAt } from "../../../grammar/span.js";
import type { Span } from "../../../grammar/span.js";
import { renderDiagnostics } from "../../support/diagnose.js";
import { expectGolden } from "../../support/golden.js";
import { cases, filesOf, nothingKnown, root } from "../manifests/fixtures.js";

function imported(files: readonly ManifestFile[], facts: AddressFacts = nothingKnown) {
  const maps = new Map(files.map(({ file, text }) => [file, lineMap(text)] as const));
  const place = ({ file, start }: Span): string => `${file}:${positionAt(maps.get(file) ?? [0], start).line}`;
  const { manifests, diagnostics } = readManifests(files);
  const made = importKubernetes(manifests, facts, place);
  return { ...made, diagnostics: inOrder([...diagnostics, ...made.diagnostics]) };
}

async function formatted(text: string): Promise<string> {
  const result = await formatText(text);
  return result.kind === "formatted" ? result.text : `unreadable: ${result.problems.map(({ message }) => message).join()}`;
}

function checked(text: string): Checked {
  return check({ entries: ["import.ctv"], read: () => ({ text }) });
}

describe("each folder of manifests", () => {
  it.each(cases)("%s", async (name) => {
    const files = filesOf(name);
    const { text, diagnostics, reading } = imported(files);
    const policy = await formatted(text);
    const texts = Object.fromEntries(files.map(({ file, text: content }) => [file, content]));
    expect(proveImport(policy, proofBy(reading))).toEqual([]);
    expect(isSound(checked(policy))).toBe(true);
    expectGolden(join(root, name, "import.ctv"), policy);
    expectGolden(join(root, name, "import.txt"), renderDiagnostics(diagnostics, texts));
  });

  it.each(cases)("%s, with blocks that match pods, and pods in known addresses", async (name) => {
    const podAddresses = { v4: [0x0a_f4_00_00, 0x0a_f4_ff_ff], v6: [] };
    for (const facts of [{ ...nothingKnown, ipBlocks: "pods" } as const, { podAddresses, ipBlocks: "outside" } as const]) {
      const { text, reading } = imported(filesOf(name), facts);
      expect(proveImport(await formatted(text), proofBy(reading))).toEqual([]);
    }
  });
});

describe("the proof", () => {
  const { text, reading } = imported(filesOf("both-ends"));
  const pieces = text.split("\n");

  it("holds for what is made", () => {
    expect(proveImport(text, proofBy(reading))).toEqual([]);
  });

  // Rules of the two policies and of the isolation below them: each one is needed.
  it.each(pieces.flatMap((line, index) => (/^(allow|deny) /.test(line) ? [[line, index] as const] : [])))("fails without `%s`", (_, index) => {
    const without = pieces.filter((_line, at) => at !== index).join("\n");
    expect(proveImport(without, proofBy(reading)).length).toBeGreaterThan(0);
  });

  it.each([
    ["another port", ": https-alt", ": https"],
    ["another label", "app = server", "app = servers"],
    ["the other default", "default allow", "default deny"],
    ["a rule turned round", "allow client -> server", "allow server -> client"],
  ])("fails with %s", (_, from, to) => {
    expect(text).toContain(from);
    expect(proveImport(text.replace(from, to), proofBy(reading)).length).toBeGreaterThan(0);
  });

  it("fails for a text that does not compile", () => {
    expect(proveImport("tenant x {", proofBy(reading)).length).toBeGreaterThan(0);
  });
});

describe("what is made", () => {
  const policy = (name: string, spec: string, namespace = "shop"): string =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: ${spec}\n`;
  const make = async (...parts: readonly string[]): Promise<string> => {
    const { text, reading } = imported([{ file: "all.yaml", text: parts.join("---\n") }]);
    const made = await formatted(text);
    expect(proveImport(made, proofBy(reading))).toEqual([]);
    return made;
  };

  it("has groups named after workloads, and services by their names", async () => {
    const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: store, namespace: shop, labels: {app.kubernetes.io/name: redis}}\nspec: {}\n";
    const made = await make(
      pod,
      policy("p", "{podSelector: {matchLabels: {app.kubernetes.io/name: redis}}, ingress: [{ports: [{port: 6379}, {port: 8000}]}]}"),
    );
    expect(made).toContain("group store { match app.kubernetes.io/name = redis }");
    expect(made).toContain("allow any -> store : redis, tcp/8000");
  });

  it("quotes names that are words of the language, and numbers", async () => {
    const made = await make(policy("policy", '{podSelector: {matchLabels: {"1st": "2"}}, ingress: []}', "tenant"));
    expect(made).toContain('tenant "tenant" {');
    expect(made).toContain('match "1st" = "2"');
  });

  it("keeps selectors that can match nothing, and peers that are nobody", async () => {
    const nothing = "{podSelector: {matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}, ingress: []}";
    expect(await make(policy("p", nothing))).toContain("NetworkPolicy shop/p");
    const nobody = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {no: one}}}]}]}";
    expect(await make(policy("p", nobody))).toContain("deny any -> pods");
  });

  it("gives policies of one name in two kinds two names", async () => {
    const cluster =
      "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\nspec: {tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}\n";
    const made = await make(cluster, policy("p", "{podSelector: {}, ingress: [{}]}"));
    expect(made).toContain("policy p priority");
    expect(made).toContain("policy p-2");
  });

  it("says nothing where nothing is decided", async () => {
    expect(await make("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")).not.toContain("tenant");
  });
});
