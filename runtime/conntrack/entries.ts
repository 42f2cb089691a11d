/**
 * Connections as `ovs-appctl dpctl/dump-conntrack` lists them, and the words that name one to `dpctl/flush-conntrack`.
 */
import { parseAddress } from "../../compiler/space/address.js";
import type { Address } from "../../compiler/space/address.js";
import { hasPorts, protocolNumber } from "../../compiler/space/service.js";

export interface Connection {
  readonly zone: number;
  readonly mark: number;
  readonly protocol: number;
  /** Who opened it. */
  readonly source: Address;
  /** Who answers: the provider where the connection is to a service address. */
  readonly destination: Address;
  /** A service's detail: destination port, for ICMP type * 256 + code, else 0. Absent where the switch tracks a protocol without its ports. */
  readonly detail?: number;
  /** What names it to the switch. */
  readonly tuple: string;
}

const protocols: ReadonlyMap<string, number> = new Map([
  ["tcp", protocolNumber.tcp],
  ["udp", protocolNumber.udp],
  ["sctp", protocolNumber.sctp],
  ["icmp", protocolNumber.icmp],
  ["icmpv6", protocolNumber.icmp6],
]);

function fieldsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=");
      return at < 0 ? [] : [[pair.slice(0, at), pair.slice(at + 1)] as const];
    }),
  );
}

/** One line of the list; nothing for a line that is no connection. */
export function readConnection(line: string): Connection | undefined {
  const found = /^(\w+),orig=\(([^)]*)\),reply=\(([^)]*)\)(.*)$/.exec(line);
  if (found === null) return undefined;
  const [, word, original, reply, rest] = found;
  const [forth, back] = [fieldsOf(original), fieldsOf(reply)];
  const more = fieldsOf(rest.replace(/,protoinfo=\([^)]*\)/, ""));
  const protocol = protocols.get(word) ?? Number(word);
  const [source, called, destination] = [forth.get("src"), forth.get("dst"), back.get("src")];
  const [from, to] = [parseAddress(source ?? ""), parseAddress(destination ?? "")];
  if (from === undefined || to === undefined || !Number.isInteger(protocol)) return undefined;
  const ip = from.family === 4 ? "nw" : "ipv6";
  const icmp = protocol === protocolNumber.icmp || protocol === protocolNumber.icmp6;
  const ends = [`ct_${ip}_src=${source}`, `ct_${ip}_dst=${called}`, `ct_nw_proto=${protocol}`];
  const port = back.get("sport");
  const detail = icmp
    ? Number(forth.get("type")) * 256 + Number(forth.get("code"))
    : port !== undefined
      ? Number(port)
      : hasPorts(protocol)
        ? undefined
        : 0;
  const parts = icmp
    ? [`icmp_type=${forth.get("type")}`, `icmp_code=${forth.get("code")}`, `icmp_id=${forth.get("id")}`]
    : forth.has("dport")
      ? [`ct_tp_src=${forth.get("sport")}`, `ct_tp_dst=${forth.get("dport")}`]
      : [];
  return {
    zone: Number(more.get("zone") ?? 0),
    mark: Number(more.get("mark") ?? 0),
    protocol,
    source: from,
    destination: to,
    ...(detail === undefined || Number.isNaN(detail) ? {} : { detail }),
    tuple: [...ends, ...parts].join(","),
  };
}

export function readConnections(text: string): readonly Connection[] {
  return text.split("\n").flatMap((line) => readConnection(line) ?? []);
}
