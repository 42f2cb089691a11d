import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { kubernetes } from "../../../../compiler/target/kubernetes/kubernetes.js";
import type { Emission } from "../../../../compiler/target/target.js";
import { expectGolden } from "../../../support/golden.js";
import { allow, deny, makePolicy, universeOf } from "../../../support/policy.js";
import type { PolicySketch } from "../../../support/policy.js";
import { cases } from "./cases.js";
import { schemaErrors } from "./schemas.js";

const flavours = ["network-policy", "cluster-policy"] as const;

function emit(sketch: PolicySketch, pods?: string, flavour: (typeof flavours)[number] = "network-policy"): Emission {
  return kubernetes.emit(universeOf(makePolicy(sketch), pods), { flavour });
}

function objectsOf(emission: Emission): readonly { kind: string; metadata: { name: string; namespace?: string }; spec: Record<string, unknown> }[] {
  return emission.artefacts.flatMap((artefact) => {
    const documents = parseAllDocuments(artefact.text);
    return Array.isArray(documents) ? documents.map((document) => document.toJS()) : [];
  });
}

const findings = (emission: Emission): string =>
  emission.diagnostics.map(({ code, severity, rule, message }) => `${code} ${severity} ${rule ?? ""}: ${message}\n`).join("");

describe.each(flavours)("flavour %s", (flavour) => {
  it.each(cases)("writes $name as the golden folder has it", ({ name, sketch, pods }) => {
    const emission = emit(sketch, pods, flavour);
    const folder = `test/fixtures/kubernetes/${name}/${flavour}`;
    for (const { path, text } of emission.artefacts) expectGolden(`${folder}/${path}`, text);
    expectGolden(`${folder}/findings.txt`, findings(emission));
    const there = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length : 0;
    expect(there).toBe(emission.artefacts.length + 1);
  });

  it.each(cases)("writes only valid objects for $name, each where its name says", ({ sketch, pods }) => {
    const emission = emit(sketch, pods, flavour);
    const objects = objectsOf(emission);
    expect(objects.flatMap((object) => schemaErrors(object))).toEqual([]);
    for (const { metadata } of objects) expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);
    expect(emission.artefacts.map((artefact) => artefact.path)).toEqual(
      objects.map(({ metadata }) => `${metadata.namespace ?? "_cluster"}/${metadata.name}.yaml`),
    );
    expect(new Set(emission.artefacts.map((artefact) => artefact.path)).size).toBe(objects.length);
  });

  it.each(cases)("writes the same bytes twice for $name", ({ sketch, pods }) => {
    expect(emit(sketch, pods, flavour).artefacts).toEqual(emit(sketch, pods, flavour).artefacts);
  });
});

const small = (rules: readonly ReturnType<typeof allow>[], more: Partial<PolicySketch["tenants"][number]> = {}): PolicySketch => ({
  tenants: [
    {
      name: "t",
      networks: { net: "10.0.0.0/24" },
      groups: { a: { match: "app=a", in: "net" }, b: { match: "app=b", in: "net" } },
      policies: [{ name: "p", rules }],
      ...more,
    },
  ],
});

describe("what is emitted", () => {
  it("keeps the names of objects when an unrelated rule comes or goes", () => {
    const names = (emission: Emission): readonly string[] => emission.artefacts.map((artefact) => artefact.path);
    const before = names(emit(small([allow("a", "b", "tcp/80"), deny("a", "b", "tcp/81"), allow("b", "world", "udp/53")])));
    const after = names(
      emit(small([allow("world", "a", "tcp/443"), allow("a", "b", "tcp/80"), deny("a", "b", "tcp/81"), allow("b", "world", "udp/53")])),
    );
    expect(after.filter((name) => before.includes(name))).toEqual(before);
  });

  it("says no rule twice: peers of the same ports and ports of the same peers come together", () => {
    const emission = emit(
      small([allow("a", "b", "tcp/80"), allow("a", "b", "tcp/443"), allow("world", "b", "tcp/80, tcp/443"), allow("a", "b", "tcp/80")]),
    );
    const ingress = objectsOf(emission).find(({ metadata }) => metadata.name === "p.b")?.spec.ingress;
    expect(ingress).toEqual([
      {
        from: [
          { podSelector: { matchLabels: { app: "a" } } },
          { namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["t"] }] } },
          { ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/24"] } },
          { ipBlock: { cidr: "::/0" } },
        ],
        ports: [
          { protocol: "TCP", port: 80 },
          { protocol: "TCP", port: 443 },
        ],
      },
    ]);
  });

  it("leaves peers out for any, and ports out for every service", () => {
    const objects = objectsOf(emit(small([allow("any", "a")])));
    expect(objects.find(({ metadata }) => metadata.name === "p.a")?.spec).toEqual({
      podSelector: { matchLabels: { app: "a" } },
      policyTypes: ["Ingress"],
      ingress: [{}],
    });
  });

  it("takes a denied group out of the pods of an object, and gives that object a name of its own", () => {
    const objects = objectsOf(
      emit(small([deny("b", "any"), allow("a", "world", "udp/53")], { groups: { a: { match: "app=a" }, b: { match: "state=bad" } } })),
    );
    const egress = objects.filter(({ spec }) => "egress" in spec);
    expect(egress).toHaveLength(1);
    expect(egress[0].metadata.name).toMatch(/^p\.a\.[a-z0-9]+$/);
    expect(egress[0].spec.podSelector).toEqual({
      matchLabels: { app: "a" },
      matchExpressions: [{ key: "state", operator: "NotIn", values: ["bad"] }],
    });
  });

  it("says a network as the groups in it, whose pods can be nowhere else, and as its addresses for machines", () => {
    const groups = { a: { match: "app=a", in: "net" }, b: { match: "app=b", in: "other" } };
    const emission = emit(small([allow("net", "b", "tcp/80")], { networks: { net: "10.0.0.0/24", other: "10.0.1.0/24" }, groups }));
    const ingress = objectsOf(emission).find(({ metadata }) => metadata.name === "p.b")?.spec.ingress;
    expect(ingress).toEqual([
      { from: [{ podSelector: { matchLabels: { app: "a" } } }, { ipBlock: { cidr: "10.0.0.0/24" } }], ports: [{ protocol: "TCP", port: 80 }] },
    ]);
    // A pod in no group may be in that network too, which no selector can tell.
    expect(emission.diagnostics.map(({ code }) => code)).toContain("CTV5103");
  });

  it("keeps names apart that become alike", () => {
    const groups = { "a.b": { match: "app=a" }, "a-b": { match: "app=b" }, "A-b": { match: "app=c" } };
    const emission = emit(small([allow("world", "a.b, a-b, A-b", "tcp/80")], { groups }));
    expect(new Set(emission.artefacts.map((artefact) => artefact.path)).size).toBe(4);
    expect(emission.artefacts.map((artefact) => artefact.path)).toContain("t/p.a-b.yaml");
  });

  it("quotes what YAML would read as something else", () => {
    const emission = emit(small([allow("a", "b", "tcp/80")], { groups: { a: { match: "app=yes" }, b: { match: "app in (1|1e3|null|on|0x1f)" } } }));
    const selectors = objectsOf(emission).map(({ spec }) => spec.podSelector);
    expect(selectors).toContainEqual({ matchLabels: { app: "yes" } });
    expect(selectors).toContainEqual({ matchExpressions: [{ key: "app", operator: "In", values: ["0x1f", "1", "1e3", "null", "on"] }] });
  });
});

describe("ClusterNetworkPolicy", () => {
  it("keeps deny and order, one object for a policy and its pods", () => {
    const objects = objectsOf(emit(small([deny("a", "b", "tcp/22"), allow("a", "b")]), undefined, "cluster-policy"));
    const spec = objects.find(({ metadata }) => metadata.name === "t.p.b")?.spec;
    expect(spec).toMatchObject({
      tier: "Admin",
      priority: 2,
      ingress: [{ action: "Deny", protocols: [{ tcp: { destinationPort: { number: 22 } } }] }, { action: "Accept" }],
    });
  });

  it("splits what is larger than an object, and stays valid", () => {
    const rules = Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? allow : deny)("a", "b", `tcp/${at + 1}-${at + 2}`));
    const many = Array.from({ length: 700 }, (_, at) => `198.51.${at >> 7}.${(at & 127) * 2}`).join(", ");
    const emission = emit(small([...rules, allow("b", many, "tcp/443")]), "10.0.0.0/24", "cluster-policy");
    const objects = objectsOf(emission);
    expect(objects.flatMap((object) => schemaErrors(object))).toEqual([]);
    expect(objects.filter(({ metadata }) => metadata.name.startsWith("t.p.b")).length).toBeGreaterThan(2);
  });

  it("takes denies out of the allows where a chain of rules is longer than there are priorities", () => {
    const rules = Array.from({ length: 1010 }, (_, at) => (at % 2 === 0 ? allow : deny)("a", "b", `tcp/1-${at + 1}`));
    const blocks = rules.map((rule, at) => ({ name: `p${String(at).padStart(4, "0")}`, rules: [rule] }));
    const emission = emit(small([], { policies: blocks }), undefined, "cluster-policy");
    const objects = objectsOf(emission).filter(({ kind }) => kind === "ClusterNetworkPolicy");
    expect(new Set(objects.map(({ spec }) => spec.priority))).toEqual(new Set([2, 1000]));
  });
});

describe("names that Kubernetes does not take", () => {
  it("are errors, for namespaces, label keys and label values", () => {
    const emission = emit(
      small([allow("a", "b")], { namespaces: ["Shop"], groups: { a: { match: "app_=a" }, b: { match: `app=${"x".repeat(64)}` } } }),
    );
    const found = emission.diagnostics.filter(({ code }) => code === "CTV5109");
    expect(found.map(({ severity, message }) => `${severity} ${message.split(":")[0]}`)).toEqual([
      'error "Shop" cannot be a Kubernetes namespace',
      'error "app_" cannot be a Kubernetes label key',
      `error "${"x".repeat(64)}" cannot be a Kubernetes label value`,
    ]);
  });
});
