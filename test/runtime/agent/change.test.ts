/** How the switch is brought from one state to the next: a model of a switch that notes what came by which way. */
import { describe, expect, it } from "@jest/globals";
import { bindNode } from "../../../compiler/target/openflow/bind/bind.js";
import type { Endpoint } from "../../../compiler/target/openflow/bind/inventory.js";
import { buildProgram } from "../../../compiler/target/openflow/build.js";
import type { Action } from "../../../compiler/target/openflow/flow.js";
import { makeBinder } from "../../../runtime/agent/binder.js";
import type { BindInput } from "../../../runtime/agent/binder.js";
import { makeChanger } from "../../../runtime/agent/change.js";
import type { Changer } from "../../../runtime/agent/change.js";
import { makeShadow } from "../../../runtime/agent/shadow.js";
import type { Modification } from "../../../runtime/openflow/bundle.js";
import type { SwitchConnection } from "../../../runtime/openflow/connection.js";
import { encodeFlow, tableOf } from "../../../runtime/openflow/flows.js";
import type { WireFlow } from "../../../runtime/openflow/flows.js";
import { SwitchRefusal } from "../../../runtime/openflow/questions.js";
import { flowAfter } from "../../../runtime/reconcile/difference.js";
import { allow, makePolicy, universeOf } from "../../support/policy.js";

const { program } = buildProgram(
  universeOf(
    makePolicy({
      tenants: [
        {
          name: "shop",
          networks: { net: "10.0.0.0/8" },
          groups: { web: { match: "app=web", in: "net" } },
          policies: [{ name: "p", rules: [allow("web", "web")] }],
        },
      ],
    }),
  ),
);

const endpoint = (number: number): Endpoint => ({
  name: `e${number}`,
  node: "a",
  port: number,
  mac: `02:00:00:00:0${number >> 8}:${(number & 255).toString(16).padStart(2, "0")}`,
  addresses: [`10.0.${number >> 8}.${number & 255}`],
  namespace: "shop",
  labels: { app: "web" },
});

function inputOf(count: number): BindInput {
  if (program === undefined) throw new Error("no program");
  return { program, generation: 1, nodes: [{ name: "a" }], node: "a", endpoints: Array.from({ length: count }, (_, index) => endpoint(index + 1)) };
}

interface ModelSwitch {
  readonly flows: Map<string, WireFlow>;
  readonly connection: SwitchConnection;
  /** What came: `lane` and `bundle` with the tables of their flows. */
  readonly ways: { readonly way: "lane" | "bundle"; readonly commands: ReadonlySet<string>; readonly tables: ReadonlySet<number> }[];
  readonly changer: Changer;
  lanes: number;
  /** Refuses the change of a lane after so many. */
  refuseAfter: number;
  openFails: boolean;
}

function modelSwitch(present: readonly WireFlow[] = []): ModelSwitch {
  const flows = new Map(present.map((flow) => [flow.place, flow]));
  const make = (change: Modification): void => {
    if (change.kind === "group") return;
    const after = flowAfter(change, flows.get(change.flow.place));
    if (after === undefined) flows.delete(change.flow.place);
    else flows.set(change.flow.place, after);
  };
  const note = (way: "lane" | "bundle", changes: readonly Modification[]): void => {
    if (changes.length === 0) return;
    const commands = new Set(changes.map(({ command }) => command));
    model.ways.push({ way, commands, tables: new Set(changes.flatMap((change) => (change.kind === "flow" ? [tableOf(change.flow)] : []))) });
  };
  const unused = (): Promise<never> => Promise.reject(new Error("not used"));
  const base = {
    features: { datapathId: "1", tables: 254 },
    barrier: unused,
    limitPackets: unused,
    closed: new Promise<undefined>(() => undefined),
    close: () => undefined,
  };
  const lane = (): SwitchConnection => ({
    ...base,
    apply: unused,
    flows: unused,
    groups: unused,
    load: async (pieces) => {
      const made: Modification[] = [];
      for (const piece of pieces) {
        for (const change of piece) {
          if (model.refuseAfter-- === 0) throw new SwitchRefusal("the table is full");
          make(change);
          made.push(change);
        }
        await Promise.resolve();
      }
      note("lane", made);
    },
  });
  const connection: SwitchConnection = {
    ...base,
    load: (pieces) => connection.apply(pieces),
    apply: (pieces) => {
      const all = [...pieces].flat();
      all.forEach(make);
      note("bundle", all);
      return Promise.resolve();
    },
    flows: () => Promise.resolve([...flows.values()].map((flow) => ({ ...flow, packets: 0, bytes: 0, age: 0 }))),
    groups: () => Promise.resolve([]),
  };
  const openLane = (): Promise<SwitchConnection> => {
    model.lanes++;
    return model.openFails ? Promise.reject(new Error("no more connections")) : Promise.resolve(lane());
  };
  const model: ModelSwitch = {
    flows,
    connection,
    ways: [],
    changer: makeChanger(makeBinder(), makeShadow(), openLane),
    lanes: 0,
    refuseAfter: Infinity,
    openFails: false,
  };
  return model;
}

const wanted = (input: BindInput): readonly string[] =>
  bindNode(input.program, input, "a")
    .flows.map((flow) => encodeFlow(flow, 1).place)
    .sort();
const places = (model: ModelSwitch): readonly string[] => [...model.flows.keys()].sort();
const ignore = (): void => undefined;
const many = inputOf(700);
const flowOf = (priority: number, actions: readonly Action[]): WireFlow => ({
  ...encodeFlow({ table: 0, priority, match: [], actions, cookie: { kind: "pipeline", id: 0 } }, 0),
  cookie: { high: 1, low: 1 },
});

describe("an empty switch with many flows to come", () => {
  it("is barred, filled behind the first table over several connections, and opened by one bundle", async () => {
    const model = modelSwitch();
    await model.changer.read(model.connection);
    await model.changer.bind(model.connection, many, ignore);
    expect(places(model)).toEqual(wanted(many));
    const [bar, ...rest] = model.ways;
    expect([bar.way, [...bar.tables]]).toEqual(["bundle", [0]]);
    const lanes = rest.filter(({ way }) => way === "lane");
    expect(lanes.length).toBeGreaterThan(1);
    for (const { tables } of lanes) expect(tables.has(0)).toBe(false);
    expect(rest.filter(({ way }) => way === "bundle")).toHaveLength(1);
    expect(rest.at(-1)?.tables.has(0)).toBe(true);
  });

  it("is filled with the flows of endpoints that share addresses, and again by an agent that has bound them", async () => {
    const shared = { ...many, endpoints: many.endpoints.map((entry, index) => (index % 50 === 7 ? { ...entry, addresses: ["10.0.0.9"] } : entry)) };
    const model = modelSwitch();
    await model.changer.read(model.connection);
    await model.changer.bind(model.connection, shared, ignore);
    const filled = new Map(model.flows);
    const should = new Map<string, string>();
    for (const flow of bindNode(shared.program, shared, "a").flows) {
      const wire = encodeFlow(flow, 1);
      if (!should.has(wire.place)) should.set(wire.place, `${wire.instructions} ${wire.cookie.low}`);
    }
    expect(new Map([...filled].map(([place, flow]) => [place, `${flow.instructions} ${flow.cookie.low}`]))).toEqual(should);
    model.flows.clear();
    await model.changer.read(model.connection);
    const before = model.lanes;
    await model.changer.bind(model.connection, shared, ignore);
    expect(model.lanes).toBeGreaterThan(before);
    expect(new Map(model.flows)).toEqual(filled);
  });

  it.each([
    ["at once", () => Promise.resolve()],
    ["a moment later", () => new Promise<void>((resolve) => setTimeout(resolve, 1))],
  ])("is changed in a few flows when one endpoint goes %s", async (_, pause) => {
    const model = modelSwitch();
    await model.changer.read(model.connection);
    await model.changer.bind(model.connection, many, ignore);
    await pause();
    const fewer = { ...many, endpoints: many.endpoints.slice(1) };
    const { changes } = await model.changer.bind(model.connection, fewer, ignore);
    expect(places(model)).toEqual(wanted(fewer));
    expect(changes).toBe(wanted(many).length - wanted(fewer).length);
    expect((await model.changer.bind(model.connection, fewer, ignore)).changes).toBe(0);
  });

  it("is left with nothing but the bar when it refuses a flow, and takes everything when it no longer does", async () => {
    const model = modelSwitch();
    await model.changer.read(model.connection);
    model.refuseAfter = 2000;
    await expect(model.changer.bind(model.connection, many, ignore)).rejects.toThrow("the table is full");
    expect(places(model)).toEqual(["\0\0\0"]);
    model.refuseAfter = Infinity;
    await model.changer.bind(model.connection, many, ignore);
    expect(places(model)).toEqual(wanted(many));
  });

  it("is filled over its one connection where it gives no more", async () => {
    const model = modelSwitch();
    model.openFails = true;
    await model.changer.read(model.connection);
    await model.changer.bind(model.connection, many, ignore);
    expect(places(model)).toEqual(wanted(many));
    expect(model.ways.every(({ way }) => way === "bundle")).toBe(true);
  });

  it("loses what stood in the way of nothing of ours", async () => {
    const theirs = flowOf(7, [{ kind: "output", port: 3 }]);
    const model = modelSwitch([theirs]);
    await model.changer.read(model.connection);
    await model.changer.bind(model.connection, many, ignore);
    expect(model.lanes).toBeGreaterThan(0);
    expect(places(model)).toEqual([...wanted(many), theirs.place].sort());
  });
});

describe("any other switch", () => {
  const inOneBundle = async (model: ModelSwitch, input: BindInput): Promise<void> => {
    await model.changer.read(model.connection);
    model.ways.length = 0;
    await model.changer.bind(model.connection, input, ignore);
    expect(model.lanes).toBe(0);
    expect(model.ways.map(({ way }) => way)).toEqual(["bundle"]);
  };

  it("is changed in one bundle where its first table lets packets through", async () => {
    await inOneBundle(modelSwitch([flowOf(7, [{ kind: "resubmit", table: 80 }])]), many);
    await inOneBundle(modelSwitch([flowOf(7, [{ kind: "goto", table: 80 }])]), many);
  });

  it("is changed in one bundle where flows of ours are there", async () => {
    const model = modelSwitch();
    await model.changer.read(model.connection);
    await model.changer.bind(model.connection, inputOf(2), ignore);
    await inOneBundle(model, many);
    expect(places(model)).toEqual(wanted(many));
  });

  it("is changed in one bundle where there is little to do", () => inOneBundle(modelSwitch(), inputOf(3)));

  it("is as it was when a change fails, and brought to what is wanted after that", async () => {
    const model = modelSwitch();
    await model.changer.read(model.connection);
    await model.changer.bind(model.connection, inputOf(2), ignore);
    const before = places(model);
    const failing: SwitchConnection = {
      ...model.connection,
      apply: (pieces) => Promise.reject(new SwitchRefusal(`no to ${[...pieces].flat().length}`)),
    };
    await expect(model.changer.bind(failing, inputOf(5), ignore)).rejects.toThrow("no");
    expect(places(model)).toEqual(before);
    await model.changer.bind(model.connection, inputOf(5), ignore);
    expect(places(model)).toEqual(wanted(inputOf(5)));
    await model.changer.bind(model.connection, inputOf(2), ignore);
    expect(places(model)).toEqual(before);
  });

  it("is brought to what is wanted after a change of which the making stopped half way", async () => {
    const model = modelSwitch();
    await model.changer.read(model.connection);
    const breaking: SwitchConnection = {
      ...model.connection,
      apply: (pieces) => {
        const iterator = pieces[Symbol.iterator]();
        for (let count = 0; count < 5; count++) iterator.next();
        iterator.return?.();
        return Promise.reject(new Error("gone"));
      },
    };
    model.openFails = true;
    await model.changer.bind(model.connection, inputOf(1), ignore);
    await expect(model.changer.bind(breaking, { ...many, nodes: [{ name: "a", uplink: 9 }] }, ignore)).rejects.toThrow("gone");
    await model.changer.bind(model.connection, many, ignore);
    expect(places(model)).toEqual(wanted(many));
  });
});
