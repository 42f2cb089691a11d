/** The agent's explanation as it comes over the wire, and as people read it. */
import { describe, expect, it } from "@jest/globals";
import { explanationDecoder, explanationText } from "../../../cli/report/explanation.js";

const rule = { rule: "shop/p/a", text: "allow web -> db : tcp/5432", place: "shop.ctv:7", action: "allow", audit: false };
const way = { outputs: ["output:2"], rules: [rule], way: ["input", "guard", "forward"] };
const first = { generation: 3, arrives: "port 1" };
const textOf = (value: unknown): readonly string[] =>
  explanationText("web-1 -> db-1 : tcp/5432", explanationDecoder(JSON.parse(JSON.stringify(value)), "the answer"))
    .trimEnd()
    .split("\n");

describe("an explanation", () => {
  it("says the verdict, the rule and the way", () => {
    expect(textOf({ ...first, ...way, verdict: "allowed" })).toEqual([
      "web-1 -> db-1 : tcp/5432: allowed (generation 3; arrives by port 1, goes out by output:2)",
      "  shop.ctv:7: allow web -> db : tcp/5432",
      "    rule shop/p/a: allow",
      "  way: input > guard > forward",
    ]);
  });

  it("says what each provider of a service address makes of it", () => {
    const denied = { ...way, outputs: [], rules: [], verdict: "denied", address: "10.1.1.3", port: 5432 };
    const allowed = { ...way, verdict: "allowed", address: "10.1.1.2", port: 5432, endpoint: "shop/db-1" };
    expect(textOf({ ...first, outputs: [], rules: [], way: ["input", "service"], verdict: "mixed", providers: [allowed, denied] })).toEqual([
      "web-1 -> db-1 : tcp/5432: depends on the provider (generation 3; arrives by port 1)",
      "  a service address: the switch chooses a provider for each connection, and the policy is asked about that one",
      "  way: input > service",
      "  provider 10.1.1.2 (shop/db-1), port 5432: allowed, goes out by output:2",
      "    shop.ctv:7: allow web -> db : tcp/5432",
      "      rule shop/p/a: allow",
      "    way: input > guard > forward",
      "  provider 10.1.1.3, port 5432: denied",
      "    way: input > guard > forward",
    ]);
  });

  it("is refused where it is none", () => {
    expect(() => textOf({ ...first, ...way, verdict: "perhaps" })).toThrow("the answer");
    expect(() => textOf({ ...first, ...way, verdict: "mixed", providers: [{ address: "10.1.1.2" }] })).toThrow("the answer");
  });
});
