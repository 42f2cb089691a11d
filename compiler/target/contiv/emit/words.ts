/** Flows and protocols in words, for messages. */
import { protocolNumber } from "../../../space/service.js";
import type { Match, Remote } from "./match.js";
import { prefixText } from "./match.js";
import { formatAddress } from "../../../space/address.js";

export function protocolName(protocol: number): string {
  switch (protocol) {
    case 0:
      return "every protocol but TCP";
    case protocolNumber.icmp:
      return "ICMP";
    case protocolNumber.tcp:
      return "TCP";
    case protocolNumber.udp:
      return "UDP";
    case protocolNumber.sctp:
      return "SCTP";
    default:
      return `IP protocol ${protocol}`;
  }
}

/** A service as the language writes it; `port` 0 for the protocol as a whole. */
export function serviceWords(protocol: number, port: number): string {
  switch (protocol) {
    case protocolNumber.icmp:
      return "icmp";
    case protocolNumber.tcp:
      return `tcp/${port === 0 ? 1 : port}`;
    case 0:
    case protocolNumber.udp:
      return `udp/${port === 0 ? 1 : port}`;
    case protocolNumber.sctp:
      return "sctp/1";
    default:
      return `ip/${protocol}`;
  }
}

export function list(words: readonly string[]): string {
  const unique = [...new Set(words)];
  return unique.length < 2 ? unique.join("") : `${unique.slice(0, -1).join(", ")} and ${unique[unique.length - 1]}`;
}

function remoteWords(tenant: string, remote: Remote): string {
  switch (remote.kind) {
    case "any":
    case "world":
      return remote.kind;
    case "group":
      return `${tenant}/${remote.group}`;
    case "prefix":
      return remote.prefix.length === 32 ? formatAddress(remote.prefix.address) : prefixText(remote.prefix);
    case "member":
      return prefixText(remote.prefix);
  }
}

/** What a match matches, as `ctv query` takes it. */
export function flowWords(tenant: string, match: Match, service: string): string {
  const own = match.own === undefined ? "any" : `${tenant}/${match.own}`;
  const remote = remoteWords(tenant, match.remote);
  return match.direction === "in" ? `${remote} -> ${own} : ${service}` : `${own} -> ${remote} : ${service}`;
}
