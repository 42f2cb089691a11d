/** What Contiv cannot say is told once for a rule, with a flow. */
import { describe, expect, it } from "@jest/globals";
import { allow, deny } from "../../../support/policy.js";
import type { RuleSketch } from "../../../support/policy.js";
import { emittedRules } from "./emitted.js";

/** Codes of findings about rules, with their flows. */
function told(rules: readonly RuleSketch[], more: Parameters<typeof emittedRules>[1] = {}): readonly string[] {
  return emittedRules(rules, more)
    .diagnostics.filter(({ rule }) => rule !== undefined)
    .map(({ code, rule, flow }) => `${code} ${rule ?? ""}${flow === undefined ? "" : `: ${flow}`}`);
}

describe("findings", () => {
  it.each([
    ["nothing for TCP between groups", [allow("a", "b", "tcp/80"), deny("a", "c", "tcp/22")], []],
    ["the way back of UDP", [allow("a", "b", "udp/53")], ["CTV5209 t/p/1: t[app=b]@10.0.0.1 -> t[app=a]@10.0.0.2 : udp/0"]],
    ["the way back of every service", [allow("a", "b")], ["CTV5209 t/p/1: t[app=b]@10.0.0.1 -> t[app=a]@10.0.0.2 : ip/0"]],
    ["no way back to outside, which is not filtered", [allow("a", "198.51.100.0/24", "udp/53")], []],
    ["no way back where the rule itself goes both ways", [allow("a", "a", "icmp")], []],
    ["a deny from outside", [deny("198.51.100.0/24", "a", "tcp/22")], ["CTV5202 t/p/1: @198.51.100.1 -> t[app=a]@10.0.0.1 : tcp/22"]],
    ["a deny from anywhere", [deny("any", "a", "tcp/22")], ["CTV5202 t/p/1: @10.0.0.1 -> t[app=a]@10.0.0.2 : tcp/22"]],
    ["ICMP types and SCTP ports", [allow("a", "a", "icmp/8, sctp/9")], ["CTV5208 t/p/1"]],
    ["replies lost to a deny", [deny("b", "a", "icmp"), allow("a", "b", "icmp")], ["CTV5210 t/p/2"]],
    [
      "UDP replies are not lost to a deny",
      [deny("b", "a"), allow("a", "b", "udp/53")],
      ["CTV5209 t/p/2: t[app=b]@10.0.0.1 -> t[app=a]@10.0.0.2 : udp/0"],
    ],
    ["clients' ports", [deny("a", "b", "tcp/40000"), allow("b", "a", "tcp/80")], ["CTV5212 t/p/1: t[app=b]@10.0.0.1 -> t[app=a]@10.0.0.2 : tcp/80"]],
    ["no clients' ports where nothing the other way is allowed", [deny("a", "b", "tcp/40000")], []],
    [
      "no way back that is open anyway",
      [allow("b", "a", "udp"), allow("a", "b", "udp/53")],
      ["CTV5209 t/p/1: t[app=a]@10.0.0.1 -> t[app=b]@10.0.0.2 : udp/0"],
    ],
    ["addresses on both sides", [allow("10.0.0.0/28", "10.0.0.0/28", "tcp/80")], ["CTV5213 t/p/1"]],
    ["logging", [allow("a", "b", "tcp/80", { log: true })], ["CTV5207 t/p/1"]],
  ])("%s", (_name, rules, expected) => {
    expect(told(rules)).toEqual(expected);
  });

  it("replies that a deny holds back where everything is allowed by default", () => {
    expect(told([deny("a", "b", "icmp")], { default: "allow" })).toEqual(["CTV5211 t/p/1: t[app=b]@10.0.0.1 -> t[app=a]@10.0.0.2 : icmp/0"]);
    expect(told([deny("a", "b", "tcp")], { default: "allow" })).toEqual([]);
  });

  it("the tenant as a whole: outside, IPv6, groups that overlap, groups without a network", () => {
    const groups = { a: { match: "app=a", in: "net" }, b: { match: "tier=b", in: "net" }, c: { match: "app=c", in: "none" } };
    const { codes } = emittedRules([allow("a", "b", "tcp/80")], { networks: { net: "10.0.0.0/24, fd00::/64" }, groups });
    expect([...new Set(codes)].sort()).toEqual(["CTV5201", "CTV5203", "CTV5206", "CTV5230", "CTV5234"]);
  });
});
