/**
 * Contiv's policy and rule objects for a tenant. Every group with the same policy of the source gets a Contiv policy of its own; what
 * holds for every group stands once, in a policy that all groups have.
 */
import type { PolicyBlock } from "../../../policy/model.js";
import type { Ground } from "./ground.js";
import { prefixText } from "./match.js";
import type { Match, Remote } from "./match.js";
import { defaultPolicyName, policyName } from "./names.js";
import type { ContivObject } from "./object.js";
import { contivObject } from "./object.js";
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

/** The ends of a match as the agent sees them; two rules with the same text, service and priority are one flow for it. */
function endsText(match: Match, every: boolean): string {
  const own = every || match.own === undefined ? "*" : `=${match.own}`;
  const remote = remoteText(match.remote);
  return match.direction === "in" ? `${remote}>${own}` : `${own}>${remote}`;
}

function remoteText(remote: Remote): string {
  switch (remote.kind) {
    case "any":
    case "world":
      return "";
    case "group":
      return `=${remote.group}`;
    case "prefix":
      return prefixText(remote.prefix);
    case "member":
      return `=${remote.group} ${prefixText(remote.prefix)}`;
  }
}

/** Leaves out rules that another rule of the same priority says already: the agent takes no match twice (contiv.md §3.6, hazard 1). */
function withoutRepeats(rules: readonly ContivRule[]): readonly ContivRule[] {
  const keyOf = ({ match, protocol, priority }: ContivRule, every: boolean): string => `${endsText(match, every)} ${protocol} p${priority}`;
  const taken = new Map<string, readonly number[]>();
  const fresh = new Map<ContivRule, readonly number[]>();
  const take = (rule: ContivRule): void => {
    const key = keyOf(rule, false);
    const own = taken.get(key) ?? none;
    const wide = (rule.match.own === undefined ? undefined : taken.get(keyOf(rule, true))) ?? none;
    const ports = withoutAny(rule.ports, own, wide);
    taken.set(key, own.length === 0 ? ports : [...own, ...ports]);
    fresh.set(rule, ports);
  };
  // What stands for every group comes first: the rule of one group that says the same is left out, wherever it stands.
  for (const rule of rules) if (rule.match.own === undefined) take(rule);
  for (const rule of rules) if (rule.match.own !== undefined) take(rule);
  return rules.flatMap((rule) => {
    const ports = fresh.get(rule) ?? [];
    return ports.length === rule.ports.length ? [rule] : ports.length === 0 ? [] : [{ ...rule, ports }];
  });
}

const none: readonly number[] = [];

/** The ports that are in neither list; the same list where that is all of them, as nearly always. */
function withoutAny(ports: readonly number[], one: readonly number[], other: readonly number[]): readonly number[] {
  if (one.length + other.length === 0) return ports;
  const taken = new Set([...one, ...other]);
  return ports.filter((port) => !taken.has(port));
}

interface Group extends PolicyRules {
  readonly own: string | undefined;
  readonly block?: PolicyBlock;
  readonly rules: ContivRule[];
}

function grouped(ground: Ground, rules: readonly ContivRule[]): readonly Group[] {
  const blocks = new Map(ground.tenant.policies.map((block) => [block.name, block]));
  const groups = new Map<string, Group>();
  for (const rule of rules) {
    const { own } = rule.match;
    const block = rule.rule === undefined ? undefined : blocks.get(rule.rule.policy);
    const key = `${block?.name ?? ""}\n${own ?? ""}`;
    let group = groups.get(key);
    if (group === undefined) {
      const policy = block === undefined ? defaultPolicyName(own) : policyName(block.name, own);
      group = { policy, own, rules: [], ...(block === undefined ? {} : { block }) };
      groups.set(key, group);
    }
    group.rules.push(rule);
  }
  return [...groups.values()].sort((a, b) => (a.policy < b.policy ? -1 : 1));
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
