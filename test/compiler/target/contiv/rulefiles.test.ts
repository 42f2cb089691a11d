import { describe, expect, it } from "@jest/globals";
import { inOrderOfPath } from "../../../../compiler/target/contiv/emit/folder.js";
import { ruleFiles } from "../../../../compiler/target/contiv/emit/rulefiles.js";
import type { PolicyRules } from "../../../../compiler/target/contiv/emit/rulefiles.js";
import type { ContivRule } from "../../../../compiler/target/contiv/emit/strata.js";

const origin = { span: { file: "main.ctv", start: 0, end: 0 }, line: 3, column: 1 };

function rule(group: string, ports: readonly number[], more: Partial<ContivRule> = {}): ContivRule {
  const match = { own: "web", direction: "in", remote: { kind: "group", group } } as const;
  return { match, protocol: "tcp", ports, action: "allow", priority: 2, part: "open", ...more };
}

function pathsOf(...policies: readonly PolicyRules[]): readonly string[] {
  return inOrderOfPath([{ path: "tenants/t/tenant.json", text: "{}\n" }], ruleFiles("t", policies, origin).folders).map(({ path }) => path);
}

describe("files of rules", () => {
  it("are in order of path where ports grow by a digit", () => {
    const paths = pathsOf({ policy: "p.web", rules: [rule("db", [8, 9, 10, 11]), rule("app", [80])] });
    expect(paths).toHaveLength(6);
    expect(paths).toEqual(paths.toSorted());
  });

  it("are in order of path where one id begins as another does", () => {
    const paths = pathsOf({ policy: "p.web", rules: [rule("app", [80]), rule("app.tcp-8", [443])] });
    expect(paths).toHaveLength(3);
    expect(paths).toEqual(paths.toSorted());
  });

  it("are in order of path where the names of policies are not", () => {
    const paths = pathsOf({ policy: "p", rules: [rule("app", [1])] }, { policy: "p.web", rules: [rule("app", [1])] });
    expect(paths).toEqual([
      "tenants/t/rules/p.web/default.in.app.tcp-1.open.json",
      "tenants/t/rules/p/default.in.app.tcp-1.open.json",
      "tenants/t/tenant.json",
    ]);
  });

  it("have a step each, in the order of the rules", () => {
    const { folders, steps } = ruleFiles("t", [{ policy: "p.web", rules: [rule("db", [9, 10]), rule("app", [0])] }], origin);
    const plan: { readonly object: string }[] = JSON.parse(`[${steps.join(",")}]`);
    expect(plan.map(({ object }) => object.split("/").at(-1))).toEqual([
      "default.in.db.tcp-9.open.json",
      "default.in.db.tcp-10.open.json",
      "default.in.app.tcp.open.json",
    ]);
    const texts = folders.flatMap(({ artefacts }) => artefacts.map(({ path, text }) => [path.split("/").at(-1), JSON.parse(text)] as const));
    for (const [file, body] of texts) expect(file).toBe(`${body.ruleId}.json`);
    expect(texts.map(([, body]) => body.port)).toEqual([undefined, 10, 9]);
  });
});
