/**
 * Contiv's policy and rule objects for a tenant. Every group with the same policy of the source gets a Contiv policy of its own; what
 * holds for every group stands once, in a policy that all groups have.
 */
import type { PolicyBlock } from "../../../policy/model.js";
import type { Ground } from "./ground.js";
import { defaultPolicyName, policyName } from "./names.js";
import type { ContivObject } from "./object.js";
import { contivObject } from "./object.js";
import { withoutRepeats } from "./repeats.js";
import { ruleFiles } from "./rulefiles.js";
import type { PolicyRules, RuleFiles } from "./rulefiles.js";
import type { ContivRule } from "./strata.js";
import type { Body } from "../model.js";

export interface RuleObjects {
  readonly policies: readonly ContivObject[];
  readonly files: RuleFiles;
  /** The policies of every group, by its name, in order. */
  readonly attached: ReadonlyMap<string, readonly string[]>;
}

interface Group extends PolicyRules {
  readonly own: string | undefined;
  readonly block: PolicyBlock | undefined;
  readonly rules: ContivRule[];
}

/** The rules by the policy of the source that they come from, and by group. */
function grouped(ground: Ground, rules: readonly ContivRule[]): readonly Group[] {
  const blocks = new Map(ground.tenant.policies.map((block) => [block.name, block]));
  const byBlock = new Map<PolicyBlock | undefined, Map<string | undefined, Group>>();
  const groups: Group[] = [];
  for (const rule of rules) {
    const { own } = rule.match;
    const block = rule.rule === undefined ? undefined : blocks.get(rule.rule.policy);
    let ofBlock = byBlock.get(block);
    if (ofBlock === undefined) byBlock.set(block, (ofBlock = new Map()));
    let group = ofBlock.get(own);
    if (group === undefined) {
      group = { policy: block === undefined ? defaultPolicyName(own) : policyName(block.name, own), own, block, rules: [] };
      ofBlock.set(own, group);
      groups.push(group);
    }
    group.rules.push(rule);
  }
  return groups.sort((a, b) => (a.policy < b.policy ? -1 : 1));
}

export function ruleObjects(ground: Ground, contivRules: readonly ContivRule[]): RuleObjects {
  const { tenant } = ground;
  const defaultOrigin = tenant.defaultOrigin ?? tenant.origin;
  const groups = grouped(ground, withoutRepeats(contivRules));
  const attached = new Map<string, string[]>([...ground.groups.keys()].map((name) => [name, []]));
  const policies = groups.map((group) => {
    const owners = group.own === undefined ? attached.values() : [attached.get(group.own) ?? []];
    for (const list of owners) list.push(group.policy);
    const body: Body = { policyName: group.policy, tenantName: tenant.name };
    const reason = group.own === undefined ? "holds rules for every group" : `holds rules for group ${group.own}`;
    return contivObject("policy", body, `tenants/${tenant.name}/policies/${group.policy}`, group.block?.origin ?? defaultOrigin, reason);
  });
  return { policies, files: ruleFiles(tenant.name, groups, defaultOrigin), attached };
}
