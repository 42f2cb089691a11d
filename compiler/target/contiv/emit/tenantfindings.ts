/** What Contiv does otherwise than a tenant as a whole says. */
import {
  ipv6Default,
  otherTenant,
  overlappingGroups,
  podNetworks,
  sharedAddresses,
  tooManyLevels,
  unfilteredDefault,
} from "../../../diagnostics/contiv.js";
import { groupWithoutNetwork } from "../../../diagnostics/contiv-objects.js";
import type { Group, Rule, Selector } from "../../../policy/model.js";
import { toldOnce } from "../../../policy/partners.js";
import { touching } from "../../../policy/universe.js";
import {
  addressesWithin,
  allAddresses,
  complementAddresses,
  formatPrefix,
  intersectAddresses,
  isEmptyAddresses,
  unionAllAddresses,
} from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";
import * as ends from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct } from "../../../space/flows.js";
import type { FlowSet } from "../../../space/flows.js";
import { everyService, portService, protocolNumber } from "../../../space/service.js";
import * as values from "../../../space/values.js";
import { either, shownBy } from "./finding.js";
import type { Finding } from "./finding.js";
import { overlaps } from "./ground.js";
import type { Ground } from "./ground.js";
import { prefixesOf } from "./match.js";
import { overlapsOf } from "./overlap.js";
import type { RuleContext } from "./rulecontext.js";
import { unfilteredFlows, unfilteredInside } from "./scope.js";
import type { Scope } from "./scope.js";
import { addressesOf } from "./strangers.js";
import type { Strata } from "./strata.js";
import { HIGHEST } from "./strata.js";

function touchingEnds(set: EndSet): FlowSet {
  return [...flowProduct(set, ends.allEnds, everyService), ...flowProduct(ends.allEnds, set, everyService)];
}

function selected(selector: Selector | undefined): EndSet {
  return selector === undefined ? [] : ends.endSet({ namespace: values.oneOf(selector.namespaces), labels: selector.labels });
}

export function hasIpv6({ universe, tenant }: Ground): boolean {
  return universe.workloadAddresses(tenant.name).v6.length > 0 || tenant.groups.some((group) => group.hosts.v6.length > 0);
}

/** Flows that show best what an unfiltered default means, before all others. */
function likelyFlows({ universe, tenant, groups }: Ground, scopes: readonly Scope[]): FlowSet {
  const [first] = groups.values();
  if (first === undefined) return [];
  const members = universe.endsOf({ include: [{ kind: "group", tenant: tenant.name, group: first.group.name }], except: [] });
  const ssh = portService(protocolNumber.tcp, 22, 22);
  return [ssh, everyService].flatMap((service) => unfilteredFlows(scopes, universe.worldEnds, members, service));
}

function unfiltered({ ground, scope, scopes, groupFlows }: RuleContext): Finding | undefined {
  const { tenant, universe } = ground;
  if (tenant.defaultAction === "allow") return undefined;
  const outside = flowProduct(scopes[0]?.elsewhere ?? ends.allEnds, ends.allEnds, everyService);
  const shown =
    shownBy(universe, likelyFlows(ground, scopes), "deny") ??
    shownBy(universe, touching(universe, tenant.name, outside), "deny") ??
    shownBy(universe, touching(universe, tenant.name, unfilteredFlows(scopes, ends.allEnds, ends.allEnds, everyService)), "deny");
  if (shown === undefined) return undefined;
  const span = (tenant.defaultOrigin ?? tenant.origin).span;
  const diagnostic = unfilteredDefault.make({ tenant: tenant.name, flow: shown.words }, { span, target: "contiv", flow: shown.flow });
  return {
    about: "default",
    diagnostic,
    outcomes: ["allow"],
    flows: () => outside,
    wide: () => unfilteredInside(scope, scopes, universeEnds(ground), groupFlows()),
  };
}

function overIpv6(ground: Ground): Finding | undefined {
  const { tenant } = ground;
  if (tenant.defaultAction === "allow" || !hasIpv6(ground)) return undefined;
  const v6 = ends.endSet({ addresses: { v4: [], v6: allAddresses.v6 } });
  return {
    about: "default",
    diagnostic: ipv6Default.make({ tenant: tenant.name }, { span: (tenant.defaultOrigin ?? tenant.origin).span, target: "contiv" }),
    outcomes: ["allow"],
    flows: () => flowProduct(v6, v6, everyService),
  };
}

function overlapping(ground: Ground): readonly Finding[] {
  return toldOnce(overlapsOf([...ground.groups.values()].map((entry) => entry.group))).map(({ one, others }): Finding => {
    const related = others.slice(0, 5).map((other) => ({ span: other.origin.span, message: `group "${other.name}"` }));
    const names = { group: one.name, others: others.map((other) => other.name) };
    return {
      about: "ends",
      diagnostic: overlappingGroups.make(names, { span: one.origin.span, target: "contiv", related }),
      outcomes: either,
      flows: () =>
        touchingEnds(
          ends.intersectEnds(
            selected(one.selector),
            others.flatMap((other) => selected(other.selector)),
          ),
        ),
    };
  });
}

function homeless(ground: Ground): readonly Finding[] {
  return ground.homeless.map((group: Group): Finding => {
    const networks = ground.tenant.networks.filter((network) => network.subnet !== undefined).length;
    return {
      about: "ends",
      diagnostic: groupWithoutNetwork.make({ group: group.name, networks }, { span: group.origin.span, target: "contiv" }),
      outcomes: either,
      flows: () => touchingEnds(selected(group.selector)),
    };
  });
}

function otherPodNetworks({ universe, tenant, networkAddresses }: Ground): Finding | undefined {
  const pods = universe.surroundings.podAddresses;
  const own = unionAllAddresses(tenant.networks.map((network) => network.addresses));
  if (networkAddresses.length > 0 && (isEmptyAddresses(pods) || addressesWithin(pods, own))) return undefined;
  return {
    about: "ends",
    diagnostic: podNetworks.make({ tenant: tenant.name, networks: tenant.networks.length }, { span: tenant.origin.span, target: "contiv" }),
    outcomes: either,
    flows: () => touchingEnds(ends.endSet({ namespace: values.oneOf(tenant.namespaces), addresses: complementAddresses(own) })),
  };
}

function shared(ground: Ground): readonly Finding[] {
  const { tenant, universe } = ground;
  const own: AddressSet = { v4: ground.ownAddresses, v6: [] };
  return universe.policy.tenants.flatMap((other): readonly Finding[] => {
    if (other === tenant) return [];
    const common = intersectAddresses(own, { v4: addressesOf(other).v4, v6: [] });
    const [first] = prefixesOf(common.v4);
    if (first === undefined) return [];
    const related = [{ span: other.origin.span, message: `tenant "${other.name}"` }];
    const fields = { tenant: tenant.name, other: other.name, addresses: formatPrefix(first) };
    return [
      {
        about: "ends",
        diagnostic: sharedAddresses.make(fields, { span: tenant.origin.span, target: "contiv", related }),
        outcomes: either,
        flows: () => touchingEnds(ends.endSet({ namespace: values.noneOf([...universe.tenantOfNamespace.keys()]), addresses: common })),
      },
    ];
  });
}

function allowedAcross(ground: Ground, strangersOpen: boolean): Finding | undefined {
  const { tenant, universe } = ground;
  if (tenant.defaultAction === "deny" || !strangersOpen) return undefined;
  const subject = `the default of tenant "${tenant.name}"`;
  return {
    about: "default",
    diagnostic: otherTenant.make({ subject, tenant: tenant.name }, { span: (tenant.defaultOrigin ?? tenant.origin).span, target: "contiv" }),
    outcomes: ["deny"],
    flows: () => {
      const own = universe.tenantEnds.get(tenant.name) ?? [];
      const foreign = [...universe.tenantEnds].flatMap(([name, set]) => (name === tenant.name ? [] : set));
      return [...flowProduct(own, foreign, everyService), ...flowProduct(foreign, own, everyService)];
    },
  };
}

/** The ends of a chain; its middle is in the related places. */
function chainWords(rules: readonly Rule[]): string {
  const words = rules.map((rule) => `"${rule.text}" (line ${rule.origin.line})`);
  return words.length <= 4 ? words.join(" > ") : [...words.slice(0, 2), `${words.length - 3} more`, words[words.length - 1]].join(" > ");
}

function levels(ground: Ground, strata: Strata): Finding | undefined {
  if (strata.levels <= HIGHEST) return undefined;
  const { tenant } = ground;
  const chain = strata.openings.depth >= strata.others.depth ? strata.openings.chain : strata.others.chain;
  const rules = [...new Set(chain.flatMap((entry) => entry.rule ?? []))];
  const fields = { tenant: tenant.name, levels: strata.levels, limit: HIGHEST, chain: chainWords(rules) };
  const related = rules.slice(1).map((rule) => ({ span: rule.origin.span, message: "must be below the one before" }));
  return {
    about: "ends",
    diagnostic: tooManyLevels.make(fields, { span: (rules[0]?.origin ?? tenant.origin).span, target: "contiv", related }),
    outcomes: either,
    flows: () => touchingEnds(universeEnds(ground)),
  };
}

const universeEnds = ({ universe, tenant }: Ground): EndSet => universe.tenantEnds.get(tenant.name) ?? [];

/** Findings about a tenant's groups and addresses, whatever enforces its rules. */
export function groundFindings(ground: Ground): readonly Finding[] {
  return [homeless(ground), overlapping(ground), otherPodNetworks(ground) ?? [], shared(ground)].flat();
}

export function tenantFindings(context: RuleContext, strata: Strata): readonly Finding[] {
  const { ground, strangersOpen } = context;
  return [
    levels(ground, strata) ?? [],
    unfiltered(context) ?? [],
    overIpv6(ground) ?? [],
    allowedAcross(ground, strangersOpen) ?? [],
    groundFindings(ground),
  ].flat();
}

/** Whether any of the tenant's rules lets its groups reach addresses of other tenants. */
export function reachesStrangers(ground: Ground, sides: Iterable<{ readonly any: boolean; readonly inside: readonly number[] }>): boolean {
  if (ground.foreignAddresses.length === 0) return false;
  if (ground.tenant.defaultAction === "allow") return true;
  for (const side of sides) if (side.any || overlaps(side.inside, ground.foreignAddresses)) return true;
  return false;
}
