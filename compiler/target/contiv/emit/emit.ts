/** The resolved policy as Contiv's objects. */
import { once } from "../../../once.js";
import type { Diagnostic } from "../../../diagnostics/diagnostic.js";
import type { Rule, Tenant } from "../../../policy/model.js";
import type { Universe } from "../../../policy/universe.js";
import type { Artefact, Emission } from "../../target.js";
import { aciRules } from "./aci.js";
import type { Entry } from "./entry.js";
import { fabricObjects, tenantObjects } from "./declarations.js";
import type { TenantObjects } from "./declarations.js";
import { lossesOf } from "./finding.js";
import type { Finding } from "./finding.js";
import { inOrderOfPath } from "./folder.js";
import { groundOf } from "./ground.js";
import type { Addresses, Ground } from "./ground.js";
import { labelArtefacts, labelled } from "./labels.js";
import type { Labelled } from "./labels.js";
import { listsOf, renderRule } from "./lists.js";
import type { Rendering } from "./lists.js";
import { objectArtefact } from "./object.js";
import { labelFinding, modelFindings, objectFindings } from "./objectfindings.js";
import { planArtefact } from "./plan.js";
import type { RuleContext } from "./rulecontext.js";
import { ruleFindings } from "./rulefindings.js";
import { ruleObjects } from "./rules.js";
import type { RuleObjects } from "./rules.js";
import { groupFlowsOf, scopeOf } from "./scope.js";
import type { Scope } from "./scope.js";
import { openTenants, othersAddresses } from "./strangers.js";
import { HIGHEST, strataOf } from "./strata.js";
import type { ContivRule, Strata } from "./strata.js";
import { groundFindings, hasIpv6, reachesStrangers, tenantFindings } from "./tenantfindings.js";

export interface ContivOptions {
  /** Single ports that one rule may become. */
  readonly portLimit: number;
}

export const defaultContivOptions: ContivOptions = { portLimit: 128 };

interface EmittedTenant {
  readonly tenant: string;
  readonly objects: TenantObjects;
  readonly rules: RuleObjects;
  /** The files of its rules are in `rules`. */
  readonly artefacts: readonly Artefact[];
  readonly findings: readonly Finding[];
  /** Findings that are about no flows. */
  readonly notes: readonly Diagnostic[];
  readonly members: readonly Labelled[];
}

/** Tenants with VLAN networks share one VRF when the fabric routes (contiv.md §4.5), so nothing but rules keeps them apart. */
function sharesVrf({ policy }: Universe, tenant: Tenant): boolean {
  const routed = (other: Tenant): boolean => other.networks.some((network) => network.encap === "vlan");
  return policy.fabric?.forwarding === "routing" && routed(tenant) && policy.tenants.some((other) => other !== tenant && routed(other));
}

/** Addresses of other tenants that the tenant's groups could reach by its own rules, or for want of a separation. */
function keptFrom(ground: Ground, renderings: readonly Rendering[]): Addresses {
  const allowed = renderings.filter(({ rule }) => rule.action === "allow").map(({ destination }) => destination);
  return sharesVrf(ground.universe, ground.tenant) || reachesStrangers(ground, allowed) ? ground.foreignAddresses : [];
}

function answeredBy(strata: Strata): ReadonlySet<Rule> {
  return new Set(
    strata.others.placed.flatMap(({ entry }) => (entry.rule !== undefined && (entry.pair || entry.role === "reply") ? [entry.rule] : [])),
  );
}

function heldBackBy(strata: Strata): ReadonlyMap<Rule, readonly Entry[]> {
  const held = new Map<Rule, Entry[]>();
  for (const { allow, deny } of strata.others.lost) {
    if (allow.rule === undefined) continue;
    const list = held.get(allow.rule);
    if (list === undefined) held.set(allow.rule, [deny]);
    else list.push(deny);
  }
  return held;
}

/** A tenant and what Contiv sees of it. */
interface Scene {
  readonly ground: Ground;
  readonly scope: Scope;
}

/** Contiv's rules for a tenant, and what they do not say. */
interface Policing {
  readonly rules: readonly ContivRule[];
  readonly findings: readonly Finding[];
}

/** What the tenants have in common. */
interface Common extends Pick<RuleContext, "scopes" | "groupFlows" | "portLimit"> {
  readonly open: ReadonlySet<string>;
}

function police({ ground, scope }: Scene, { scopes, groupFlows, open, portLimit }: Common): Policing {
  const { tenant } = ground;
  const renderings = tenant.rules.map((rule) => renderRule(ground, rule, portLimit));
  if (ground.universe.policy.fabric?.mode === "aci") {
    const { rules, findings } = aciRules(ground, renderings, portLimit);
    return { rules, findings: [...groundFindings(ground), ...findings] };
  }
  const strata = strataOf(ground, (zones) => listsOf(ground, renderings, zones), keptFrom(ground, renderings));
  const strangersOpen = [...open].some((name) => name !== tenant.name);
  const context: RuleContext = {
    ground,
    scope,
    scopes,
    groupFlows,
    answered: answeredBy(strata),
    heldBack: heldBackBy(strata),
    hasIpv6: hasIpv6(ground),
    strangersOpen,
    othersAddresses: othersAddresses(ground.universe, tenant),
    portLimit,
  };
  return {
    rules: strata.levels > HIGHEST ? [] : strata.rules,
    findings: [...tenantFindings(context, strata), ...ruleFindings(context, renderings)],
  };
}

function emitTenant(scene: Scene, common: Common): EmittedTenant {
  const { ground } = scene;
  const { rules: contivRules, findings } = police(scene, common);
  const rules = ruleObjects(ground, contivRules);
  const objects = tenantObjects(ground, rules.attached);
  const members = labelled(ground.tenant.name, ground.groups.values());
  const declared = [...objects.first, ...objects.groups, ...objects.last, ...rules.policies];
  return {
    tenant: ground.tenant.name,
    objects,
    rules,
    findings,
    members,
    notes: [...modelFindings(declared), ...labelFinding(ground.tenant, members)],
    artefacts: declared.map(objectArtefact),
  };
}

export function emitContiv(universe: Universe, { portLimit }: ContivOptions): Emission {
  const scenes = universe.policy.tenants.map((tenant): Scene => {
    const ground = groundOf(universe, tenant);
    return { ground, scope: scopeOf(ground) };
  });
  const scopes = scenes.map(({ scope }) => scope);
  const common: Common = { scopes, groupFlows: once(() => groupFlowsOf(scopes)), open: openTenants(universe), portLimit };
  const tenants = scenes.map((scene) => emitTenant(scene, common));
  const fabric = fabricObjects(universe.policy);
  const files = [
    ...fabric.map(objectArtefact),
    ...tenants.flatMap((tenant) => tenant.artefacts),
    ...labelArtefacts(tenants.flatMap(({ members }) => members)),
    planArtefact({ fabric, tenants }),
  ];
  return {
    artefacts: inOrderOfPath(
      files,
      tenants.flatMap(({ rules }) => rules.files.folders),
    ),
    diagnostics: [
      ...modelFindings(fabric),
      ...objectFindings(
        universe.policy,
        scenes.map(({ ground }) => ground),
      ),
      ...tenants.flatMap(({ findings, notes }) => [...notes, ...findings.map((finding) => finding.diagnostic)]),
    ],
    losses: tenants.flatMap(({ tenant, findings }) => lossesOf(universe, tenant, findings)),
  };
}
