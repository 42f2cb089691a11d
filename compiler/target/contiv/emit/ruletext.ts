/**
 * The files of rule objects and their steps of the plan. Nearly all of a tenant's objects are rules, and most of these differ from their
 * neighbour in a port and the id with it, so their texts are put together from parts that are written once.
 */
import type { Origin } from "../../../policy/model.js";
import type { Artefact } from "../../target.js";
import { models } from "../model.js";
import type { Match } from "./match.js";
import { prefixText } from "./match.js";
import { ruleIds } from "./names.js";
import { escaped, fieldText } from "./object.js";
import { stepEnd } from "./plan.js";
import type { ContivRule, Part } from "./strata.js";

export interface RuleObject {
  readonly artefact: Artefact;
  /** Its line in the plan. */
  readonly step: string;
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

function remoteFields({ direction, remote }: Match): readonly string[] {
  const side = direction === "in" ? "from" : "to";
  switch (remote.kind) {
    case "any":
    case "world":
      return [];
    case "group":
      return [fieldText(`${side}EndpointGroup`, remote.group)];
    case "prefix":
      return remote.prefix.length === 0 ? [] : [fieldText(`${side}IpAddress`, prefixText(remote.prefix))];
    case "member":
      return [fieldText(`${side}EndpointGroup`, remote.group), fieldText(`${side}IpAddress`, prefixText(remote.prefix))];
  }
}

/** Ids are unique within a policy; where two would be alike the later gets a number. */
function uniqueId(taken: Set<string>, id: string): string {
  let unique = id;
  for (let number = 2; taken.has(unique); number++) unique = `${id.slice(0, 60)}-${number}`;
  taken.add(unique);
  return unique;
}

/** Where the rules of one Contiv policy lie, and what stands before their ids. */
interface Place {
  readonly folder: string;
  readonly body: string;
  readonly url: string;
}

function placeOf(tenant: string, policy: string): Place {
  return {
    folder: `tenants/${tenant}/rules/${policy}/`,
    body: `{\n${fieldText("tenantName", tenant)},\n${fieldText("policyName", policy)},\n  "ruleId": "`,
    url: escaped(`/api/v1/${models.rule.plural}/${tenant}:${policy}:`),
  };
}

/** An object for each port of a rule. */
function objectsOf({ folder, body, url }: Place, rule: ContivRule, defaultOrigin: Origin, taken: Set<string>): readonly RuleObject[] {
  const { match, protocol, part } = rule;
  const idOf = ruleIds({ rule: rule.rule?.id, direction: match.direction, remote: match.remote, protocol, part });
  const fields = [
    fieldText("direction", match.direction),
    fieldText("priority", rule.priority),
    ...remoteFields(match),
    fieldText("protocol", protocol),
  ];
  const between = `",\n${fields.join(",\n")}`;
  const after = `,\n${fieldText("action", rule.action)}\n}\n`;
  const urlEnd = `/","object":"${escaped(folder)}`;
  const end = `.json",${stepEnd(rule.rule?.origin ?? defaultOrigin, rule.rule?.text, why[part])}`;
  return rule.ports.map((port): RuleObject => {
    const id = uniqueId(taken, idOf(port));
    const safe = escaped(id);
    const rest = port === 0 ? after : `,\n  "port": ${port}${after}`;
    return {
      artefact: { path: `${folder}${id}.json`, text: [body, safe, between, rest].join("") },
      step: `    {"method":"POST","url":"${url}${safe}${urlEnd}${safe}${end}`,
    };
  });
}

/** The objects for the rules of one Contiv policy, in the rules' order. `defaultOrigin` is for rules that no rule of the source makes. */
export function policyRules(tenant: string, policy: string, rules: readonly ContivRule[], defaultOrigin: Origin): readonly RuleObject[] {
  const taken = new Set<string>();
  const place = placeOf(tenant, policy);
  return rules.flatMap((rule) => objectsOf(place, rule, defaultOrigin, taken));
}
