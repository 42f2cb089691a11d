/** Addressing between tenants: tags, namespaces, hosts and externals of the project that get in each other's way. */
import { externalInside, hostsInTwoTenants, namespaceTwice, tagOutside, tagTwice } from "../diagnostics/values.js";
import { VLAN_TAGS, VXLAN_TAGS } from "../bind/properties.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Report } from "../diagnostics/sink.js";
import { externalsIn } from "../policy/assemble.js";
import type { Spans } from "../policy/draft.js";
import type { Network, Policy, Tenant } from "../policy/model.js";
import { everyUnit, namesake } from "../policy/units.js";
import type { NamedAddresses, Unit, Units } from "../policy/units.js";
import * as address from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import { formatAddresses } from "./literals.js";
import { findOverlaps } from "./overlaps.js";

interface Across {
  readonly policy: Policy;
  readonly spans: Pick<Spans, "of">;
  readonly externals: readonly NamedAddresses[];
  /** The pod networks of the project file. */
  readonly podAddresses: AddressSet;
  readonly report: Report;
}

/** What an earlier check found. */
export interface AcrossBefore {
  readonly units: Units;
  readonly podAddresses: AddressSet;
  readonly findings: readonly Diagnostic[];
}

/**
 * The findings between the tenants of a policy. They are looked for again only where something that they are about has changed: the rules
 * that somebody types are not among it. Findings have places, which move, so where there were some they are looked for each time.
 */
export function checkAcross(
  policy: Policy,
  units: Units,
  fresh: readonly Unit[],
  podAddresses: AddressSet,
  before: AcrossBefore | undefined,
): readonly Diagnostic[] {
  if (before?.findings.length === 0 && address.addressesEqual(before.podAddresses, podAddresses) && haveShapes(units, fresh, before.units)) {
    return before.findings;
  }
  const findings: Diagnostic[] = [];
  const report: Report = (diagnostic) => {
    findings.push(diagnostic);
  };
  const across: Across = { policy, spans: spansOf(units), externals: externalsIn(units), podAddresses, report };
  checkTags(across);
  checkNamespaceOwners(across);
  checkHosts(across);
  checkExternals(across);
  return findings;
}

/** Whether the units that were not taken over have the shapes of those in their places, and none came or went. */
function haveShapes(now: Units, fresh: readonly Unit[], before: Units): boolean {
  const sameUnits = (["names", "tenants", "outside"] as const).every((kind) => now[kind].size === before[kind].size);
  return sameUnits && fresh.every((unit) => namesake(unit, before)?.shape === unit.shape);
}

/** Where something was written, whichever unit it was resolved in. */
function spansOf(units: Units): Pick<Spans, "of"> {
  return {
    of: (thing, property) => {
      for (const { spans } of everyUnit(units)) if (spans.isMarked(thing, property)) return spans.of(thing, property);
      return thing.origin.span;
    },
  };
}

function checkTags({ policy, spans, report }: Across): void {
  const used = new Map<string, { readonly tenant: Tenant; readonly network: Network }>();
  for (const tenant of policy.tenants) {
    for (const network of tenant.networks) {
      const { tag, encap } = network;
      if (tag === undefined) continue;
      const wire = encap === "vlan" ? VLAN_TAGS : VXLAN_TAGS;
      const { fabric } = policy;
      const [first, last] = fabric === undefined ? [wire.min, wire.max] : encap === "vlan" ? fabric.vlans : fabric.vxlans;
      if (tag < first || tag > last) {
        const related =
          fabric === undefined ? [] : [{ span: spans.of(fabric, encap === "vlan" ? "vlans" : "vxlans"), message: "the fabric's range" }];
        report(tagOutside.make({ tag, encap, first, last, fabric: fabric !== undefined }, { span: spans.of(network, "tag"), related }));
      }
      const key = `${encap} ${tag}`;
      const other = used.get(key);
      if (other === undefined) used.set(key, { tenant, network });
      else {
        const related = [{ span: spans.of(other.network, "tag"), message: "used here" }];
        const named = (owner: Tenant, name: string): string =>
          `network "${name}"${owner === other.tenant && owner === tenant ? "" : ` of tenant "${owner.name}"`}`;
        const fields = { tag, encap, network: named(tenant, network.name), other: named(other.tenant, other.network.name) };
        report(tagTwice.make(fields, { span: spans.of(network, "tag"), related }));
      }
    }
  }
}

function checkNamespaceOwners({ policy, spans, report }: Across): void {
  const owners = new Map<string, Tenant>();
  for (const tenant of policy.tenants) {
    for (const namespace of tenant.namespaces) {
      const owner = owners.get(namespace);
      if (owner === undefined) owners.set(namespace, tenant);
      else {
        const place = `namespace ${namespace}`;
        const related = [{ span: spans.of(owner, place), message: `of tenant "${owner.name}" here` }];
        report(namespaceTwice.make({ namespace, tenant: tenant.name, other: owner.name }, { span: spans.of(tenant, place), related }));
      }
    }
  }
}

/** Hosts in another tenant's hosts or networks. */
function checkHosts({ policy, spans, report }: Across): void {
  const own = policy.tenants.map((tenant) => ({
    owner: tenant,
    addresses: address.unionAllAddresses([...tenant.networks.map((network) => network.addresses), ...tenant.groups.map((group) => group.hosts)]),
  }));
  const touching = new Set(findOverlaps(own).flatMap(({ later, earlier }) => [later, earlier]));
  if (touching.size === 0) return;
  for (const { owner: tenant } of own) {
    for (const group of tenant.groups) {
      if (address.isEmptyAddresses(group.hosts)) continue;
      const other = own.find((candidate) => candidate.owner !== tenant && address.addressesOverlap(candidate.addresses, group.hosts));
      const shared = other === undefined ? undefined : address.someAddress(address.intersectAddresses(other.addresses, group.hosts));
      if (other === undefined || shared === undefined) continue;
      const counterpart = other.owner.groups.find((candidate) => address.containsAddress(candidate.hosts, shared));
      // Two groups' hosts that meet are told once, at the later tenant.
      if (counterpart !== undefined && other.owner.name > tenant.name) continue;
      const network = other.owner.networks.find((candidate) => address.containsAddress(candidate.addresses, shared));
      const where = counterpart === undefined ? network?.origin.span : spans.of(counterpart, "hosts");
      const related = where === undefined ? [] : [{ span: where, message: `in tenant "${other.owner.name}" here` }];
      const fields = { group: group.name, tenant: tenant.name, other: other.owner.name, address: address.formatAddress(shared) };
      report(hostsInTwoTenants.make(fields, { span: spans.of(group, "hosts"), related }));
    }
  }
}

function checkExternals({ policy, spans, externals, podAddresses, report }: Across): void {
  const networks = policy.tenants.flatMap((tenant) => tenant.networks.map((network) => ({ tenant, network })));
  const all = address.unionAllAddresses(networks.map(({ network }) => network.addresses));
  for (const { symbol, addresses } of externals) {
    const span = symbol.declarations.at(0)?.nameSpan;
    if (span === undefined) continue;
    if (address.addressesOverlap(addresses, all)) {
      const hit = networks.find(({ network }) => address.addressesOverlap(network.addresses, addresses));
      if (hit === undefined) continue;
      const shared = address.intersectAddresses(hit.network.addresses, addresses);
      const what = `network "${hit.network.name}" of tenant "${hit.tenant.name}" in ${formatAddresses(shared, 3)}`;
      const property = address.addressesOverlap(
        shared,
        hit.network.subnet === undefined ? address.noAddresses : address.prefixSet(hit.network.subnet),
      )
        ? "subnet"
        : "subnet6";
      report(
        externalInside.make(
          { external: symbol.name, what },
          { span, related: [{ span: spans.of(hit.network, property), message: "the network's addresses" }] },
        ),
      );
    } else if (address.addressesOverlap(addresses, podAddresses)) {
      const shared = formatAddresses(address.intersectAddresses(addresses, podAddresses), 3);
      report(externalInside.make({ external: symbol.name, what: `the pod networks of the project file in ${shared}` }, { span }));
    }
  }
}
