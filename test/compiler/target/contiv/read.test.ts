/** The reader on objects that were edited by hand: what netmaster refuses, what the agent loses, what has no order. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readContiv } from "../../../../compiler/target/contiv/read/read.js";
import type { Artefact } from "../../../../compiler/target/target.js";
import { parseAddress } from "../../../../compiler/space/address.js";
import type { Flow } from "../../../../compiler/space/flows.js";
import { decidingEntry } from "../../../../compiler/verify/checkpoint.js";
import { compare } from "../../../../compiler/verify/compare.js";
import { allow, makePolicy, universeOf } from "../../../support/policy.js";
import { passes } from "./agreement.js";
import { emittedRules, sketch } from "./emitted.js";

const universe = universeOf(makePolicy(sketch([])));

type Fields = Readonly<Record<string, string | number | readonly string[]>>;

function object(path: string, body: Fields): Artefact {
  return { path: `tenants/t/${path}.json`, text: JSON.stringify({ tenantName: "t", ...body }) };
}

const ground: readonly Artefact[] = [
  object("tenant", {}),
  object("networks/net", { networkName: "net", encap: "vxlan", subnet: "10.0.0.0/24" }),
  object("policies/p", { policyName: "p" }),
  ...["a", "b"].map((groupName) =>
    object(`endpointGroups/${groupName}`, { groupName, networkName: "net", ...(groupName === "b" ? { policies: ["p"] } : {}) }),
  ),
];

const rule = (ruleId: string, body: Fields): Artefact =>
  object(`rules/p/${ruleId}`, { policyName: "p", ruleId, direction: "in", protocol: "", action: "deny", ...body });

function problems(...more: readonly Artefact[]): readonly string[] {
  return readContiv([...ground, ...more], universe).problems.map(({ path, message }) => `${path.split("/").slice(-1)[0]}: ${message}`);
}

function flow(from: string, to: string, protocol: number, port: number): Flow {
  const end = (app: string): Flow["source"] => {
    const at = parseAddress(app === "outside" ? "198.51.100.9" : "10.0.0.9");
    if (at === undefined) throw new Error("no address");
    return app === "outside" ? { labels: {}, address: at } : { namespace: "t", labels: { app }, address: at };
  };
  return { source: end(from), destination: end(to), protocol, detail: port };
}

describe("what does not read", () => {
  it.each([
    ["no JSON", { path: "tenants/t/rules/p/x.json", text: "{" }, "not a JSON object"],
    ["an unknown field", rule("x", { comment: "y" }), "comment is not a field of rule"],
    ["a bad name", rule("x_y", {}), "ruleId string invalid format"],
    ["a priority out of bounds", rule("x", { priority: 101 }), "priority value out of bound"],
    ["an unknown group", rule("x", { fromEndpointGroup: "z" }), "endpoint group not found"],
    ["an unknown policy", rule("x", { policyName: "q" }), "Policy not found"],
    ["to in an incoming rule", rule("x", { toEndpointGroup: "a" }), "can not specify 'to' parameters"],
    ["from in an outgoing rule", rule("x", { direction: "out", fromIpAddress: "10.0.0.1" }), "can not specify 'from' parameters"],
    ["two selectors", rule("x", { fromNetwork: "net", fromIpAddress: "10.0.0.1" }), "can not specify fromNetwork and another selector"],
    ["a range of addresses", rule("x", { fromIpAddress: "10.0.0.1-20" }), "the rule is not enforced"],
    ["an address of its own end", rule("x", { toIpAddress: "10.0.0.1" }), "needs an endpoint with that address"],
  ])("%s", (_name, artefact, message) => {
    expect(problems(artefact).join()).toContain(message);
  });

  it("a rule from a network whose subnet is a range", () => {
    const range = object("networks/range", { networkName: "range", encap: "vxlan", subnet: "10.0.1.10-10.0.1.20/24" });
    expect(problems(range, rule("x", { fromNetwork: "range" })).join()).toContain("the rule is not enforced");
  });

  it("a group without its network or policy", () => {
    const lost = object("endpointGroups/z", { groupName: "z", networkName: "nowhere", policies: ["none"] });
    expect(problems(lost).join()).toMatch(/network is not there.*policy none is not there/);
  });

  it("two objects of one key", () => {
    expect(problems(object("policies/again", { policyName: "p" })).join()).toContain("policy t:p is in tenants/t/policies/p.json too");
  });

  it("two rules that are one flow, also by mask and across directions", () => {
    const one = rule("1", { fromIpAddress: "10.0.0.0/24" });
    expect(problems(one, rule("2", { fromIpAddress: "10.0.0.5/24" })).join()).toContain("becomes the same flow");
    expect(problems(rule("1", { protocol: "icmp", port: 1 }), rule("2", { protocol: "icmp", port: 2 })).join()).toContain("becomes the same flow");
  });

  it("two rules of one priority that disagree", () => {
    expect(problems(rule("1", {}), rule("2", { protocol: "tcp", port: 80, action: "allow" })).join()).toContain(
      "which allows some of the same packets",
    );
    expect(problems(rule("1", {}), rule("2", { protocol: "tcp", port: 80, action: "allow", priority: 2 }))).toEqual([]);
  });
});

describe("what it makes of rules", () => {
  const decide = (rules: readonly Artefact[], asked: Flow): readonly [boolean, boolean] => {
    const reading = readContiv([...ground, ...rules], universe);
    expect(reading.problems).toEqual([]);
    return [passes(reading.checkpoints, asked).allowed, passes(reading.replies, asked).allowed];
  };

  it("allows what no rule matches", () => {
    expect(decide([], flow("a", "b", 6, 80))).toEqual([true, true]);
  });

  it("`tcp` without a port holds opening packets alone", () => {
    const deny = [rule("1", { protocol: "tcp" })];
    expect(decide(deny, flow("a", "b", 6, 80))).toEqual([false, true]);
    expect(decide(deny, flow("b", "a", 6, 80))).toEqual([true, true]);
    expect(decide(deny, flow("a", "b", 17, 80))).toEqual([true, true]);
  });

  it("`6` without a port holds every packet, replies too", () => {
    expect(decide([rule("1", { protocol: "6" })], flow("b", "a", 6, 80))).toEqual([true, false]);
  });

  it("`tcp` with a port is two rules, `6` with a port is one", () => {
    const floor = [rule("1", {}), rule("2", { direction: "out" })];
    expect(decide([...floor, rule("3", { protocol: "tcp", port: 80, action: "allow", priority: 2 })], flow("a", "b", 6, 80))).toEqual([true, true]);
    expect(decide([...floor, rule("3", { protocol: "6", port: 80, action: "allow", priority: 2 })], flow("a", "b", 6, 80))).toEqual([true, false]);
  });

  it("without a protocol the port is not looked at", () => {
    expect(decide([rule("1", { port: 80 })], flow("a", "b", 6, 81))[0]).toBe(false);
  });

  it("filters nothing that comes from outside, but what is answered", () => {
    expect(decide([rule("1", {})], flow("outside", "b", 6, 80))).toEqual([true, true]);
    expect(decide([rule("1", { direction: "out" })], flow("outside", "b", 6, 80))).toEqual([true, false]);
  });
});

describe("rules that differ in their ports alone", () => {
  const ranged = emittedRules([allow("a", "b", "tcp/80-83")]);
  const { artefacts } = ranged;
  /** The folder with the rules for some of the ports made to deny. */
  const edited = (ports: readonly number[]): readonly Artefact[] =>
    artefacts.map(({ path, text }) =>
      ports.some((port) => text.includes(`"port": ${port},`))
        ? { path, text: text.replace('"action": "allow"', '"action": "deny"') }
        : { path, text },
    );
  const denying = (ports: readonly number[]) =>
    compare(ranged.universe, readContiv(edited(ports), ranged.universe), ranged.losses).filter(({ kind }) => kind === "target-denies");

  it("are one box of a table", () => {
    const few = emittedRules([allow("a", "b", "tcp/80-81")]);
    const boxes = (project: typeof few) =>
      readContiv(project.artefacts, project.universe).checkpoints[0].entries.flatMap(({ flows }) => flows).length;
    expect(artefacts.length).toBeGreaterThan(few.artefacts.length);
    expect(boxes(ranged)).toBe(boxes(few));
  });

  it("are told apart where one is asked for", () => {
    const [table] = readContiv(artefacts, ranged.universe).checkpoints;
    for (const port of [80, 82]) {
      const by = decidingEntry(table, flow("a", "b", 6, port))?.by ?? "";
      expect(artefacts.find(({ path }) => by.includes(`${path} `))?.text).toContain(`"port": ${port},`);
    }
  });

  it("are told apart where one decides otherwise", () => {
    expect(denying([])).toEqual([]);
    const [found] = denying([82]);
    expect(found.flow.detail).toBe(82);
    expect(artefacts.find(({ path }) => found.by.includes(path))?.text).toContain('"port": 82,');
  });

  it("are the same rules wherever they lie", () => {
    const fields = fc.record({
      fromEndpointGroup: fc.constantFrom("a", ""),
      protocol: fc.constantFrom("tcp", "6", "udp", "icmp"),
      port: fc.constantFrom(0, 80, 81, 82, 40000),
      priority: fc.constantFrom(1, 2),
      action: fc.constantFrom("allow", "deny"),
    });
    const points = [6, 17, 1].flatMap((protocol) => [80, 81, 82, 83, 40000].map((port) => [protocol, protocol === 1 ? 0 : port] as const));
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (bodies, order) => {
        const rules = bodies.map((body, at) => rule(`r${at}`, body));
        const places = new Map(rules.map((artefact) => [artefact, order.next().value ?? 0]));
        const shuffled = [...rules].sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
        const decided = (folder: readonly Artefact[]) => {
          const reading = readContiv([...ground, ...folder], universe);
          const verdicts = ["a", "outside"].flatMap((from) =>
            points.map(([protocol, port]) => passes([...reading.checkpoints, ...reading.replies], flow(from, "b", protocol, port)).allowed),
          );
          return { problems: reading.problems.length, verdicts: reading.problems.length === 0 ? verdicts : [] };
        };
        expect(decided(shuffled)).toEqual(decided(rules));
      }),
    );
  });
});
