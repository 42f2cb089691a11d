/**
 * Rules whose ends can have no address family in common, so that they match nothing. The families here are an upper bound of what
 * a peer can have (`except` takes nothing away), so what is reported is so.
 */
import { familiesApart, serviceFamily } from "../diagnostics/values.js";
import type { Report } from "../diagnostics/sink.js";
import type { Peer, PeerExpression, Rule } from "../policy/model.js";
import { groupNamed, networkNamed } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { isEmptyAddresses } from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import * as service from "../space/service.js";

/** Bits: 1 for IPv4, 2 for IPv6. */
type Families = number;
const BOTH: Families = 3;

function familiesOf(addresses: AddressSet): Families {
  return (addresses.v4.length > 0 ? 1 : 0) | (addresses.v6.length > 0 ? 2 : 0);
}

function familyText(families: Families): string {
  return families === 1 ? "IPv4" : families === 2 ? "IPv6" : families === 0 ? "no addresses" : "both families";
}

export function checkFamilies(universe: Universe, report: Report): void {
  const known = new Map<PeerExpression, Families>();
  const groups = new Map<string, Families>();

  const ofGroup = (tenantName: string, name: string): Families => {
    const key = `${tenantName}/${name}`;
    const cached = groups.get(key);
    if (cached !== undefined) return cached;
    const tenant = universe.tenantByName.get(tenantName);
    const group = groupNamed(tenant, name);
    if (tenant === undefined || group === undefined) return BOTH;
    const network = networkNamed(tenant, group.network);
    let families = familiesOf(group.hosts);
    if (group.selector !== undefined) {
      const inNetwork = network !== undefined && !isEmptyAddresses(network.addresses);
      families |= inNetwork
        ? familiesOf(network.addresses) | familiesOf(universe.surroundings.podAddresses)
        : familiesOf(universe.workloadAddresses(tenantName));
    }
    groups.set(key, families);
    return families;
  };
  const ofPeer = (peer: Peer): Families => {
    switch (peer.kind) {
      case "any":
      case "world":
        return BOTH;
      case "group":
        return ofGroup(peer.tenant, peer.group);
      case "network": {
        const tenant = universe.tenantByName.get(peer.tenant);
        const network = tenant === undefined ? undefined : networkNamed(tenant, peer.network);
        return network === undefined ? BOTH : familiesOf(network.addresses);
      }
      case "addresses":
        return familiesOf(peer.addresses);
      case "set":
        return ofExpression(peer.expression);
    }
  };
  const ofExpression = (expression: PeerExpression): Families => {
    const cached = known.get(expression);
    if (cached !== undefined) return cached;
    const families = expression.include.reduce<Families>((sum, peer) => sum | ofPeer(peer), 0);
    known.set(expression, families);
    return families;
  };

  const checkRule = (rule: Rule): void => {
    const source = ofExpression(rule.source);
    const destination = ofExpression(rule.destination);
    const { span } = rule.origin;
    // A peer of no address at all, such as an empty cidrs param, is another finding.
    if (source === 0 || destination === 0) return;
    const common = source & destination;
    if (common === 0) {
      report(familiesApart.make({ source: familyText(source), destination: familyText(destination) }, { span, rule: rule.id }));
      return;
    }
    if (common === BOTH || rule.service.terms.length === 0) return;
    const family = common === 1 ? 4 : 6;
    if (service.servicesOverlap(rule.service.services, service.familyServices(family))) return;
    const protocol = family === 4 ? "icmp6" : "icmp";
    report(serviceFamily.make({ family: familyText(common), protocol }, { span, rule: rule.id }));
  };
  for (const tenant of universe.policy.tenants) tenant.rules.forEach(checkRule);
}
