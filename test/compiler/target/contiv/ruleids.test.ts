import { describe, expect, it } from "@jest/globals";
import { identified } from "../../../../compiler/target/contiv/emit/ruleids.js";
import type { ContivRule } from "../../../../compiler/target/contiv/emit/strata.js";

function rule(group: string, ports: readonly number[], more: Partial<ContivRule> = {}): ContivRule {
  const match = { own: "web", direction: "in", remote: { kind: "group", group } } as const;
  return { match, protocol: "tcp", ports, action: "allow", priority: 2, part: "open", ...more };
}

const idsOf = (...rules: readonly ContivRule[]): readonly string[] =>
  identified(rules).flatMap(({ before, own, after }) => own.map((id) => `${before}${id}${after}`));

describe("ids of a policy's rules", () => {
  it("differ by port, other end and purpose", () => {
    expect(idsOf(rule("app", [80, 443]), rule("db", [80]), rule("app", [0], { part: "return" }))).toEqual([
      "default.in.app.tcp-80.open",
      "default.in.app.tcp-443.open",
      "default.in.db.tcp-80.open",
      "default.in.app.tcp.return",
    ]);
  });

  it("get a number where they would be alike", () => {
    expect(idsOf(rule("app", [80]), rule("app", [80, 81]), rule("app", [80]))).toEqual([
      "default.in.app.tcp-80.open",
      "default.in.app.tcp-80.open-2",
      "default.in.app.tcp-81.open",
      "default.in.app.tcp-80.open-3",
    ]);
  });

  it("get a number where two rules alone would be alike, and none where they differ by their purpose", () => {
    expect(idsOf(rule("app", [80]), rule("app", [80]))).toEqual(["default.in.app.tcp-80.open", "default.in.app.tcp-80.open-2"]);
    expect(idsOf(rule("app", [80]), rule("app", [80], { part: "return" }))).toEqual(["default.in.app.tcp-80.open", "default.in.app.tcp-80.return"]);
  });

  it("are cut to what netmaster takes, and stay apart", () => {
    const long = "g".repeat(63);
    const ids = idsOf(rule(long, [80, 8080]), rule(long, [80]));
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id.length).toBeLessThanOrEqual(64);
  });
});
