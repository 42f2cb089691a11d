/** Lines of logged connections: one a connection, never too many, whatever bytes the switch sends up. */
import fc from "fast-check";
import { describe, expect, it } from "@jest/globals";
import type { PacketIn } from "../../../runtime/openflow/packetin.js";
import { readHead } from "../../../runtime/service/packethead.js";
import { packetLog } from "../../../runtime/service/packets.js";
import type { ConnectionLine } from "../../../runtime/service/packets.js";

const ethernet = (type: string) => `0200000000020200000000 01${type}`.replaceAll(" ", "");
const ipv4 = (protocol: string, payload: string, fragment = "0000") =>
  Buffer.from(`${ethernet("0800")}4500002800 00${fragment}40${protocol}00000a0101010a010102${payload}`.replaceAll(" ", ""), "hex");
const tcp = (port: number) => `9c40${port.toString(16).padStart(4, "0")}`;

describe("the head of a packet", () => {
  it("says who talks to whom, and about what", () => {
    expect(readHead(ipv4("06", tcp(80)))).toEqual({
      source: "10.1.1.1",
      destination: "10.1.1.2",
      protocol: "tcp",
      sourcePort: 40000,
      destinationPort: 80,
    });
    expect(readHead(ipv4("01", "0800"))).toEqual({ source: "10.1.1.1", destination: "10.1.1.2", protocol: "icmp", type: 8 });
    expect(readHead(ipv4("2f", ""))).toEqual({ source: "10.1.1.1", destination: "10.1.1.2", protocol: "47" });
    // A later fragment has no ports.
    expect(readHead(ipv4("06", tcp(80), "0001"))).toEqual({ source: "10.1.1.1", destination: "10.1.1.2", protocol: "tcp" });
    const six = `${ethernet("86dd")}60000000000011 40fd000000000000000000000000000001fd000000000000000000000000000002${tcp(53)}`.replaceAll(" ", "");
    expect(readHead(Buffer.from(six, "hex"))).toEqual({
      source: "fd00::1",
      destination: "fd00::2",
      protocol: "udp",
      sourcePort: 40000,
      destinationPort: 53,
    });
    const tagged = Buffer.from(`02000000000202000000000181000064${ipv4("06", tcp(80)).toString("hex").slice(24)}`, "hex");
    expect(readHead(tagged)).toMatchObject({ protocol: "tcp", destinationPort: 80 });
  });

  it("is nothing, or a part, of what is no whole packet, and never an exception", () => {
    expect(readHead(Buffer.from(ethernet("0806"), "hex"))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom("0800", "86dd", "8100"), (bytes, type) => {
        readHead(Buffer.from(bytes));
        readHead(Buffer.concat([Buffer.from(ethernet(type), "hex"), bytes]));
      }),
    );
  });
});

describe("lines of logged connections", () => {
  function logged(perSecond?: number) {
    const lines: ConnectionLine[] = [];
    let time = 0;
    const log = packetLog({
      program: () => undefined,
      write: (line) => lines.push(line),
      now: () => time,
      ...(perSecond === undefined ? {} : { perSecond }),
    });
    const packet = (port: number, reason = 2): PacketIn => ({ metadata: [], userdata: [reason], packet: ipv4("06", tcp(port)) });
    return { lines, log, packet, wait: (milliseconds: number) => (time += milliseconds) };
  }

  it("are one for a connection that is tried again and again", () => {
    const { lines, log, packet, wait } = logged();
    for (let turn = 0; turn < 100; turn++) {
      log.take(packet(80));
      wait(100);
    }
    expect(lines).toHaveLength(1);
    log.take(packet(80, 1));
    expect(lines.map(({ verdict }) => verdict)).toEqual(["denied", "allowed"]);
    wait(60_000);
    log.take(packet(80));
    expect(lines).toHaveLength(3);
  });

  it("are bounded, and what is left out is counted", () => {
    const { lines, log, packet, wait } = logged(10);
    for (let port = 1; port <= 50; port++) log.take(packet(port));
    expect([lines.length, log.dropped()]).toEqual([10, 40]);
    wait(500);
    for (let port = 100; port <= 120; port++) log.take(packet(port));
    expect([lines.length, log.dropped()]).toEqual([15, 56]);
    // A connection that was left out is told when there is room again.
    wait(1000);
    log.take(packet(50));
    expect(lines.at(-1)).toMatchObject({ destinationPort: 50 });
  });

  it("are none for packets that were sent up for something else", () => {
    const { lines, log, packet } = logged();
    log.take(packet(80, 9));
    log.take({ ...packet(80), packet: Buffer.alloc(3) });
    expect(lines).toEqual([]);
  });
});
