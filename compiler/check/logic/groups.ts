/** Groups that can share an endpoint, and addresses in rules that cut through a network's groups. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { overlappingGroups, splitGroups } from "../../diagnostics/logic.js";
import type { Group, Peer, PeerExpression, Rule, Tenant } from "../../policy/model.js";
import { toldOnce } from "../../policy/partners.js";
import { possiblePart } from "../../policy/universe.js";
import type { Universe } from "../../policy/universe.js";
import { addressesOverlap, addressesWithin } from "../../space/address.js";
import type { AddressSet } from "../../space/address.js";
import { endIndex } from "../../space/endIndex.js";
import { everyEnd, intersectEndBoxes } from "../../space/ends.js";
import { everyService } from "../../space/service.js";

/** One note for a group and all that overlap it, each pair told once: at the group with the most partners. */
export function checkGroupOverlaps(universe: Universe, tenant: Tenant): readonly Diagnostic[] {
  return toldOnce(overlapsOf(universe, tenant)).map(({ one, others }) =>
    overlappingGroups.make(
      { group: one.name, others: others.map((other) => other.name) },
      {
        span: one.origin.span,
        related: others.slice(0, 5).map((other) => ({ span: other.origin.span, message: `"${other.name}" is declared here` })),
        help: "On Kubernetes and Open vSwitch the rules of all its groups hold for an endpoint; Contiv knows one group an endpoint.",
      },
    ),
  );
}

function overlapsOf(universe: Universe, tenant: Tenant): ReadonlyMap<Group, ReadonlySet<Group>> {
  const boxes = tenant.groups.flatMap((group) => {
    const expression: PeerExpression = { include: [{ kind: "group", tenant: tenant.name, group: group.name }], except: [] };
    return universe.endsOf(expression).map((box) => ({ group, box }));
  });
  const index = endIndex(boxes.map((entry) => entry.box));
  const partners = new Map<Group, Set<Group>>(tenant.groups.map((group) => [group, new Set()]));
  boxes.forEach(({ group, box }, position) => {
    for (const other of index.overlapping(box)) {
      if (other >= position || boxes[other].group === group || partners.get(group)?.has(boxes[other].group) === true) continue;
      const source = intersectEndBoxes(box, boxes[other].box);
      if (source === undefined || possiblePart(universe, { source, destination: everyEnd, service: everyService }) === undefined) continue;
      partners.get(group)?.add(boxes[other].group);
      partners.get(boxes[other].group)?.add(group);
    }
  });
  return partners;
}

/** A part of the address space that groups have their endpoints in. */
interface Territory {
  /** As messages call it. */
  readonly name: string;
  readonly addresses: AddressSet;
  readonly groups: readonly string[];
}

function territories({ policy, surroundings }: Universe): readonly Territory[] {
  const networks = policy.tenants.flatMap((tenant) =>
    tenant.networks.map((network): Territory => {
      const inside = tenant.groups.filter((group) => group.selector !== undefined && (group.network === undefined || group.network === network.name));
      return { name: `network "${network.name}"`, addresses: network.addresses, groups: inside.map((group) => `"${group.name}"`) };
    }),
  );
  const all = policy.tenants.flatMap((tenant) => tenant.groups.filter((group) => group.selector !== undefined).map((group) => `"${group.name}"`));
  return [...networks, { name: "the pod networks", addresses: surroundings.podAddresses, groups: all }].filter(
    (territory) => territory.groups.length > 0,
  );
}

/** One note for each address literal or external that takes a part of a territory, at the first rule that uses it. */
export function checkSplits(universe: Universe): readonly Diagnostic[] {
  const known = territories(universe);
  if (known.length === 0) return [];
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const [expression, rule] of firstUses(universe)) {
    for (const peer of addressPeers(expression)) {
      const text = peer.name ?? peer.text;
      if (seen.has(text)) continue;
      seen.add(text);
      const split = known.find(({ addresses }) => addressesOverlap(peer.addresses, addresses) && !addressesWithin(addresses, peer.addresses));
      if (split === undefined) continue;
      found.push(splitGroups.make({ addresses: text, network: split.name, groups: split.groups }, { span: rule.origin.span, rule: rule.id }));
    }
  }
  return found;
}

/** Each expression of peers with the first rule that has it: ten thousand rules share a few thousand. */
function firstUses({ policy }: Universe): ReadonlyMap<PeerExpression, Rule> {
  const uses = new Map<PeerExpression, Rule>();
  for (const tenant of policy.tenants) {
    for (const rule of tenant.rules) for (const side of [rule.source, rule.destination]) if (!uses.has(side)) uses.set(side, rule);
  }
  return uses;
}

type AddressPeer = Extract<Peer, { kind: "addresses" }>;

function addressPeers({ include, except }: PeerExpression): readonly AddressPeer[] {
  return [...include, ...except].flatMap((peer): readonly AddressPeer[] => {
    if (peer.kind === "addresses") return [peer];
    return peer.kind === "set" ? addressPeers(peer.expression) : [];
  });
}
