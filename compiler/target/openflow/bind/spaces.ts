/**
 * Address spaces that several tenants use.
 */
import { addressesOverlap, containsAddress, parsePrefix, prefixSet } from "../../../space/address.js";
import type { Address, AddressSet } from "../../../space/address.js";
import { makeMatch } from "../flow.js";
import type { Match } from "../flow.js";
import { familyMatch, prefixTextFragment } from "../fragments.js";
import type { Program } from "../program.js";

export interface SharedPrefix {
  /** Id of a tenant that has the prefix. */
  readonly tenant: number;
  readonly addresses: AddressSet;
  readonly piece: (side: "source" | "destination") => Match;
}

/**
 * Prefixes of networks that overlap a network of another tenant. Inside its own address space such a prefix means the
 * tenant's own machines, and never the other tenant's endpoints.
 */
export function overlappingNetworks(program: Program): readonly SharedPrefix[] {
  const prefixes = program.networks.flatMap((network) =>
    network.prefixes.flatMap((text) => {
      const prefix = parsePrefix(text);
      return prefix === undefined ? [] : [{ tenant: network.tenant, text, addresses: prefixSet(prefix) }];
    }),
  );
  return prefixes
    .filter((own) => prefixes.some((other) => other.tenant !== own.tenant && addressesOverlap(own.addresses, other.addresses)))
    .map(({ tenant, text, addresses }) => ({
      tenant,
      addresses,
      piece: (side) => {
        const piece = prefixTextFragment(text, side);
        return makeMatch(familyMatch(piece.family), piece.match);
      },
    }));
}

/** Whether an address of a tenant is its own business in its own address space, so that it takes a flow there. */
export function inSharedSpace(shared: readonly SharedPrefix[], tenant: number, address: Address): boolean {
  return shared.some((entry) => entry.tenant === tenant && containsAddress(entry.addresses, address));
}
