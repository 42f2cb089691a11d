/** Classes in registers, priorities, and the form of a rule's flows. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { flowsOfRule } from "../../../../compiler/policy/universe.js";
import { flowBoxesOverlap } from "../../../../compiler/space/flows.js";
import { buildProgram } from "../../../../compiler/target/openflow/build.js";
import { parseProgram, sealProgram, verifyDigest } from "../../../../compiler/target/openflow/json.js";
import { emitOpenflow } from "../../../../compiler/target/openflow/emit.js";
import { plainDigest } from "../../../../compiler/target/openflow/hash.js";
import { planRules, policyFlows, rulesFlows } from "../../../../compiler/target/openflow/policytable.js";
import { policyText } from "../../../../compiler/target/openflow/policytext.js";
import { tables } from "../../../../compiler/target/openflow/tables.js";
import type { RuleForm } from "../../../../compiler/target/openflow/policytable.js";
import type { Program } from "../../../../compiler/target/openflow/program.js";
import { flowKey, flowText } from "../../../../compiler/target/openflow/text.js";
import { policySketch } from "../../../support/arbitrary.js";
import { largePolicy } from "../../../support/large.js";
import { allow, deny, makePolicy, universeOf } from "../../../support/policy.js";
import type { GroupSketch, RuleSketch } from "../../../support/policy.js";

function programOf(groups: Readonly<Record<string, GroupSketch>>, rules: readonly RuleSketch[]): Program {
  const { program } = buildProgram(universeOf(makePolicy({ tenants: [{ name: "t", groups, policies: [{ name: "p", rules }] }] })));
  if (program === undefined) throw new Error("no program");
  return program;
}

describe("classes", () => {
  it("of disjoint groups share a field", () => {
    const names = Array.from({ length: 200 }, (_, index) => `g${index}`);
    const program = programOf(
      Object.fromEntries(names.map((name) => [name, { match: `app=${name}` }])),
      names.map((name) => allow(name, "world")),
    );
    expect(program.dimensions).toEqual([{ word: 0, offset: 0, width: 12 }]);
    expect(new Set(program.classes.map(({ value }) => value)).size).toBe(200);
  });

  it("of overlapping groups have a field each, as narrow as one bit", () => {
    const names = Array.from({ length: 100 }, (_, index) => `g${index}`);
    const program = programOf(
      Object.fromEntries(names.map((name) => [name, { match: `has ${name}` }])),
      names.map((name) => allow(name, "world")),
    );
    expect(program.dimensions.map(({ width }) => width)).toEqual(names.map(() => 1));
    expect(program.dimensions.every(({ offset, width }) => offset + width <= 32)).toBe(true);
  });

  it("are a diagnostic when they need more bits than there are", () => {
    const names = Array.from({ length: 129 }, (_, index) => `g${index}`);
    const groups = Object.fromEntries(names.map((name) => [name, { match: `has ${name}` }]));
    const built = buildProgram(
      universeOf(makePolicy({ tenants: [{ name: "t", groups, policies: [{ name: "p", rules: names.map((name) => allow(name, "world")) }] }] })),
    );
    expect(built.program).toBeUndefined();
    expect(built.diagnostics.map(({ code, severity }) => [code, severity])).toEqual([["CTV5301", "error"]]);
  });
});

describe("priorities", () => {
  it("order rules that can hold one flow, as the source does", () => {
    fc.assert(
      fc.property(policySketch({ tenants: 2, groups: 4, rules: 5 }), (sketch) => {
        const universe = universeOf(makePolicy(sketch));
        const { program } = buildProgram(universe);
        const priority = new Map(program?.rules.map((rule) => [rule.rule, rule.priority]));
        for (const tenant of universe.policy.tenants) {
          tenant.rules.forEach((later, index) => {
            for (const earlier of tenant.rules.slice(0, index)) {
              const overlap = flowsOfRule(universe, earlier).some((a) => flowsOfRule(universe, later).some((b) => flowBoxesOverlap(a, b)));
              if (overlap) expect(priority.get(earlier.id) ?? 0).toBeGreaterThan(priority.get(later.id) ?? 0);
            }
          });
        }
      }),
      { numRuns: 30 },
    );
  });

  it("are few where few rules overlap", () => {
    const { program } = buildProgram(universeOf(makePolicy(largePolicy({ rules: 1000, groups: 100, cidrs: 200, rulesPerPolicy: 100 }))));
    expect(Math.max(...(program?.rules ?? []).map(({ priority }) => priority))).toBeLessThan(1020);
  });

  it("move few flows when a rule comes in at the top", () => {
    const groups = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, { match: `app=${name}` }]));
    const rules = [
      allow("a", "b", "tcp/80", { name: "one" }),
      deny("b", "c", undefined, { name: "two" }),
      allow("b", "c, d", undefined, { name: "three" }),
    ];
    const before = new Set(policyFlows(programOf(groups, rules)).map(flowText));
    const after = policyFlows(programOf(groups, [allow("d", "a", "tcp/22", { name: "zero" }), ...rules])).map(flowText);
    expect(after.filter((flow) => !before.has(flow))).toHaveLength(2);
    expect(before.size).toBe(after.length - 2);
  });
});

describe("the flows of a rule", () => {
  const groups = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [name, { match: `app=${name}` }]));
  const count = (rule: RuleSketch, form: RuleForm): number => rulesFlows(programOf(groups, [rule]), form)[0].flows.length;

  it("are a product or a conjunction, whichever is less", () => {
    const lists = allow("a, b, c", "d, e, f", "tcp/80, tcp/443");
    expect([count(lists, "product"), count(lists, "conjunction"), count(lists, "fewest")]).toEqual([36, 11, 11]);
    const pair = allow("a, b", "c");
    expect([count(pair, "product"), count(pair, "conjunction"), count(pair, "fewest")]).toEqual([2, 2, 2]);
  });

  it("share clauses of one match and priority, and have no two flows of one key", () => {
    const rules = [allow("a, b", "c, d", "tcp/80, udp/53, sctp/9"), allow("a, b", "e, f", "tcp/80, udp/53, sctp/9")];
    const flows = policyFlows(programOf(groups, rules), "conjunction");
    expect(new Set(flows.map(flowKey)).size).toBe(flows.length);
    expect(flows.filter((flow) => flow.actions.length === 2 && flow.actions.every(({ kind }) => kind === "conjunction"))).toHaveLength(2 + 6);
  });

  it("have no two flows of one key in any policy", () => {
    fc.assert(
      fc.property(
        policySketch({ tenants: 3, groups: 5, rules: 6 }),
        fc.constantFrom("fewest" as const, "product" as const, "conjunction" as const),
        (sketch, form) => {
          const { program } = buildProgram(universeOf(makePolicy(sketch)));
          const keys = program === undefined ? [] : policyFlows(program, form).map(flowKey);
          expect(new Set(keys).size).toBe(keys.length);
        },
      ),
      { numRuns: 80 },
    );
  });

  it("are in policy.flows word for word, whether written from the flows or from their pieces", () => {
    fc.assert(
      fc.property(
        policySketch({ tenants: 2, groups: 5, rules: 6 }),
        fc.constantFrom("fewest" as const, "product" as const, "conjunction" as const),
        (sketch, form) => {
          const { program } = buildProgram(universeOf(makePolicy(sketch)));
          if (program === undefined) return;
          const lines = policyText(program, planRules(program, form)).split("\n");
          const written = lines.filter((line) => line.startsWith(`table=${tables.policy},`)).sort();
          expect(written).toEqual(policyFlows(program, form).map(flowText).sort());
        },
      ),
      { numRuns: 80 },
    );
  });

  it("match only what all three parts can be together: no ICMP over IPv6", () => {
    const texts = rulesFlows(programOf(groups, [allow("fd00::/8", "a", "icmp/8, icmp6/128")]))[0].flows.map(flowText);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain("icmp6,");
  });

  it("have no clauses for packets of a family that one of the parts has none of", () => {
    const rule = allow("10.0.0.0/8, 172.16.0.0/12, fd00::/8", "192.0.2.0/24, 198.51.100.0/24", "tcp/80, tcp/443");
    const texts = rulesFlows(programOf(groups, [rule]), "conjunction")[0].flows.map(flowText);
    expect(texts).toHaveLength(1 + 2 + 2 + 2);
    expect(texts.join()).not.toMatch(/ipv6|tcp6/);
  });
});

describe("a rule with very many flows", () => {
  const groups = { a: { match: "app=a" }, b: { match: "app=b" } };
  const reported = (ports: number): readonly (string | undefined)[] => {
    const service = Array.from({ length: ports }, (_, at) => `tcp/${2 * at + 1}`).join(", ");
    const { artefacts, diagnostics } = emitOpenflow(
      universeOf(makePolicy({ tenants: [{ name: "t", groups, policies: [{ name: "p", rules: [allow("10.0.0.0/8", "a", service)] }] }] })),
      {},
    );
    expect(artefacts[0].text.split("\n").filter((line) => line.includes("nw_src=10.0.0.0/8"))).toHaveLength(ports);
    return diagnostics.map(({ code, message }) => `${code} ${/\d+ flows/.exec(message)?.[0] ?? message}`);
  };

  it("is reported with their number, where there are more than 256", () => {
    expect([reported(256), reported(257)]).toEqual([[], ["CTV5304 257 flows"]]);
  });
});

describe("the program's text", () => {
  it("reads back as the same program, whose digest holds until something changes", () => {
    fc.assert(
      fc.property(policySketch({ tenants: 2, groups: 4 }), (sketch) => {
        const { program } = buildProgram(universeOf(makePolicy(sketch)));
        if (program === undefined) return;
        const sealed = sealProgram(program, plainDigest);
        const read = parseProgram(sealed.text);
        expect(sealProgram(read, plainDigest).text).toBe(sealed.text);
        expect(verifyDigest(sealed.text, plainDigest)).toBe(true);
        expect(verifyDigest(sealed.text.replace(/"word":\d/, '"word":9').replace("allow", "deny"), plainDigest)).toBe(
          !/"word"|allow/.test(sealed.text),
        );
        expect(policyFlows(read).map(flowText)).toEqual(policyFlows(program).map(flowText));
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ["{", /^not JSON/],
    ["[]", /"format" is not/],
    ['{"format":"ctv-policy-program","version":9}', /version 9 .* is not known/],
    ['{"format":"ctv-policy-program","version":1}', /"tenants" is not a list/],
  ])("is refused when it is none: %s", (text, message) => {
    expect(() => parseProgram(text)).toThrow(message);
  });
});
