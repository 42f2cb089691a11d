/**
 * Audit mode: what a tenant or a policy denies passes, and is counted and logged. A tenant's default is audited with the tenant. What
 * passes so is told, so that a verification can tell it from a mistake.
 */
import { didYouMean, suggest } from "../../bind/suggest.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { inAudit, nothingToAudit } from "../../diagnostics/openflow.js";
import type { Policy } from "../../policy/model.js";
import { everyFlow, flowsOfRule, touching } from "../../policy/universe.js";
import type { Universe } from "../../policy/universe.js";
import type { Located } from "../../source/shapes.js";
import type { Loss } from "../target.js";
import type { Audit } from "./build.js";
import { noAudit } from "./build.js";

const target = "openflow";

export interface ChosenAudit {
  readonly audit: Audit;
  /** Names that are those of nothing. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What the project file's `audit` means: everything, nothing, or the tenants (`shop`) and policies (`shop/tiers`) that it names. */
export function chooseAudit(policy: Policy, setting: boolean | readonly Located<string>[] | undefined): ChosenAudit {
  const tenants = policy.tenants.map(({ name }) => name);
  const policies = policy.tenants.flatMap((tenant) => tenant.policies.map(({ name }) => `${tenant.name}/${name}`));
  if (setting === true) return { audit: { tenants, policies: [] }, diagnostics: [] };
  if (setting === undefined || setting === false) return { audit: noAudit, diagnostics: [] };
  const named = setting.map(({ value }) => value);
  const audit = { tenants: tenants.filter((name) => named.includes(name)), policies: policies.filter((name) => named.includes(name)) };
  const known = [...tenants, ...policies];
  const unknown = setting.filter(({ value }) => !known.includes(value));
  const diagnostics = unknown.map(({ value, span }) =>
    nothingToAudit.make({ name: value }, { span, target, help: didYouMean(suggest(value, known)) }),
  );
  return { audit, diagnostics };
}

/** What audit mode lets pass that the source denies. */
export function auditLosses(universe: Universe, audit: Audit): readonly Loss[] {
  return universe.policy.tenants.flatMap((tenant): readonly Loss[] => {
    const common = { tenant: tenant.name, outcome: "allow" } as const;
    if (audit.tenants.includes(tenant.name)) {
      const diagnostic = inAudit.make({ what: `tenant "${tenant.name}"` }, { span: tenant.origin.span, target });
      return [{ ...common, diagnostic, flows: touching(universe, tenant.name, everyFlow) }];
    }
    return tenant.policies
      .filter(({ name }) => audit.policies.includes(`${tenant.name}/${name}`))
      .map(({ name, origin, rules }) => ({
        ...common,
        diagnostic: inAudit.make({ what: `policy "${name}"` }, { span: origin.span, target }),
        flows: rules.filter(({ action }) => action === "deny").flatMap((rule) => flowsOfRule(universe, rule)),
      }));
  });
}
