/** Our wire client against a real switch: what we send is what `ovs-ofctl` would have sent, and what the switch gives back. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { flowText, groupText } from "../../../compiler/target/openflow/text.js";
import type { Flow } from "../../../compiler/target/openflow/flow.js";
import { greetSwitch } from "../../../runtime/openflow/connection.js";
import type { SwitchConnection } from "../../../runtime/openflow/connection.js";
import { cookieParts, encodeFlow, wireCookie } from "../../../runtime/openflow/flows.js";
import type { WireFlow } from "../../../runtime/openflow/flows.js";
import { encodeGroup } from "../../../runtime/openflow/groups.js";
import { SwitchRefusal } from "../../../runtime/openflow/questions.js";
import { openStream } from "../../../runtime/openflow/transport.js";
import { exampleTables } from "../../support/nodetables.js";
import { freePort } from "../../support/freeport.js";
import { missingSwitch, startSwitch } from "../../support/ovs.js";
import type { TestSwitch } from "../../support/ovs.js";
import { describeWhere } from "../../support/where.js";

const readable = ({ place, instructions, cookie }: WireFlow): string =>
  [Buffer.from(place, "latin1").toString("hex"), Buffer.from(instructions, "latin1").toString("hex"), cookie.high, cookie.low].join(" ");

const texts = (flows: readonly WireFlow[]): readonly string[] => flows.map(readable).sort();

describeWhere(missingSwitch(), "our OpenFlow client and a real switch", () => {
  let ovs: TestSwitch;
  let connection: SwitchConnection;
  const tables = exampleTables();

  beforeAll(async () => {
    ovs = await startSwitch();
    ovs.addBridge("br", 3);
    connection = await greetSwitch(await openStream({ kind: "unix", path: ovs.socket("br") }));
  });
  afterAll(async () => {
    connection.close();
    await ovs.stop();
  });

  const wipe = async (): Promise<void> => {
    const flows = await connection.flows();
    await connection.apply([flows.map((flow) => ({ kind: "flow", command: "delete", flow }))]);
    const groups = await connection.groups();
    await connection.apply([groups.map((group) => ({ kind: "group", command: "delete", group }))]);
  };

  it("learns what the switch is", () => {
    expect(connection.features.datapathId).toMatch(/^[0-9a-f]{16}$/);
    expect(connection.features.tables).toBe(254);
  });

  it.each(tables)("encodes the tables of $name as the switch has them from ovs-ofctl", async ({ flows, groups }) => {
    await wipe();
    ovs.load("br", flows.map((flow) => `${flowText(flow)}\n`).join(""), groups.map((group) => `${groupText(group)}\n`).join(""));
    expect(texts(await connection.flows())).toEqual(texts(flows.map((flow) => encodeFlow(flow, 0))));
    const byId = <T extends { readonly id: number }>(list: readonly T[]): readonly T[] => [...list].sort((a, b) => a.id - b.id);
    expect(byId(await connection.groups())).toEqual(byId(groups.map(encodeGroup)));
  });

  it.each(tables)("loads the tables of $name so that ovs-ofctl shows the same", async ({ flows, groups }) => {
    await wipe();
    ovs.load("br", flows.map((flow) => `${flowText(flow)}\n`).join(""), groups.map((group) => `${groupText(group)}\n`).join(""));
    const theirs = ovs.dumpFlows("br").split("\n").sort();
    await wipe();
    await connection.apply([
      [
        ...groups.map((group) => ({ kind: "group", command: "add", group: encodeGroup(group) }) as const),
        ...flows.map((flow) => ({ kind: "flow", command: "add", flow: encodeFlow(flow, 0) }) as const),
      ],
    ]);
    expect(ovs.dumpFlows("br").split("\n").sort()).toEqual(theirs);
  });

  const drop = (priority: number, actions: Flow["actions"] = []): WireFlow =>
    encodeFlow({ table: 0, priority, cookie: { kind: "pipeline", id: priority }, match: [], actions }, 7);

  it("makes all changes of a bundle or none, and says which the switch refused", async () => {
    await wipe();
    const before = [drop(1)];
    await connection.apply([before.map((flow) => ({ kind: "flow", command: "add", flow }))]);
    const bad = drop(3, [{ kind: "goto", table: 0 }]);
    const attempt = connection.apply([[drop(2), bad].map((flow) => ({ kind: "flow", command: "add", flow }))]);
    await expect(attempt).rejects.toThrow(SwitchRefusal);
    await expect(attempt).rejects.toThrow("add of table=0,priority=3: an instruction: there is no such table to go to, or it is not a later one");
    expect(texts(await connection.flows())).toEqual(texts(before));
    await connection.apply([[{ kind: "flow", command: "add", flow: drop(2) }]]);
    expect(await connection.flows()).toHaveLength(2);
  });

  it("says which change failed where that shows only at the end", async () => {
    await wipe();
    const group = { id: 5, type: 1, buckets: "" };
    const attempt = connection.apply([
      [
        { kind: "flow", command: "add", flow: drop(1) },
        { kind: "group", command: "add", group },
        { kind: "group", command: "add", group },
      ],
    ]);
    await expect(attempt).rejects.toThrow("add of group 5: the group: it is there already");
    expect(await connection.flows()).toEqual([]);
  });

  it("modifies in place: counters and cookie stay", async () => {
    await wipe();
    await connection.apply([[{ kind: "flow", command: "add", flow: drop(1) }]]);
    await connection.apply([[{ kind: "flow", command: "modify", flow: { ...drop(1, [{ kind: "normal" }]), cookie: { high: 1, low: 1 } } }]]);
    const [flow] = await connection.flows();
    expect(flow.cookie).toEqual(drop(1).cookie);
    expect(flow.instructions).not.toBe("");
  });

  it("asks for flows by cookie", async () => {
    await wipe();
    await connection.apply([[drop(1), drop(2)].map((flow) => ({ kind: "flow", command: "add", flow }))]);
    const found = await connection.flows(wireCookie({ kind: "pipeline", id: 2 }, 0), { high: 0xffff0000, low: 0xffffffff });
    expect(found.map(({ place }) => place)).toEqual([drop(2).place]);
    expect(cookieParts(found[0].cookie)).toEqual({ kind: "pipeline", id: 2, generation: 7 });
  });

  it("lists more flows than a message holds", async () => {
    await wipe();
    const many = Array.from({ length: 3000 }, (_, index) => drop(index + 1, [{ kind: "normal" }]));
    await connection.apply([many.map((flow) => ({ kind: "flow", command: "add", flow }))]);
    expect(texts(await connection.flows())).toEqual(texts(many));
  });

  it("gets the packets that flows send up, with registers and user data", async () => {
    await wipe();
    const packets: unknown[] = [];
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const listener = await greetSwitch(await openStream({ kind: "unix", path: ovs.socket("br") }), {
      onPacket: (packet) => {
        packets.push(packet);
        arrived();
      },
    });
    const report = drop(9, [
      { kind: "set", field: "reg12", value: 0x1234 },
      { kind: "controller", maxLength: 32, userdata: [2] },
    ]);
    await connection.apply([[{ kind: "flow", command: "add", flow: report }]]);
    await ovs.control(
      "netdev-dummy/receive",
      "br-p1",
      `02000000000202000000000108004500001c00010000401166cf0a0000010a0000020001000200080000${"00".repeat(40)}`,
    );
    await arrival;
    listener.close();
    expect(packets).toEqual([
      expect.objectContaining({
        table: 0,
        cookie: report.cookie,
        userdata: [2],
        metadata: expect.arrayContaining([
          { field: "reg12", value: 0x1234 },
          { field: "in_port", value: 1 },
        ]),
      }),
    ]);
    // Open vSwitch keeps no buffers and sends packets whole.
    expect(packets[0]).toHaveProperty("packet.length", 82);
  });

  it("bounds what it sends up, and takes another bound", async () => {
    let arrived = 0;
    const listener = await greetSwitch(await openStream({ kind: "unix", path: ovs.socket("br") }), { onPacket: () => void arrived++ });
    await connection.apply([[{ kind: "flow", command: "add", flow: drop(9, [{ kind: "controller", maxLength: 32, userdata: [2] }]) }]]);
    const packet = `02000000000202000000000108004500001c00010000401166cf0a0000010a0000020001000200080000${"00".repeat(40)}`;
    const flood = async (): Promise<number> => {
      arrived = 0;
      for (let count = 0; count < 300; count++) await ovs.control("netdev-dummy/receive", "br-p1", packet);
      await listener.barrier();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return arrived;
    };
    expect(await flood()).toBe(300);
    expect(await connection.limitPackets({ rate: 1, burst: 20 })).toBe(true);
    // The datapath may still have the flow as it was before there was a meter.
    await ovs.control("revalidator/purge");
    const few = await flood();
    expect(few).toBeGreaterThan(0);
    expect(few).toBeLessThanOrEqual(40);
    // What came up is bounded for all, and the bound of an earlier connection is replaced.
    expect(await connection.limitPackets({ rate: 10_000, burst: 10_000 })).toBe(true);
    expect(await flood()).toBe(300);
    listener.close();
  });

  it("speaks over TCP as well", async () => {
    const port = await freePort();
    ovs.configure("set-controller", "br", `ptcp:${port}:127.0.0.1`);
    const other = await greetSwitch(await openStream({ kind: "tcp", host: "127.0.0.1", port }));
    expect(other.features).toEqual(connection.features);
    other.close();
  });

  it("ends when the switch closes the connection", async () => {
    const other = await greetSwitch(await openStream({ kind: "unix", path: ovs.socket("br") }));
    other.close();
    expect(await other.closed).toBeUndefined();
    await expect(other.flows()).rejects.toThrow("the connection to the switch is closed");
  });
});
