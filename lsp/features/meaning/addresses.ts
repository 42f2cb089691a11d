/** What an address, a prefix or a range says about the policy around it. */
import type { AddressLiteral, AddressRangeLiteral, PrefixLiteral } from "../../../grammar/syntax.js";
import { addressText } from "../../../compiler/policy/text.js";
import { addressRange, addressesOverlap, parseAddress, parsePrefix, prefixSet, singleAddress } from "../../../compiler/space/address.js";
import type { AddressSet } from "../../../compiler/space/address.js";
import type { View } from "../../workspace/workspace.js";

/** Its size, and the declared things that it overlaps. */
export function addressMeaning(view: View, literal: AddressLiteral | PrefixLiteral | AddressRangeLiteral): readonly string[] {
  const addresses = addressesOf(literal);
  if (addresses === undefined) return [`**${addressText(literal)}**`];
  const touched = overlapped(view, addresses);
  return [`**${addressText(literal)}**: ${sizeText(addresses)}`, ...(touched.length === 0 ? [] : [`Overlaps ${touched.join(", ")}.`])];
}

function addressesOf(literal: AddressLiteral | PrefixLiteral | AddressRangeLiteral): AddressSet | undefined {
  switch (literal.kind) {
    case "address": {
      const address = parseAddress(literal.text);
      return address === undefined ? undefined : singleAddress(address);
    }
    case "prefix": {
      const prefix = parsePrefix(literal.text);
      return prefix === undefined ? undefined : prefixSet(prefix);
    }
    case "addressRange": {
      const first = parseAddress(literal.first);
      const last = parseAddress(literal.last);
      return first === undefined || last === undefined || first.family !== last.family ? undefined : addressRange(first, last);
    }
  }
}

/** How many addresses, such as `256 addresses` or `2^96 addresses`. */
export function sizeText({ v4, v6 }: AddressSet): string {
  let count = 0n;
  for (let at = 0; at < v4.length; at += 2) count += BigInt(v4[at + 1]) - BigInt(v4[at]) + 1n;
  for (let at = 0; at < v6.length; at += 2) count += v6[at + 1] - v6[at] + 1n;
  if (count === 1n) return "1 address";
  const power = count.toString(2).length - 1;
  return power >= 32 && count === 1n << BigInt(power) ? `2^${power} addresses` : `${count.toLocaleString("en")} addresses`;
}

function overlapped(view: View, addresses: AddressSet): string[] {
  const { draft, names } = view.checked;
  const found = draft.tenants.flatMap((tenant) => [
    ...tenant.networks.filter((network) => addressesOverlap(network.addresses, addresses)).map((network) => `network ${tenant.name}/${network.name}`),
    ...tenant.groups.filter((group) => addressesOverlap(group.hosts, addresses)).map((group) => `the hosts of group ${tenant.name}/${group.name}`),
  ]);
  const externals = names.symbols.flatMap((symbol) => {
    const peer = symbol.kind === "external" ? names.peerOf(symbol) : undefined;
    return peer?.kind === "addresses" && addressesOverlap(peer.addresses, addresses) ? [`external ${symbol.name}`] : [];
  });
  return [...found, ...externals];
}
