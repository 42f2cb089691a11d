/** Connections as text: lists for people and for programs, tables, and a picture. */
import { formatAddress } from "../../space/address.js";
import { byProtocol, hasPorts, isEmptyService, protocolNumber, servicesEqual } from "../../space/service.js";
import type { ServiceSet } from "../../space/service.js";
import { possibleServices } from "./decide.js";
import type { Connection, PeerName } from "./connections.js";

const portedNames = [
  { name: "SCTP", number: protocolNumber.sctp },
  { name: "TCP", number: protocolNumber.tcp },
  { name: "UDP", number: protocolNumber.udp },
] as const;

export interface PortRanges {
  readonly protocol: (typeof portedNames)[number]["name"];
  /** First and last port, both included. */
  readonly ports: readonly (readonly [number, number])[];
}

/** The ports of a set of services, protocols in order of name; and whether it holds protocols without ports, of which policies tell none apart. */
export function portRanges(services: ServiceSet): { readonly ranges: readonly PortRanges[]; readonly others: boolean } {
  const parts = new Map(byProtocol(services));
  const ranges = portedNames.flatMap(({ name, number }): readonly PortRanges[] => {
    const details = parts.get(number);
    if (details === undefined) return [];
    return [{ protocol: name, ports: Array.from({ length: details.length / 2 }, (_, at) => [details[2 * at], details[2 * at + 1]] as const) }];
  });
  return { ranges, others: [...parts.keys()].some((protocol) => !hasPorts(protocol)) };
}

/** `All Connections`, `No Connections`, or such as `TCP 80,8080-8090, UDP 53`. */
export function connectionText(services: ServiceSet): string {
  if (servicesEqual(services, possibleServices)) return "All Connections";
  if (isEmptyService(services)) return "No Connections";
  const { ranges, others } = portRanges(services);
  const texts = ranges.map(
    ({ protocol, ports }) => `${protocol} ${ports.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(",")}`,
  );
  return [...texts, ...(others ? ["other protocols"] : [])].join(", ");
}

/** `source => destination : connection`, one a line. */
export function connectionList(list: readonly Connection[]): string {
  return list.map(({ source, destination, services }) => `${source.title} => ${destination.title} : ${connectionText(services)}\n`).join("");
}

export function connectionCsv(list: readonly Connection[]): string {
  const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const row = (cells: readonly string[]): string => `${cells.map(cell).join(",")}\n`;
  return (
    row(["src", "dst", "conn"]) +
    list.map(({ source, destination, services }) => row([source.title, destination.title, connectionText(services)])).join("")
  );
}

export function connectionMarkdown(list: readonly Connection[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const rows = list.map(({ source, destination, services }) => row([source.title, destination.title, connectionText(services)]));
  return [row(["src", "dst", "conn"]), row(["---", "---", "---"]), ...rows].join("");
}

/** A directed graph for Graphviz, with a frame around each namespace. */
export function connectionDot(list: readonly Connection[]): string {
  const peers = new Map(list.flatMap(({ source, destination }) => [source, destination]).map((peer) => [peer.title, peer]));
  const byNamespace = new Map<string, PeerName[]>();
  for (const peer of peers.values()) {
    const namespace = peer.kind === "workload" ? peer.namespace : "";
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), peer]);
  }
  const node = (peer: PeerName): string => {
    const label = peer.kind === "workload" ? `${peer.name}[${peer.of}]` : peer.title;
    return `${quoted(peer.title)} [label=${quoted(label)}${peer.kind === "workload" ? "" : ", shape=box, style=dashed"}]`;
  };
  const frames = [...byNamespace]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([namespace, members]) => {
      const nodes = members.map(node).sort();
      if (namespace === "") return nodes.map((text) => `  ${text}`);
      return [`  subgraph ${quoted(`cluster_${namespace}`)} {`, `    label=${quoted(namespace)}`, ...nodes.map((text) => `    ${text}`), "  }"];
    });
  const edges = list.map(
    ({ source, destination, services }) => `  ${quoted(source.title)} -> ${quoted(destination.title)} [label=${quoted(connectionText(services))}]`,
  );
  return `${["digraph connectivity {", "  rankdir=LR", ...frames, ...edges, "}"].join("\n")}\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** A plain value for a peer, in documents for programs. */
export function peerValue(peer: PeerName): Readonly<Record<string, string>> {
  switch (peer.kind) {
    case "workload":
      return { title: peer.title, namespace: peer.namespace, name: peer.name, kind: peer.of };
    case "external":
      return { title: peer.title, first: formatAddress(peer.first), last: formatAddress(peer.last) };
  }
}
