/** The reader against the reference evaluator: every flow that small policies can tell apart, and random larger policies. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isPossibleEnd } from "../../../../compiler/policy/universe.js";
import type { Universe } from "../../../../compiler/policy/universe.js";
import { flowInSet } from "../../../../compiler/space/flows.js";
import type { Flow } from "../../../../compiler/space/flows.js";
import { buildProgram } from "../../../../compiler/target/openflow/build.js";
import { emitOpenflow } from "../../../../compiler/target/openflow/emit.js";
import { plainDigest } from "../../../../compiler/target/openflow/hash.js";
import { sealProgram } from "../../../../compiler/target/openflow/json.js";
import { planRules } from "../../../../compiler/target/openflow/policytable.js";
import type { RuleForm } from "../../../../compiler/target/openflow/policytable.js";
import { policyText } from "../../../../compiler/target/openflow/policytext.js";
import { readOpenflow } from "../../../../compiler/target/openflow/read/read.js";
import type { Artefact, Checkpoint, Reading } from "../../../../compiler/target/target.js";
import { evaluate } from "../../../../compiler/verdict/evaluate.js";
import { podCidrs, policySketch } from "../../../support/arbitrary.js";
import { allow, deny, makePolicy, universeOf } from "../../../support/policy.js";
import { distinctEnds, interestingEnds, interestingFlows, sampleWorld, seenByPolicy, smallAlphabet, smallWorld } from "../../../support/worlds.js";

function artefactsOf(universe: Universe, form: RuleForm): readonly Artefact[] {
  const { program } = buildProgram(universe);
  if (program === undefined) throw new Error("no program");
  const sealed = sealProgram(program, plainDigest);
  return [
    { path: "policy.flows", text: policyText(sealed.program, planRules(sealed.program, form)) },
    { path: "program.json", text: sealed.text },
  ];
}

function decides(checkpoint: Checkpoint, flow: Flow): "allow" | "deny" {
  return checkpoint.entries.find((entry) => flowInSet(entry.flows, flow))?.action ?? checkpoint.otherwise;
}

/** The first flow that the reading decides otherwise than the evaluator. */
function disagreement(universe: Universe, reading: Reading): string | undefined {
  if (reading.problems.length > 0) return JSON.stringify(reading.problems[0]);
  const ends = distinctEnds(interestingEnds(universe), seenByPolicy(universe.policy));
  for (const flow of interestingFlows(universe, ends.slice(0, 40))) {
    const { outcome } = evaluate(universe.policy, flow);
    const read = reading.checkpoints.every((checkpoint) => decides(checkpoint, flow) === "allow");
    if (read !== (outcome !== "deny") && isPossibleEnd(universe, flow.source) && isPossibleEnd(universe, flow.destination)) {
      return `${outcome}: ${JSON.stringify(flow, (_, value: unknown) => (typeof value === "bigint" ? value.toString(16) : value))}`;
    }
  }
  return undefined;
}

const forms: readonly RuleForm[] = ["fewest", "product", "conjunction"];

describe("what was emitted, read back", () => {
  it.each(forms)("decides small policies as the evaluator does (%s)", (form) => {
    for (const sketch of sampleWorld(smallWorld(smallAlphabet, 2), 30)) {
      const universe = universeOf(makePolicy(sketch));
      expect({ sketch, found: disagreement(universe, readOpenflow(artefactsOf(universe, form))) }).toEqual({ sketch, found: undefined });
    }
  });

  it("decides larger policies as the evaluator does", () => {
    fc.assert(
      fc.property(policySketch({ tenants: 3, groups: 4 }), podCidrs, fc.constantFrom(...forms), (sketch, pods, form) => {
        const universe = universeOf(makePolicy(sketch), pods);
        expect(disagreement(universe, readOpenflow(artefactsOf(universe, form)))).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });
});

describe("many tenants", () => {
  it("are read with as many sets for each as for a few", () => {
    const tenants = Array.from({ length: 40 }, (_, at) => ({
      name: `t${at}`,
      networks: { net: `10.0.${at}.0/24` },
      groups: { web: { match: "app=web", in: "net" } },
      policies: [{ name: "main", rules: [allow("any", "web", "tcp/80")] }],
    }));
    const most = (count: number): number => {
      const universe = universeOf(makePolicy({ tenants: tenants.slice(0, count) }));
      const { checkpoints } = readOpenflow(artefactsOf(universe, "fewest"));
      return Math.max(...checkpoints.flatMap((checkpoint) => checkpoint.entries.map((entry) => entry.flows.length)));
    };
    expect(most(40)).toBe(most(3));
  });
});

describe("tables that were changed by hand", () => {
  const universe = universeOf(
    makePolicy({
      tenants: [
        {
          name: "shop",
          networks: { net: "10.1.0.0/24" },
          groups: { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "net" }, vm: { hosts: "192.0.2.1" } },
          policies: [
            {
              name: "main",
              rules: [
                deny("web", "vm"),
                allow("web, vm, 198.51.100.0/24", "db, vm, web", "tcp/5432, tcp/80, udp/53"),
                allow("world", "web", "tcp/8000-8100"),
              ],
            },
          ],
        },
      ],
      externals: { office: "198.51.100.0/24" },
    }),
  );
  const artefacts = emitOpenflow(universe, {}).artefacts;
  const changed = (from: string | RegExp, to: string): Reading => {
    const made = artefacts.map((artefact) => (artefact.path === "policy.flows" ? { ...artefact, text: artefact.text.replace(from, to) } : artefact));
    expect(made.map(({ text }) => text)).not.toEqual(artefacts.map(({ text }) => text));
    return readOpenflow(made);
  };

  it("are read without complaint when nothing was changed", () => {
    expect(disagreement(universe, readOpenflow(artefacts))).toBeUndefined();
  });

  it.each([
    ["a port", /tp_dst=5432/, "tp_dst=5433"],
    ["a part of a range", /^.*tcp,.*tp_dst=0x1f40\/0xffc0 .*$/m, ""],
    ["an action flow", /^.*conj_id=.*$/m, ""],
    ["a clause", /^.*conjunction\(.*$/m, ""],
    ["a deny", /,set_field:0x1\/0x1->reg0$/m, ""],
    ["a priority", /priority=1002/, "priority=900"],
    ["a tenant that is not asked", /resubmit\(,80\),/, ""],
    ["replies without a mark", /ct_state=\+rpl\+trk,ct_mark=0x1\/0x1/, "ct_state=+rpl+trk"],
    ["a prefix of a class", /nw_src=192\.0\.2\.1 /, "nw_src=192.0.2.2 "],
    ["a verdict without effect", /priority=300,cookie=\S+,reg0=0x1\/0x1 actions=drop/, "priority=300,reg0=0x1/0x1 actions=goto_table:100"],
    ["a flow that stands twice", /^(table=80,priority=100,.*)$/m, "$1\n$1"],
    ["a word that is no field", /tp_dst=5432/, "port=5432"],
  ])("show the difference: %s", (_, from, to) => {
    expect(disagreement(universe, changed(from, to))).toBeDefined();
  });

  it("are held against the program that they were made with", () => {
    const edit = (path: string, from: string | RegExp, to: string): Reading =>
      readOpenflow(artefacts.map((artefact) => (artefact.path === path ? { ...artefact, text: artefact.text.replace(from, to) } : artefact)));
    expect(edit("program.json", '"action":"deny"', '"action":"allow"').problems).toEqual([
      { path: "program.json", message: "program.json was changed after it was made: its digest is another" },
    ]);
    expect(edit("policy.flows", /program \S+/, "program fnv1a-64:0").problems).toEqual([
      { path: "policy.flows", line: 1, message: "policy.flows was not made together with program.json" },
    ]);
  });

  it("locate what they cannot read", () => {
    const { problems } = changed(/tp_dst=5432/, "tp_dst=70000");
    expect(problems).toEqual([{ path: "policy.flows", line: expect.any(Number), message: '"70000" is not a value of tp_dst' }]);
  });
});
