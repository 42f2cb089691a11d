/** Protocols and lists in words, for messages. */
import { protocolNumber } from "../../../space/service.js";

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

export function list(words: readonly string[]): string {
  const unique = [...new Set(words)];
  return unique.length < 2 ? unique.join("") : `${unique.slice(0, -1).join(", ")} and ${unique[unique.length - 1]}`;
}
