/** Encoders and decoders are inverse, and decoders take any bytes. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { fieldNames, makeMatch } from "../../../compiler/target/openflow/flow.js";
import type { Action, FieldMatch, FieldName, Flow, Match } from "../../../compiler/target/openflow/flow.js";
import { byteReader, byteWriter, WireError, written } from "../../../runtime/openflow/bytes.js";
import { bundleChunks, FIRST_CHANGE } from "../../../runtime/openflow/bundle.js";
import type { Modification } from "../../../runtime/openflow/bundle.js";
import { readError } from "../../../runtime/openflow/errors.js";
import { wireField } from "../../../runtime/openflow/fields.js";
import { cookieParts, decodeFlow, decodeInstructions, encodeFlow, putFlowMod, matchOf, readFlowStatistics } from "../../../runtime/openflow/flows.js";
import { decodeBuckets, encodeGroup, readGroups } from "../../../runtime/openflow/groups.js";
import { decodeMatch } from "../../../runtime/openflow/match.js";
import { deframer, helloMessage, readFeatures, readMultipart, speaksOurVersion } from "../../../runtime/openflow/message.js";
import type { Message } from "../../../runtime/openflow/message.js";
import { readPacketIn } from "../../../runtime/openflow/packetin.js";
import { parseServerAddress } from "../../../runtime/openflow/transport.js";
import { readFlowMod } from "../../support/flowmods.js";

const number = (size: number): fc.Arbitrary<number> => fc.nat({ max: 2 ** (size * 8) - 1 });
const big: fc.Arbitrary<bigint> = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });

/** Fields whose wire number depends on the protocol come with it. */
const protocolOf: Partial<Record<FieldName, readonly number[]>> = {
  tp_src: [6, 17, 132],
  tp_dst: [6, 17, 132],
  icmp_type: [1, 58],
  icmp_code: [1, 58],
};
const plain = fieldNames.filter((name) => protocolOf[name] === undefined && name !== "dl_vlan" && name !== "nw_proto");

const field = (name: FieldName, protocol?: number): fc.Arbitrary<FieldMatch> => {
  const { size, big: wide } = wireField(name, protocol);
  const value = wide ? big : number(Math.min(size, 6));
  return fc.oneof(
    value.map((entry) => ({ field: name, value: entry })),
    fc.tuple(value, value).map(([entry, mask]) => {
      const whole = wide ? (1n << BigInt(size * 8)) - 1n : 2 ** (size * 8) - 1;
      return mask === whole ? { field: name, value: entry } : { field: name, value: entry, mask };
    }),
  );
};

const anyMatch: fc.Arbitrary<Match> = fc
  .tuple(
    fc.subarray([...plain], { maxLength: 5 }).chain((names) => fc.tuple(...names.map((name) => field(name)))),
    fc.option(
      fc.constantFrom(...Object.entries(protocolOf)).chain(([name, protocols]) => {
        const known = fieldNames.find((entry) => entry === name) ?? "tp_src";
        return fc
          .constantFrom(...protocols)
          .chain((protocol) => field(known, protocol).map((entry): Match => [{ field: "nw_proto", value: protocol }, entry]));
      }),
      { nil: undefined },
    ),
    fc.option(fc.constantFrom(0xffff, 0, 1, 4095), { nil: undefined }),
  )
  .map(([entries, extra, vlan]) => makeMatch(entries, extra ?? [], vlan === undefined ? [] : [{ field: "dl_vlan", value: vlan }]));

const register: fc.Arbitrary<FieldName> = fc.constantFrom("reg0", "reg5", "reg15", "ct_mark");
const bits = register.chain((name) =>
  fc
    .tuple(fc.nat({ max: 31 }), fc.integer({ min: 1, max: 32 }))
    .map(([offset, width]) => ({ field: name, offset, width: Math.min(width, 32 - offset) })),
);
const simple: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom<Action>(
    { kind: "inPort" },
    { kind: "normal" },
    { kind: "local" },
    { kind: "decrementTtl" },
    { kind: "pushVlan" },
    { kind: "stripVlan" },
  ),
  fc.nat({ max: 0xfff0 }).map((port): Action => ({ kind: "output", port })),
  fc.nat({ max: 0xffffff00 }).map((group): Action => ({ kind: "group", group })),
  fc.nat({ max: 253 }).map((table): Action => ({ kind: "resubmit", table })),
  fc.tuple(register, number(4)).map(([name, value]): Action => ({ kind: "set", field: name, value })),
  fc.tuple(bits, number(4)).map(([where, value]): Action => ({
    kind: "set",
    field: where.field,
    value: (value % 2 ** where.width) * 2 ** where.offset,
    mask: (2 ** where.width - 1) * 2 ** where.offset,
  })),
  fc.constantFrom<Action>(
    { kind: "set", field: "dl_src", value: 0x020000000001 },
    { kind: "set", field: "tun_id", value: 77 },
    { kind: "set", field: "ipv6_src", value: 5n },
    { kind: "set", field: "icmp_type", value: 136 },
    { kind: "set", field: "nd_tll", value: 0x020000000001 },
    { kind: "set", field: "dl_vlan", value: 0x1064 },
  ),
  fc.tuple(bits, bits).map(([from, to]): Action => {
    const width = Math.min(from.width, to.width);
    return { kind: "move", from: { ...from, width }, to: { ...to, width } };
  }),
  fc.tuple(number(2), fc.array(number(1), { maxLength: 9 })).map(([maxLength, userdata]): Action => ({ kind: "controller", maxLength, userdata })),
);
const conntrack = fc
  .tuple(
    fc.boolean(),
    bits.map((where) => ({ ...where, field: "reg0" as const })),
    fc.option(fc.nat({ max: 253 }), { nil: undefined }),
    fc.option(fc.constantFrom("translate" as const, { address: "10.0.0.1", port: 80 }, { address: "fd00::1", port: 8080 }), { nil: undefined }),
    fc.array(simple, { maxLength: 3 }),
  )
  .map(([commit, zone, table, nat, exec]): Action => ({
    kind: "ct",
    commit,
    zone,
    ...(table === undefined ? {} : { table }),
    ...(nat === undefined ? {} : { nat }),
    exec,
  }));
const conjunction = fc
  .tuple(number(4), fc.integer({ min: 1, max: 64 }), fc.integer({ min: 2, max: 64 }))
  .map(([id, clause, of]): Action => ({ kind: "conjunction", id, clause, of }));

const anyFlow: fc.Arbitrary<Flow> = fc
  .record({
    table: fc.nat({ max: 253 }),
    priority: number(2),
    cookie: fc.record({ kind: fc.constantFrom("rule", "endpoint", "service"), id: number(4) }),
    match: anyMatch,
    actions: fc.array(fc.oneof(simple, conntrack, conjunction), { maxLength: 5 }),
    next: fc.option(fc.nat({ max: 253 }), { nil: undefined }),
  })
  .map(({ next, ...flow }): Flow => ({ ...flow, actions: next === undefined ? flow.actions : [...flow.actions, { kind: "goto", table: next }] }));

const byField = (match: readonly { readonly field: string }[]): readonly unknown[] => [...match].sort((a, b) => (a.field < b.field ? -1 : 1));

/** Runs a decoder on bytes that may be anything: it answers, or says what is wrong with them. */
function survives(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

describe("encoding", () => {
  it("gives flows back as they were", () => {
    fc.assert(
      fc.property(anyFlow, number(2), (flow, generation) => {
        const wire = encodeFlow(flow, generation);
        const back = decodeFlow(wire);
        expect(byField(back.match)).toEqual(byField(flow.match));
        expect(back.actions).toEqual(flow.actions);
        expect(cookieParts(wire.cookie)).toEqual({ ...flow.cookie, generation });
      }),
    );
  });

  it("does not depend on the order of a match", () => {
    fc.assert(fc.property(anyFlow, (flow) => encodeFlow({ ...flow, match: [...flow.match].reverse() }, 0).place === encodeFlow(flow, 0).place));
  });

  it("gives flow-mods back as they were", () => {
    fc.assert(
      fc.property(anyFlow, fc.constantFrom("add" as const, "modify" as const), (flow, command) => {
        const writer = byteWriter();
        const wire = encodeFlow(flow, 3);
        putFlowMod(writer, command, wire);
        expect(readFlowMod(byteReader(written(writer)))).toEqual({ command, flow: wire });
      }),
    );
  });

  it("keeps what it does not know", () => {
    const tcpFlags = "\x80\x00\x54\x02\x00\x10";
    expect(decodeMatch(tcpFlags)).toEqual([{ field: "unknown", header: 0x80005402, bytes: "\x00\x10" }]);
    const setQueue = "\x00\x15\x00\x08\x00\x00\x00\x01";
    expect(decodeInstructions(`\x00\x04\x00\x10\x00\x00\x00\x00${setQueue}`)).toEqual([{ kind: "unknown", bytes: setQueue }]);
    const meter = "\x00\x06\x00\x08\x00\x00\x00\x01";
    expect(decodeInstructions(meter)).toEqual([{ kind: "unknownInstruction", bytes: meter }]);
  });

  it("of buckets are inverse", () => {
    const bucket: readonly Action[] = [
      { kind: "set", field: "reg9", value: 0x20, mask: 0x30 },
      {
        kind: "ct",
        commit: true,
        zone: { field: "reg0", offset: 16, width: 16 },
        table: 40,
        nat: { address: "fd00::7", port: 8443 },
        exec: [],
      },
    ];
    const group = { id: 7, buckets: [bucket, [{ kind: "output", port: 3 }], []] as const };
    expect(decodeBuckets(encodeGroup(group))).toEqual(group.buckets);
  });

  it("cuts a bundle into whole messages, one a change between its open and close, however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(anyFlow, { maxLength: 6 }), fc.integer({ min: 1, max: 40 }), (flows, step) => {
        const changes = flows.map((flow): Modification => ({ kind: "flow", command: "add", flow: encodeFlow(flow, 1) }));
        const bytes = Buffer.concat([...bundleChunks(9, 100, 101, [changes])]);
        const seen: number[] = [];
        const frame = deframer(({ xid }) => seen.push(xid));
        for (let at = 0; at < bytes.length; at += step) frame(bytes.subarray(at, at + step));
        expect(seen).toEqual(flows.length === 0 ? [] : [100, ...flows.map((_, index) => FIRST_CHANGE + index), 101]);
      }),
    );
  });
});

describe("decoding", () => {
  const decoders: readonly (readonly [string, (bytes: Buffer) => unknown])[] = [
    ["matches", (bytes) => decodeMatch(bytes.toString("latin1"))],
    ["instructions", (bytes) => decodeInstructions(bytes.toString("latin1"))],
    ["lists of flows", (bytes) => readFlowStatistics(byteReader(bytes))],
    ["buckets", (bytes) => decodeBuckets({ id: 1, type: 1, buckets: bytes.toString("latin1") })],
    ["lists of groups", (bytes) => readGroups(byteReader(bytes))],
    ["parts", (bytes) => readMultipart(bytes)],
    ["features", (bytes) => readFeatures(bytes)],
    ["errors", (bytes) => readError(bytes)],
    ["packets", (bytes) => readPacketIn({ version: 5, type: 4, xid: 0, body: bytes })],
    ["greetings", (bytes) => speaksOurVersion({ version: 5, type: 0, xid: 0, body: bytes })],
  ];

  it.each(decoders)("of %s takes any bytes", (_, decode) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => survives(() => decode(Buffer.from(bytes)))),
      { numRuns: 400 },
    );
  });

  it("of packets takes damaged ones", () => {
    const good = Buffer.from("000023200000001e00000006aabb000000030005500000000004001000000000c702000000000009", "hex");
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: good.length }), (at, byte, end) => {
        const body = Buffer.from(good.subarray(0, end));
        if (at < end) body[at] = byte;
        survives(() => readPacketIn({ version: 5, type: 4, xid: 0, body }));
      }),
    );
  });

  it("of flows takes damaged and cut ones", () => {
    fc.assert(
      fc.property(anyFlow, fc.nat(), fc.nat({ max: 255 }), fc.nat(), (flow, place, byte, length) => {
        const wire = encodeFlow(flow, 0);
        for (const [text, decode] of [[wire.instructions, decodeInstructions] as const, [matchOf(wire), decodeMatch] as const]) {
          const bytes = Buffer.from(text, "latin1").subarray(0, length % (text.length + 1));
          if (bytes.length > 0) bytes[place % bytes.length] = byte;
          survives(() => decode(bytes.toString("latin1")));
        }
      }),
      { numRuns: 400 },
    );
  });

  it("of a stream takes any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }), (pieces) => {
        const messages: Message[] = [];
        const frame = deframer((message) => messages.push(message));
        survives(() => pieces.forEach((piece) => frame(Buffer.from(piece))));
        expect(messages.length).toBeLessThanOrEqual(60);
      }),
    );
  });

  it("refuses a message shorter than its header", () => {
    expect(() => deframer(() => undefined)(Buffer.from([5, 0, 0, 7, 0, 0, 0, 1]))).toThrow("a message of 7 bytes");
  });

  it("tells errors in words", () => {
    expect(readError(Buffer.from("00050001", "hex")).text).toBe("the flow: the tables are full");
    expect(readError(Buffer.from("0011000d", "hex")).text).toBe("the bundle: a message failed");
    expect(readError(Buffer.from("00050063", "hex")).text).toBe("the flow: error 5/99");
    expect(readError(Buffer.from("03090001", "hex")).text).toBe("error 777/1");
  });

  it("understands greetings with and without a bitmap", () => {
    const [hello] = [helloMessage(1)];
    expect(speaksOurVersion({ version: 5, type: 0, xid: 1, body: hello.subarray(8) })).toBe(true);
    expect(speaksOurVersion({ version: 4, type: 0, xid: 1, body: Buffer.alloc(0) })).toBe(false);
    expect(speaksOurVersion({ version: 6, type: 0, xid: 1, body: Buffer.from("0001000800000010", "hex") })).toBe(false);
  });
});

describe("addresses of switches", () => {
  it.each([
    ["unix:/run/br.mgmt", { kind: "unix", path: "/run/br.mgmt" }],
    ["tcp:10.0.0.1", { kind: "tcp", host: "10.0.0.1", port: 6653 }],
    ["ssl:[fd00::1]:6633", { kind: "ssl", host: "fd00::1", port: 6633 }],
    ["tcp:switch:70000", undefined],
    ["tcp:[10.0.0.1]", undefined],
    ["unix:", undefined],
    ["10.0.0.1", undefined],
  ])("%s", (text, address) => {
    expect(parseServerAddress(text, 6653)).toEqual(address);
  });
});
