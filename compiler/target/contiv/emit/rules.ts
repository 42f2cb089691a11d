/**
 * Contiv's policy and rule objects for a tenant. Every group with the same policy of the source gets a Contiv policy of its own; what
 * holds for every group stands once, in a policy that all groups have.
 */
import type { Origin, PolicyBlock } from "../../../policy/model.js";
import type { Ground } from "./ground.js";
import { prefixText } from "./match.js";
import type { Match, Remote } from "./match.js";
import { defaultPolicyName, policyName, ruleId } from "./names.js";
import type { ContivObject } from "./object.js";
import { contivObject } from "./object.js";
import type { ContivRule, Part } from "./strata.js";
import type { Body } from "../model.js";

export interface RuleObjects {
  readonly policies: readonly ContivObject[];
  readonly rules: readonly ContivObject[];
  /** The policies of every group, by its name, in order. */
  readonly attached: ReadonlyMap<string, readonly string[]>;
}

const why: Readonly<Record<Part, string>> = {
  default: "the tenant's default",
  open: "decides packets that open a TCP connection",
  return: "lets TCP's other packets pass, both ways",
  forth: "decides the rule's flows, and by port their replies",
  reply: "lets replies pass",
  border: "keeps a rule for the world away from the tenants' own addresses",
  apart: "keeps tenants apart",
  contract: "becomes a contract of the fabric",
};

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
export function withoutRepeats(rules: readonly ContivRule[]): readonly ContivRule[] {
  const service = (rule: ContivRule): string => ` ${rule.protocol}/${rule.port} p${rule.priority}`;
  const wide = new Set(rules.filter((rule) => rule.match.own === undefined).map((rule) => endsText(rule.match, true) + service(rule)));
  const seen = new Set<string>();
  return rules.filter((rule) => {
    const key = endsText(rule.match, false) + service(rule);
    if (seen.has(key)) return false;
    seen.add(key);
    return rule.match.own === undefined || !wide.has(endsText(rule.match, true) + service(rule));
  });
}

function remoteFields(match: Match): Record<string, string> {
  const side = match.direction === "in" ? "from" : "to";
  const { remote } = match;
  switch (remote.kind) {
    case "any":
    case "world":
      return {};
    case "group":
      return { [`${side}EndpointGroup`]: remote.group };
    case "prefix":
      return remote.prefix.length === 0 ? {} : { [`${side}IpAddress`]: prefixText(remote.prefix) };
    case "member":
      return { [`${side}EndpointGroup`]: remote.group, [`${side}IpAddress`]: prefixText(remote.prefix) };
  }
}

const serviceText = (rule: ContivRule): string => `${rule.protocol === "" ? "every" : rule.protocol}${rule.port === 0 ? "" : `-${rule.port}`}`;

interface Group {
  readonly name: string;
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
      const name = block === undefined ? defaultPolicyName(own) : policyName(block.name, own);
      group = { name, own, rules: [], ...(block === undefined ? {} : { block }) };
      groups.set(key, group);
    }
    group.rules.push(rule);
  }
  return [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function ruleObject(tenant: string, policy: string, id: string, rule: ContivRule, origin: Origin): ContivObject {
  const body: Body = {
    tenantName: tenant,
    policyName: policy,
    ruleId: id,
    direction: rule.match.direction,
    priority: rule.priority,
    ...remoteFields(rule.match),
    protocol: rule.protocol,
    ...(rule.port === 0 ? {} : { port: rule.port }),
    action: rule.action,
  };
  return contivObject("rule", body, `tenants/${tenant}/rules/${policy}/${id}`, origin, why[rule.part], rule.rule?.text);
}

/** Ids are unique within a policy; where two would be alike the later gets a number. */
function uniqueId(taken: Set<string>, id: string): string {
  let unique = id;
  for (let number = 2; taken.has(unique); number++) unique = `${id.slice(0, 60)}-${number}`;
  taken.add(unique);
  return unique;
}

export function ruleObjects(ground: Ground, contivRules: readonly ContivRule[]): RuleObjects {
  const { tenant } = ground;
  const defaultOrigin = tenant.defaultOrigin ?? tenant.origin;
  const groups = grouped(ground, withoutRepeats(contivRules));
  const attached = new Map<string, string[]>([...ground.groups.keys()].map((name) => [name, []]));
  const rules: ContivObject[] = [];
  const policies = groups.map((group) => {
    const owners = group.own === undefined ? attached.values() : [attached.get(group.own) ?? []];
    for (const list of owners) list.push(group.name);
    const taken = new Set<string>();
    for (const rule of group.rules) {
      const { direction, remote } = rule.match;
      const id = ruleId({ rule: rule.rule?.id, direction, remote, service: serviceText(rule), part: rule.part });
      rules.push(ruleObject(tenant.name, group.name, uniqueId(taken, id), rule, rule.rule?.origin ?? defaultOrigin));
    }
    const body: Body = { policyName: group.name, tenantName: tenant.name };
    const reason = group.own === undefined ? "holds rules for every group" : `holds rules for group ${group.own}`;
    return contivObject("policy", body, `tenants/${tenant.name}/policies/${group.name}`, group.block?.origin ?? defaultOrigin, reason);
  });
  return { policies, rules, attached };
}
