/**
 * From the resolved policy to the policy program.
 */
import { formatPrefix, unionAllAddresses } from "../../space/address.js";
import type { ServiceSet } from "../../space/service.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { doesNotFit } from "../../diagnostics/openflow.js";
import type { Origin, PeerExpression, Policy, Rule, Tenant } from "../../policy/model.js";
import type { Universe } from "../../policy/universe.js";
import { alternativeReader } from "./alternatives.js";
import type { Alternative } from "./alternatives.js";
import { CLASS_BITS, layOutClasses } from "./classes.js";
import { stableIds, stableNumbers } from "./hash.js";
import { balancersOf, networksOf, prefixTexts } from "./networks.js";
import { regionOverlaps } from "./overlap.js";
import { bareAddresses, prefixMap } from "./places.js";
import { profilesOf } from "./profiles.js";
import { LAST_RULE_PRIORITY, RULE_PRIORITY } from "./policytable.js";
import { ruleLevels } from "./priorities.js";
import { PROGRAM_FORMAT, PROGRAM_VERSION } from "./program.js";
import type { Condition, Membership, Place, Position, Program, ProgramClass, ProgramRule } from "./program.js";
import { idLimit } from "./registers.js";

/** What decides and counts, but drops nothing. */
export interface Audit {
  /** Tenants of which all rules and the default are audited. */
  readonly tenants: readonly string[];
  /** `tenant/policy`. */
  readonly policies: readonly string[];
}

export const noAudit: Audit = { tenants: [], policies: [] };

export interface Built {
  /** Absent when a diagnostic is an error. Its digest is empty. */
  readonly program?: Program;
  readonly diagnostics: readonly Diagnostic[];
}

const DECISION_LIMIT = 0xfffffffe;

/** The program of a policy, without its digest. */
export function buildProgram(universe: Universe, audit: Audit = noAudit): Built {
  const { policy } = universe;
  const read = alternativeReader(universe);
  const rules = policy.tenants.flatMap((tenant) => tenant.rules);
  // Rules that name the same peers share one expression, so each is looked at once.
  const expressions = new Set<PeerExpression>();
  for (const { source, destination } of rules) expressions.add(source).add(destination);
  const alternatives = [...new Set([...expressions].flatMap((expression) => read(expression)))].sort(byKey);
  const number = new Map(alternatives.map((alternative, index) => [alternative, index]));
  const numbersOf = new Map([...expressions].map((expression) => [expression, read(expression).map((found) => number.get(found) ?? 0)]));
  const numbers = (expression: PeerExpression): readonly number[] => numbersOf.get(expression) ?? [];
  const neighbours = regionOverlaps(alternatives.map((alternative) => alternative.region));

  const layout = layOutClasses(alternatives, (index) => neighbours[index]);
  if (layout.kind === "overflow") return { diagnostics: [reportClassOverflow(policy, layout.bits, layout.overlapping)] };
  const classAlternatives = alternatives.filter((alternative) => alternative.kind === "class");
  const classNumber = new Map(classAlternatives.map((alternative, index) => [alternative.key, index]));
  const classes = classAlternatives.map((alternative): ProgramClass => {
    const placed = layout.byKey.get(alternative.key);
    if (placed === undefined) throw new Error(`class without a place: ${alternative.key}`);
    return { key: alternative.key, dimension: layout.dimensions.indexOf(placed.dimension), value: placed.value, ...alternative.region };
  });

  const tenantIds = stableIds(
    policy.tenants.map((tenant) => tenant.name),
    idLimit,
  );
  const { places, memberships } = placesOf(policy, tenantIds, classes);
  const membersWith = (tenant: string): readonly number[] =>
    memberships.filter((membership) => membership.tenants.includes(tenantIds.get(tenant) ?? 0)).map((membership) => membership.id);
  const conditions = alternatives.map((alternative) => conditionOf(alternative, classNumber, membersWith));
  // Of all rules, then of the tenants' defaults.
  const decisions = stableNumbers(
    [...rules.map((rule) => `rule ${rule.id}`), ...policy.tenants.map((tenant) => `default ${tenant.name}`)],
    DECISION_LIMIT,
  );
  const services = servicePool(rules);

  const diagnostics: Diagnostic[] = [];
  let before = 0;
  const programRules = policy.tenants.flatMap((tenant): readonly ProgramRule[] => {
    const first = before;
    before += tenant.rules.length;
    const ranked = tenant.rules.map((rule) => ({
      source: numbers(rule.source),
      destination: numbers(rule.destination),
      services: rule.service.services,
    }));
    const levels = ruleLevels(ranked, neighbours);
    const tooHigh = levels.findIndex((level) => RULE_PRIORITY + level > LAST_RULE_PRIORITY);
    if (tooHigh >= 0) diagnostics.push(reportLevelOverflow(tenant.rules[tooHigh]));
    const id = tenantIds.get(tenant.name) ?? 0;
    const isAudited = auditedIn(audit, tenant);
    return tenant.rules.map((rule, index) => ({
      rule: rule.id,
      text: rule.text,
      position: positionOf(rule.origin),
      decision: decisions[first + index],
      tenant: id,
      action: rule.action,
      log: rule.log,
      audit: isAudited(rule.policy),
      priority: RULE_PRIORITY + levels[index],
      source: ranked[index].source,
      destination: ranked[index].destination,
      service: services.of(rule.service.services),
    }));
  });
  if (diagnostics.length > 0) return { diagnostics };

  return {
    diagnostics,
    program: {
      format: PROGRAM_FORMAT,
      version: PROGRAM_VERSION,
      digest: { algorithm: "", value: "" },
      tenants: policy.tenants.map((tenant, index) => ({
        name: tenant.name,
        id: tenantIds.get(tenant.name) ?? 0,
        namespaces: tenant.namespaces,
        defaultAction: tenant.defaultAction,
        decision: decisions[rules.length + index],
        audit: audit.tenants.includes(tenant.name),
        position: positionOf(tenant.defaultOrigin ?? tenant.origin),
      })),
      memberships,
      networks: networksOf(policy, tenantIds),
      dimensions: layout.dimensions,
      classes,
      places,
      impossible: universe.impossible,
      conditions,
      services: services.pool,
      rules: programRules,
      loadBalancers: policy.tenants.flatMap((tenant) => balancersOf(tenant, tenantIds.get(tenant.name) ?? 0)),
      profiles: profilesOf(universe, tenantIds),
      fabric: { forwarding: policy.fabric?.forwarding ?? "bridge", arp: policy.fabric?.arp ?? "proxy" },
    },
  };
}

/** Whether the rules of one of the tenant's policies are audited. */
function auditedIn(audit: Audit, tenant: Tenant): (policy: string) => boolean {
  if (audit.tenants.includes(tenant.name)) return () => true;
  const named = new Set(tenant.policies.map(({ name }) => name).filter((name) => audit.policies.includes(`${tenant.name}/${name}`)));
  return (policy) => named.has(policy);
}

const byKey = (a: Alternative, b: Alternative): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

function positionOf(origin: Origin): Position {
  return { file: origin.span.file, line: origin.line, column: origin.column };
}

function conditionOf(
  alternative: Alternative,
  classNumber: ReadonlyMap<string, number>,
  membersWith: (tenant: string) => readonly number[],
): Condition {
  switch (alternative.kind) {
    case "every":
    case "world":
      return { kind: alternative.kind };
    case "class":
      return { kind: "class", class: classNumber.get(alternative.key) ?? 0 };
    case "addresses": {
      const prefixes = prefixTexts(alternative.addresses);
      return { kind: "addresses", prefixes, ...(alternative.tenant === undefined ? {} : { members: membersWith(alternative.tenant) }) };
    }
  }
}

/** Which tenants and classes a bare end has by its address, and every set of tenants that occurs. */
function placesOf(
  policy: Policy,
  tenantIds: ReadonlyMap<string, number>,
  classes: readonly ProgramClass[],
): { readonly places: readonly Place[]; readonly memberships: readonly Membership[] } {
  const { tenants } = policy;
  const own = tenants.map((tenant) =>
    unionAllAddresses([...tenant.networks.map((network) => network.addresses), ...tenant.groups.map((group) => group.hosts)]),
  );
  const found = prefixMap([...own, ...classes.map(bareAddresses)]);
  const single = new Map(tenants.map((tenant) => [`${tenantIds.get(tenant.name)}`, tenantIds.get(tenant.name) ?? 0]));
  const tenantsOf = (members: readonly number[]): readonly number[] =>
    members.flatMap((item) => (item < tenants.length ? [tenantIds.get(tenants[item].name) ?? 0] : [])).sort((a, b) => a - b);
  const several = found.map(({ members }) => tenantsOf(members)).filter((ids) => ids.length > 1);
  const ids = membershipIds(single, several);
  const memberships = [...ids].map(([text, id]) => ({ id, tenants: text.split(" ").map(Number) })).sort((a, b) => a.id - b.id);
  const places = found.map(({ prefix, members }) => ({
    prefix: formatPrefix(prefix),
    members: ids.get(tenantsOf(members).join(" ")) ?? 0,
    classes: members.filter((item) => item >= tenants.length).map((item) => item - tenants.length),
  }));
  return { places, memberships };
}

/** A tenant by itself keeps its own id; the other sets get ids that no tenant has. */
function membershipIds(single: ReadonlyMap<string, number>, several: readonly (readonly number[])[]): ReadonlyMap<string, number> {
  const ids = new Map(single);
  const taken = new Set(single.values());
  for (const [text, wish] of stableIds(
    several.map((list) => list.join(" ")),
    idLimit,
    1,
  )) {
    let id = wish;
    while (taken.has(id)) id = (id % idLimit) + 1;
    taken.add(id);
    ids.set(text, id);
  }
  return ids;
}

function servicePool(rules: readonly Rule[]): { readonly pool: readonly ServiceSet[]; readonly of: (services: ServiceSet) => number } {
  const numbers = new Map<number | string, number>();
  const byObject = new Map<ServiceSet, number>();
  const pool: ServiceSet[] = [];
  for (const { service } of rules) {
    if (byObject.has(service.services)) continue;
    const key = serviceKey(service.services);
    const index = numbers.get(key) ?? pool.push(service.services) - 1;
    numbers.set(key, index);
    byObject.set(service.services, index);
  }
  return { pool, of: (services) => byObject.get(services) ?? 0 };
}

/** Tells services apart. Most are one range of points, which have 24 bits each, and a number for both is made more quickly than a text. */
function serviceKey(services: ServiceSet): number | string {
  return services.length === 2 ? services[0] * 2 ** 24 + services[1] : services.join();
}

function reportClassOverflow(policy: Policy, bits: number, overlapping: readonly string[]): Diagnostic {
  const first = policy.tenants.flatMap((tenant) => tenant.groups.map((group) => ({ group, key: `${tenant.name}/${group.name}` })));
  const origin = first.find(({ key }) => overlapping.includes(key))?.group.origin ?? policy.tenants[0].origin;
  return doesNotFit.make(
    { reason: { kind: "registers", bits, limit: CLASS_BITS, examples: overlapping.slice(0, 5) } },
    { span: origin.span, target: "openflow" },
  );
}

function reportLevelOverflow(rule: Rule): Diagnostic {
  return doesNotFit.make(
    { reason: { kind: "priorities", limit: LAST_RULE_PRIORITY - RULE_PRIORITY } },
    { span: rule.origin.span, target: "openflow", rule: rule.id },
  );
}
