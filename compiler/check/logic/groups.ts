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
import type { EndBox } from "../../space/ends.js";
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
  const boxes: EndBox[] = [];
  const groupOf: Group[] = [];
  for (const group of tenant.groups) {
    for (const box of universe.endsOf({ include: [{ kind: "group", tenant: tenant.name, group: group.name }], except: [] })) {
      boxes.push(box);
      groupOf.push(group);
    }
  }
  const index = endIndex(boxes);
  const partners = new Map<Group, Set<Group>>();
  for (const [position, box] of boxes.entries()) {
    const group = groupOf[position];
    for (const at of index.overlapping(box)) {
      const other = groupOf[at];
      if (at >= position || other === group || partners.get(group)?.has(other) === true || !shareEnd(universe, box, boxes[at])) continue;
      addPartner(partners, group, other);
      addPartner(partners, other, group);
    }
  }
  // In order of the groups, as what is told follows the map.
  return new Map(tenant.groups.flatMap((group) => entryOf(partners, group)));
}

function addPartner(partners: Map<Group, Set<Group>>, group: Group, other: Group): void {
  const known = partners.get(group);
  if (known === undefined) partners.set(group, new Set([other]));
  else known.add(other);
}

function entryOf(partners: ReadonlyMap<Group, ReadonlySet<Group>>, group: Group): readonly (readonly [Group, ReadonlySet<Group>])[] {
  const found = partners.get(group);
  return found === undefined ? [] : [[group, found]];
}

/** Whether some end of two boxes that meet can exist: surely where all ends of one of them can. */
function shareEnd(universe: Universe, a: EndBox, b: EndBox): boolean {
  if (universe.plainEnds(a) === a || universe.plainEnds(b) === b) return true;
  const source = intersectEndBoxes(a, b);
  return source !== undefined && possiblePart(universe, { source, destination: everyEnd, service: everyService }) !== undefined;
}

/** A part of the address space that groups have their endpoints in. */
interface Territory {
  /** As messages call it. */
  readonly name: string;
  readonly addresses: AddressSet;
  readonly groups: readonly Group[];
}

function territories({ policy, surroundings }: Universe): readonly Territory[] {
  const networks = policy.tenants.flatMap((tenant) =>
    tenant.networks.map((network): Territory => {
      const inside = tenant.groups.filter((group) => group.selector !== undefined && (group.network === undefined || group.network === network.name));
      return { name: `network "${network.name}"`, addresses: network.addresses, groups: inside };
    }),
  );
  const all = policy.tenants.flatMap((tenant) => tenant.groups.filter((group) => group.selector !== undefined));
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
    eachAddressPeer(expression, (peer) => {
      const text = peer.name ?? peer.text;
      if (seen.has(text)) return;
      seen.add(text);
      const split = known.find(({ addresses }) => addressesOverlap(peer.addresses, addresses) && !addressesWithin(addresses, peer.addresses));
      if (split === undefined) return;
      found.push(
        splitGroups.make(
          { addresses: text, network: split.name, groups: split.groups.map(({ name }) => `"${name}"`) },
          { span: rule.origin.span, rule: rule.id },
        ),
      );
    });
  }
  return found;
}

/** Each expression of peers that can have addresses, with the first rule that has it. */
function firstUses({ policy }: Universe): ReadonlyMap<PeerExpression, Rule> {
  const uses = new Map<PeerExpression, Rule>();
  const use = (side: PeerExpression, rule: Rule): void => {
    if (!isOneGroup(side) && !uses.has(side)) uses.set(side, rule);
  };
  for (const tenant of policy.tenants) {
    for (const rule of tenant.rules) {
      use(rule.source, rule);
      use(rule.destination, rule);
    }
  }
  return uses;
}

type AddressPeer = Extract<Peer, { kind: "addresses" }>;

/** Most expressions are. */
function isOneGroup({ include, except }: PeerExpression): boolean {
  return include.length === 1 && except.length === 0 && include[0].kind === "group";
}

function eachAddressPeer({ include, except }: PeerExpression, visit: (peer: AddressPeer) => void): void {
  for (const peers of [include, except]) {
    for (const peer of peers) {
      if (peer.kind === "addresses") visit(peer);
      else if (peer.kind === "set") eachAddressPeer(peer.expression, visit);
    }
  }
}
