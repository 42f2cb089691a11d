/** Binding step by step gives the flows that binding at once gives, and touches no more than it must. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { allEnds } from "../../../compiler/space/ends.js";
import { bindNode } from "../../../compiler/target/openflow/bind/bind.js";
import type { Endpoint, InventoryNode } from "../../../compiler/target/openflow/bind/inventory.js";
import { cookieKinds } from "../../../compiler/target/openflow/flow.js";
import { buildProgram } from "../../../compiler/target/openflow/build.js";
import type { Program } from "../../../compiler/target/openflow/program.js";
import { makeBinder } from "../../../runtime/agent/binder.js";
import type { BindInput } from "../../../runtime/agent/binder.js";
import { encodeFlow } from "../../../runtime/openflow/flows.js";
import { encodeGroup } from "../../../runtime/openflow/groups.js";
import { allow, makePolicy, universeOf } from "../../support/policy.js";
import type { RuleSketch } from "../../support/policy.js";

function programOf(rules: readonly RuleSketch[], fabric: Partial<Program["fabric"]> = {}, groups = 2): Program {
  const policy = makePolicy({
    tenants: [
      {
        name: "shop",
        networks: { net: "10.1.0.0/24, fd00::/64" },
        groups: {
          web: { match: "app=web", in: "net" },
          db: { match: "app=db", in: "net" },
          ...(groups > 2 ? { cache: { match: "app=cache" } } : {}),
        },
        policies: [{ name: "p", rules }],
      },
      {
        name: "lab",
        networks: { net: "10.1.0.0/24" },
        groups: { web: { match: "app=web", in: "net" } },
        policies: [{ name: "p", rules: [allow("web", "web")] }],
      },
    ],
  });
  const { program } = buildProgram(universeOf(policy));
  if (program === undefined) throw new Error("no program");
  const networks = program.networks.map((network, index) => ({ ...network, encap: "vxlan" as const, tag: 100 + index }));
  return { ...program, networks, fabric: { ...program.fabric, ...fabric } };
}

const rules = [allow("web", "db", "tcp/5432"), allow("world", "web", "tcp/80")];
const profile = { tenant: 1, group: "web", name: "gold", include: allEnds, except: [] };
const programs: readonly Program[] = [
  programOf(rules),
  programOf([...rules, allow("db", "db")]),
  programOf(rules, { forwarding: "routing", arp: "flood" }),
  programOf([...rules, allow("cache", "db")], {}, 3),
  { ...programOf(rules), profiles: [{ ...profile, dscp: 46, rate: 1000, burst: 80 }] },
  { ...programOf(rules), profiles: [{ ...profile, dscp: 10 }] },
];
const nodes: readonly (readonly InventoryNode[])[] = [
  [{ name: "a", address: "192.0.2.1", tunnel: 8, uplink: 9 }],
  [
    { name: "a", address: "192.0.2.1", tunnel: 8, uplink: 9 },
    { name: "b", address: "192.0.2.2", tunnel: 8 },
  ],
  [
    { name: "b", address: "192.0.2.7" },
    { name: "a", address: "192.0.2.1", tunnel: 8, uplink: 9 },
  ],
];

const anyEndpoint: fc.Arbitrary<Endpoint> = fc
  .record({
    number: fc.nat({ max: 9 }),
    node: fc.constantFrom("a", "b"),
    // Few addresses, so that some are had twice; some wrong ones.
    last: fc.nat({ max: 6 }),
    namespace: fc.constantFrom("shop", "lab", undefined),
    app: fc.constantFrom("web", "db", "cache", "none"),
    wrong: fc.constantFrom("", "", "", "", "mac", "address"),
  })
  .map(({ number, node, last, namespace, app, wrong }) => ({
    name: `e${number}`,
    node,
    port: number + 10,
    mac: wrong === "mac" ? "02:" : `02:00:00:00:00:0${number}`,
    addresses: wrong === "address" ? ["10.1.0"] : [`10.1.0.${last}`, `fd00::${last}`],
    labels: { app },
    ...(namespace === undefined ? {} : { namespace }),
  }));

const anyInput: fc.Arbitrary<Omit<BindInput, "generation">> = fc.record({
  program: fc.constantFrom(...programs),
  nodes: fc.constantFrom(...nodes),
  node: fc.constant("a"),
  endpoints: fc.uniqueArray(anyEndpoint, { maxLength: 7, selector: ({ name }) => name }),
});

/** As the binder has them, from `bindNode`: of flows in one place the first counts. */
function flowsAtOnce(input: Omit<BindInput, "generation">): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const flow of bindNode(input.program, input, input.node).flows) {
    const wire = encodeFlow(flow, 0);
    if (!table.has(wire.place)) table.set(wire.place, `${wire.instructions} ${wire.cookie.high >>> 16} ${wire.cookie.low}`);
  }
  return table;
}

const texts = (wanted: ReturnType<typeof makeBinder>["wanted"]): ReadonlyMap<string, string> =>
  new Map([...wanted].map(([key, { instructions, cookie }]) => [key, `${instructions} ${cookie.high >>> 16} ${cookie.low}`]));

describe("the binder", () => {
  it("has the flows, groups and problems of bindNode after any updates, and names each change", () => {
    fc.assert(
      fc.property(fc.array(anyInput, { minLength: 1, maxLength: 6 }), (inputs) => {
        const binder = makeBinder();
        let shadow: ReadonlyMap<string, string> = new Map();
        inputs.forEach((input, index) => {
          const { touched: named, groups, problems } = binder.update({ ...input, generation: index + 1 });
          const touched = named();
          const now = texts(binder.wanted);
          expect(now).toEqual(flowsAtOnce(input));
          for (const key of new Set([...shadow.keys(), ...now.keys()]))
            if (shadow.get(key) !== now.get(key)) expect(touched === undefined || touched.has(key)).toBe(true);
          const bound = bindNode(input.program, input, input.node);
          expect(groups).toEqual(bound.groups.map(encodeGroup));
          expect(binder.policing()).toEqual(bound.policing);
          expect(problems.map(({ message }) => message).sort()).toEqual(bound.problems.map(({ message }) => message).sort());
          shadow = now;
        });
      }),
      { numRuns: 30 },
    );
  });

  const endpoint = (number: number, app: string): Endpoint => ({
    name: `e${number}`,
    node: number % 2 === 0 ? "a" : "b",
    port: number,
    mac: `02:00:00:00:00:${(number % 256).toString(16).padStart(2, "0")}`,
    addresses: [`10.1.0.${number}`],
    namespace: "shop",
    labels: { app },
  });
  const many = Array.from({ length: 200 }, (_, index) => endpoint(index + 1, "web"));
  const input = (endpoints: readonly Endpoint[], program = programs[0], generation = 1): BindInput => ({
    program,
    generation,
    nodes: nodes[1],
    node: "a",
    endpoints,
  });

  it("touches the flows of one endpoint when one changes", () => {
    const binder = makeBinder();
    binder.update(input(many));
    expect(binder.update(input(many)).touched()?.size).toBe(0);
    expect(binder.update(input(many.map((entry) => ({ ...entry })))).touched()?.size).toBe(0);
    expect(binder.update(input(many.map((entry, index) => (index === 7 ? endpoint(8, "db") : entry)))).touched()?.size).toBeLessThanOrEqual(4);
    expect(binder.update(input(many.slice(1))).touched()?.size).toBeLessThanOrEqual(16);
  });

  it("touches the flows of a node's endpoints when the node moves, and no others", () => {
    const binder = makeBinder();
    binder.update(input(many));
    const [own, other] = nodes[1];
    const elsewhere = { ...input(many), nodes: [own, { ...other, address: "192.0.2.9" }, { name: "c" }] };
    const changed = binder.update(elsewhere);
    expect([...changed.endpoints].every((name) => Number(name.slice(1)) % 2 === 1)).toBe(true);
    expect(changed.endpoints.size).toBe(100);
    expect(binder.update({ ...elsewhere, nodes: [own, { ...other, address: "192.0.2.9" }] }).touched()?.size).toBe(0);
  });

  it("leaves endpoints alone when only rules change", () => {
    const binder = makeBinder();
    binder.update(input(many));
    const { touched } = binder.update(input(many, programs[1], 2));
    const ofEndpoints = [...(touched() ?? [])].filter((key) => cookieKinds.endpoint === (((binder.wanted.get(key)?.cookie.high ?? 0) >>> 16) & 0xff));
    expect(ofEndpoints).toEqual([]);
    expect(touched()?.size).toBeGreaterThan(0);
  });

  it("has the flows of bindNode where many endpoints are alike", () => {
    for (const program of programs) {
      for (const list of nodes) {
        const alike = Array.from({ length: 40 }, (_, index): Endpoint => ({
          ...endpoint(index + 1, index % 3 === 0 ? "db" : "web"),
          // Values that are also elsewhere in a flow, and addresses that others have.
          port: index + 1,
          addresses: [`10.1.0.${index < 38 ? index : 1}`, `fd00::${index}`, ...(index % 5 === 0 ? [`10.2.0.${index}`] : [])],
          namespace: index % 7 === 0 ? "lab" : "shop",
        }));
        const binder = makeBinder();
        const at = { program, nodes: list, node: "a", endpoints: alike };
        binder.update({ ...at, generation: 1 });
        expect(texts(binder.wanted)).toEqual(flowsAtOnce(at));
      }
    }
  });

  it("has the flows of bindNode where addresses of one endpoint are in groups of their own", () => {
    const policy = makePolicy({
      tenants: [
        {
          name: "shop",
          networks: { low: "10.1.0.0/24", high: "10.2.0.0/24" },
          groups: { near: { match: "app=web", in: "low" }, far: { match: "app=web", in: "high" } },
          policies: [{ name: "p", rules: [allow("near", "far", "tcp/80"), allow("far", "far", "tcp/81")] }],
        },
      ],
    });
    const { program: built } = buildProgram(universeOf(policy));
    if (built === undefined) throw new Error("no program");
    // Workloads of two groups in networks of their own could be nowhere.
    const program = { ...built, impossible: [] };
    // The first ones of a shape are those that its stencil is made of.
    const block = (number: number, address: number): number => (number > 6 && address === number % 2 ? 2 : 1);
    const endpoints = Array.from({ length: 12 }, (_, index): Endpoint => ({
      ...endpoint(index * 2 + 1, "web"),
      addresses: [0, 1].map((address) => `10.${block(index, address)}.0.${index * 2 + address + 1}`),
    }));
    const binder = makeBinder();
    const at = { program, nodes: nodes[1], node: "a", endpoints };
    binder.update({ ...at, generation: 1 });
    expect(texts(binder.wanted)).toEqual(flowsAtOnce(at));
    expect(
      new Set(
        endpoints.map(({ addresses: [text] }) =>
          binder
            .endpointsAt(text)[0]
            .addresses.map(({ classes }) => classes.join())
            .join("|"),
        ),
      ).size,
    ).toBe(3);
  });

  it("makes everything anew after a round that was left", () => {
    const binder = makeBinder();
    binder.update(input(many.slice(0, 3)));
    const elsewhere = { ...input(many), nodes: [{ ...nodes[1][0], tunnel: 7 }] };
    binder.round(elsewhere).next();
    binder.update(input(many.slice(0, 5)));
    expect(texts(binder.wanted)).toEqual(flowsAtOnce(input(many.slice(0, 5))));
  });

  it("knows who has an address", () => {
    const binder = makeBinder();
    binder.update(input([...many.slice(0, 2), { ...endpoint(3, "db"), addresses: ["10.1.0.1"], namespace: "lab" }]));
    expect(binder.endpointsAt("10.1.0.1").map((entry) => entry.endpoint.name)).toEqual(["e1", "e3"]);
    expect(binder.endpointsAt("10.1.0.9")).toEqual([]);
  });

  it("refuses a node that is not there", () => {
    expect(() => makeBinder().update({ ...input([]), node: "c" })).toThrow("the inventory has no node c");
  });
});
