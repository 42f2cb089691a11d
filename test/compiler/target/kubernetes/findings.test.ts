import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { check } from "../../../../compiler/compile.js";
import { kubernetesDiagnostics, machinesDefault } from "../../../../compiler/diagnostics/kubernetes.js";
import { kubernetes } from "../../../../compiler/target/kubernetes/kubernetes.js";
import { allow, makePolicy, universeOf } from "../../../support/policy.js";

describe.each(kubernetesDiagnostics)("$code $title", ({ code, severity, example }) => {
  it("is what its example and its fixture cause, and nothing else of this target but what any network causes", () => {
    for (const text of [example, readFileSync(`test/fixtures/diagnostics/${code}/main.ctv`, "utf8")]) {
      const checked = check({ entries: ["main.ctv"], read: (id) => (id === "main.ctv" ? { text } : undefined) });
      expect(checked.diagnostics.filter((diagnostic) => diagnostic.severity === "error")).toEqual([]);
      if (checked.universe === undefined) throw new Error("the example does not compile");
      const found = kubernetes.emit(checked.universe, { flavour: "network-policy" }).diagnostics;
      expect(found.map((diagnostic) => diagnostic.code).filter((other) => other === code || other !== machinesDefault.code)).toEqual([code]);
      expect(found.find((diagnostic) => diagnostic.code === code)).toMatchObject({ severity, target: "kubernetes", span: { file: "main.ctv" } });
    }
  });
});

describe("a loss", () => {
  it("names the rule, its place, one flow that can exist, and all flows as a set", () => {
    const sketch = {
      tenants: [
        {
          name: "t",
          groups: { a: { match: "app=a" }, b: { match: "app=b" } },
          policies: [{ name: "p", rules: [allow("a", "b", "icmp/8, tcp/80", { name: "ping" })] }],
        },
      ],
    };
    const emission = kubernetes.emit(universeOf(makePolicy(sketch)), { flavour: "network-policy" });
    expect(emission.diagnostics).toHaveLength(1);
    const [loss] = emission.losses ?? [];
    expect(loss.diagnostic).toBe(emission.diagnostics[0]);
    expect(loss.diagnostic).toMatchObject({ code: "CTV5101", rule: "t/p/ping", span: { file: "policy.ctv" } });
    expect(loss.diagnostic.flow).toBe("t[app=a]@10.0.0.1 -> t[app=b]@10.0.0.2 : icmp/8");
    expect(loss).toMatchObject({ tenant: "t", outcome: "deny" });
    expect(loss.flows.map((box) => box.service)).toEqual([[65536 + 8 * 256, 65536 + 8 * 256 + 255]]);
  });

  it("of a default is told as `tenant/default`", () => {
    const sketch = { tenants: [{ name: "t", networks: { net: "10.0.0.0/24" }, groups: { a: { match: "app=a" } }, policies: [] }] };
    const [loss] = kubernetes.emit(universeOf(makePolicy(sketch)), { flavour: "network-policy" }).losses ?? [];
    expect(loss).toMatchObject({ outcome: "allow", diagnostic: { code: "CTV5105", rule: "t/default" } });
  });

  it("is none where pods fill the networks", () => {
    const sketch = {
      tenants: [
        {
          name: "t",
          networks: { net: "10.0.0.0/24" },
          groups: { a: { match: "app=a" } },
          policies: [{ name: "p", rules: [allow("world", "a", "tcp/80")] }],
        },
      ],
    };
    expect(kubernetes.emit(universeOf(makePolicy(sketch), "10.0.0.0/16"), { flavour: "network-policy" }).diagnostics).toEqual([]);
  });
});
