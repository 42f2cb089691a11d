/**
 * Conditions of one dimension of a rule (source, destination or service), as pieces of a match. A piece may ask for an address
 * family; pieces of different families never meet.
 */
import { bits, parsePrefix, prefixBounds } from "../../space/address.js";
import type { Family, Prefix } from "../../space/address.js";
import type { Ranges } from "../../space/intervals.js";
import { byProtocol, hasPorts, isEveryService, isIcmp, protocolNumber } from "../../space/service.js";
import type { ServiceSet } from "../../space/service.js";
import { ETH_IP, ETH_IP6, isIp, isIp6 } from "./flow.js";
import type { FieldMatch, Match } from "./flow.js";
import { rangeMasks } from "./masks.js";

export interface Fragment {
  readonly family?: Family;
  /** Without the Ethernet type, which `family` stands for. */
  readonly match: Match;
}

export const anything: Fragment = { match: [] };

/** The families of packets that such a piece is for, as bits: 1 for IPv4, 2 for IPv6. */
export function familyBits(family: Family | undefined): number {
  return family === undefined ? 3 : family === 4 ? 1 : 2;
}

export function familyMatch(family: Family | undefined): Match {
  if (family === undefined) return [];
  return family === 4 ? isIp : isIp6;
}

/** The Ethernet type of a family's packets. */
export function etherType(family: Family | undefined): number | undefined {
  if (family === undefined) return undefined;
  return family === 4 ? ETH_IP : ETH_IP6;
}

/** The protocol that a piece of a service asks for, which comes first in its match. */
export function protocolOf({ match }: Fragment): number | undefined {
  return match.length === 0 ? undefined : Number(match[0].value);
}

/** A source or destination address under a prefix. */
function prefixFragment(prefix: Prefix, side: "source" | "destination"): Fragment {
  const { first } = prefixBounds(prefix);
  const width = bits(first.family);
  if (first.family === 4) {
    const mask = prefix.length === 0 ? 0 : (0xffffffff << (32 - prefix.length)) >>> 0;
    return {
      family: 4,
      match: prefix.length === 0 ? [] : [addressField(side === "source" ? "nw_src" : "nw_dst", first.value, mask, prefix.length === width)],
    };
  }
  const all = (1n << 128n) - 1n;
  const mask = all ^ (all >> BigInt(prefix.length));
  return {
    family: 6,
    match: prefix.length === 0 ? [] : [addressField(side === "source" ? "ipv6_src" : "ipv6_dst", first.value, mask, prefix.length === width)],
  };
}

function addressField(field: FieldMatch["field"], value: number | bigint, mask: number | bigint, whole: boolean): FieldMatch {
  return whole ? { field, value } : { field, value, mask };
}

/** The same for the text of a prefix. INVARIANT: the text is a prefix. */
export function prefixTextFragment(text: string, side: "source" | "destination"): Fragment {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new Error(`not a prefix: ${text}`);
  return prefixFragment(prefix, side);
}

/** The pieces that together match exactly the services, in packets of these families (as bits). */
export function serviceFragments(services: ServiceSet, families: number): readonly Fragment[] {
  if (isEveryService(services)) return [anything];
  const pieces = byProtocol(services).map(([protocol, details]) => protocolFragments(protocol, details, families & protocolFamilies(protocol)));
  return pieces.length === 1 ? pieces[0] : pieces.flat();
}

function protocolFragments(protocol: number, details: Ranges<number>, families: number): readonly Fragment[] {
  if (families === 0) return [];
  const matches = detailMatches({ field: "nw_proto", value: protocol }, details);
  const of = (family: Family): readonly Fragment[] => matches.map((match) => ({ family, match }));
  return families === 3 ? [...of(4), ...of(6)] : of(families === 1 ? 4 : 6);
}

/** ICMP is IPv4's and ICMPv6 is IPv6's (RFC 792, RFC 4443); every other protocol goes with both. */
function protocolFamilies(protocol: number): number {
  return protocol === protocolNumber.icmp ? 1 : protocol === protocolNumber.icmp6 ? 2 : 3;
}

function detailMatches(protocol: FieldMatch & { readonly value: number }, details: Ranges<number>): readonly Match[] {
  const whole = details.length === 2 && details[0] === 0 && details[1] === 0xffff;
  if (whole || (!hasPorts(protocol.value) && !isIcmp(protocol.value))) return [[protocol]];
  if (isIcmp(protocol.value)) return icmpMatches(protocol, details);
  return rangeMasks(details).map(({ value, mask }) => [protocol, mask === 0xffff ? { field: "tp_dst", value } : { field: "tp_dst", value, mask }]);
}

/** Types whole where every code is in, else code by code: these fields have no masks. */
function icmpMatches(protocol: FieldMatch, details: Ranges<number>): readonly Match[] {
  const out: Match[] = [];
  for (let at = 0; at < details.length; at += 2) {
    let point = details[at];
    while (point <= details[at + 1]) {
      const type: FieldMatch = { field: "icmp_type", value: point >> 8 };
      if (point % 256 === 0 && point + 255 <= details[at + 1]) {
        out.push([protocol, type]);
        point += 256;
      } else {
        out.push([protocol, type, { field: "icmp_code", value: point % 256 }]);
        point++;
      }
    }
  }
  return out;
}
