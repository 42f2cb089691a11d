/**
 * The files of rule objects and their steps of the plan. Nearly all of a tenant's objects are rules, and most of these differ from their
 * neighbour in a port and the id with it, so their texts are put together from parts that are written once.
 */
import type { Origin } from "../../../policy/model.js";
import type { Artefact } from "../../target.js";
import { models } from "../model.js";
import type { Match } from "./match.js";
import { prefixText } from "./match.js";
import { identified } from "./ruleids.js";
import type { Identified } from "./ruleids.js";
import { escaped, fieldText } from "./object.js";
import { stepEnd } from "./plan.js";
import type { ContivRule, Part } from "./strata.js";

/** The objects of one rule, one for each of its ports. */
export interface RuleFiles {
  readonly artefacts: readonly Artefact[];
  /** In the order of the files, as they stand between quotes in JSON. */
  readonly ids: readonly string[];
  /** A line of the plan around the id, which stands in it twice: in the URL and in the file's path. */
  readonly step: { readonly before: string; readonly between: string; readonly after: string };
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

function filesOf({ folder, body, url }: Place, { rule, ids }: Identified, defaultOrigin: Origin): RuleFiles {
  const { match, protocol, part } = rule;
  const safe = ids.map(escaped);
  const fields = [
    fieldText("direction", match.direction),
    fieldText("priority", rule.priority),
    ...remoteFields(match),
    fieldText("protocol", protocol),
  ];
  const between = `",\n${fields.join(",\n")}`;
  const after = `,\n${fieldText("action", rule.action)}\n}\n`;
  return {
    artefacts: rule.ports.map((port, at): Artefact => {
      const rest = port === 0 ? after : `,\n  "port": ${port}${after}`;
      return { path: `${folder}${ids[at]}.json`, text: [body, safe[at], between, rest].join("") };
    }),
    ids: safe,
    step: {
      before: `    {"method":"POST","url":"${url}`,
      between: `/","object":"${escaped(folder)}`,
      after: `.json",${stepEnd(rule.rule?.origin ?? defaultOrigin, rule.rule?.text, why[part])}`,
    },
  };
}

/** The files of the rules of one Contiv policy, in the rules' order. `defaultOrigin` is for rules that no rule of the source makes. */
export function policyRules(tenant: string, policy: string, rules: readonly ContivRule[], defaultOrigin: Origin): readonly RuleFiles[] {
  const place = placeOf(tenant, policy);
  return identified(rules).map((rule) => filesOf(place, rule, defaultOrigin));
}
