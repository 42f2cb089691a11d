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
import { cutFromOne } from "./cut.js";
import { stepEnd } from "./plan.js";
import { isEveryPort } from "./service.js";
import type { ContivRule, Part } from "./strata.js";

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

/** Files and steps of the plan as they are put together, to be made into flat texts together. */
interface Drafts {
  readonly paths: string[];
  readonly texts: string[];
  readonly steps: string[];
}

function addRule({ paths, texts, steps }: Drafts, { folder, body, url }: Place, identified: Identified, defaultOrigin: Origin): void {
  const { rule, before, own, after } = identified;
  const { match, protocol, part, ports } = rule;
  const fields = [
    fieldText("direction", match.direction),
    fieldText("priority", rule.priority),
    ...remoteFields(match),
    fieldText("protocol", protocol),
  ];
  const path = { before: `${folder}${before}`, after: `${after}.json` };
  const hasPort = !isEveryPort(ports);
  const text = {
    before: `${body}${before}`,
    between: `${after}",\n${fields.join(",\n")}${hasPort ? ',\n  "port": ' : ""}`,
    after: `,\n${fieldText("action", rule.action)}\n}\n`,
  };
  const step = {
    before: `    {"method":"POST","url":"${url}${before}`,
    between: `${after}/","object":"${escaped(folder)}${before}`,
    after: `${after}.json",${stepEnd(rule.rule?.origin ?? defaultOrigin, rule.rule?.text, why[part])}`,
  };
  for (const [at, id] of own.entries()) {
    paths.push(`${path.before}${id}${path.after}`);
    texts.push(`${text.before}${id}${text.between}${hasPort ? ports[at] : ""}${text.after}`);
    steps.push(`${step.before}${id}${step.between}${id}${step.after}`);
  }
}

/** The rules of one Contiv policy. */
export interface PolicyRules {
  readonly policy: string;
  readonly rules: readonly ContivRule[];
}

export interface RuleFiles {
  readonly artefacts: readonly Artefact[];
  /** Lines of the plan, in the order of the rules. */
  readonly steps: readonly string[];
}

/** So many files are cut out of one text: V8 puts texts of more than 128 kB aside, where no collection moves them. */
const TOGETHER = 1000;

/** The files of a tenant's rules. `defaultOrigin` is for rules that no rule of the source makes. */
export function ruleFiles(tenant: string, policies: readonly PolicyRules[], defaultOrigin: Origin): RuleFiles {
  const artefacts: Artefact[] = [];
  const steps: string[] = [];
  let drafts: Drafts = { paths: [], texts: [], steps: [] };
  const settle = (): void => {
    const texts = cutFromOne(drafts.texts);
    for (const [at, path] of cutFromOne(drafts.paths).entries()) artefacts.push({ path, text: texts[at] });
    if (drafts.steps.length > 0) steps.push(drafts.steps.join(",\n"));
    drafts = { paths: [], texts: [], steps: [] };
  };
  for (const { policy, rules } of policies) {
    const place = placeOf(tenant, policy);
    for (const each of identified(rules)) {
      addRule(drafts, place, each, defaultOrigin);
      if (drafts.texts.length >= TOGETHER) settle();
    }
  }
  settle();
  return { artefacts, steps };
}
