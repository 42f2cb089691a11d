/**
 * `plan.json` held against the objects that lie beside it: netmaster is asked for each once, after everything that it refers to
 * (contiv.md §2.4), and no group takes a policy before all of the policy's rules are there, because from then on its endpoints are
 * decided by what is.
 */
import type { AsideProblem } from "../../target.js";
import { member, readJsonList, textMember } from "../../entries.js";
import { objectKey, urlOfKey, violations } from "../model.js";
import type { Body, Kind } from "../model.js";
import { listField, textField } from "./documents.js";
import type { Document } from "./documents.js";
import { documentOf } from "./series.js";
import type { Objects, RuleObject, RuleSeries } from "./series.js";

export const PLAN = "plan.json";

/** An object by its kind and netmaster's key. */
type Name = readonly [Kind, string];

const nameText = ([kind, key]: Name): string => `${kind} ${key}`;

/** netmaster refuses a second POST of these, even of the same body. */
const postedOnce: ReadonlySet<Kind> = new Set<Kind>(["tenant", "network", "rule"]);

/** What must be there when netmaster gets a body, or it refuses it. */
function needed(kind: Kind, body: Body, hasGlobal: boolean): readonly Name[] {
  const tenant = textField(body, "tenantName");
  const inTenant = (other: Kind, field: string): readonly Name[] => {
    const value = textField(body, field);
    return value === "" ? [] : [[other, `${tenant}:${value}`]];
  };
  const eachInTenant = (other: Kind, field: string): readonly Name[] => listField(body, field).map((value) => [other, `${tenant}:${value}`]);
  const owner: Name = ["tenant", tenant];
  // Networks and routes need the forwarding mode, which the installation's object sets.
  const mode: readonly Name[] = hasGlobal ? [["global", "global"]] : [];
  switch (kind) {
    case "global":
    case "aciGw":
    case "tenant":
      return [];
    case "Bgp":
      return mode;
    case "network":
      return [...mode, owner];
    case "netprofile":
    case "extContractsGroup":
    case "policy":
      return [owner];
    case "endpointGroup":
      return [
        owner,
        ...inTenant("network", "networkName"),
        ...inTenant("netprofile", "netProfile"),
        ...eachInTenant("extContractsGroup", "extContractsGrps"),
        ...eachInTenant("policy", "policies"),
      ];
    case "rule":
      return [
        owner,
        ...inTenant("policy", "policyName"),
        ...inTenant("endpointGroup", "fromEndpointGroup"),
        ...inTenant("endpointGroup", "toEndpointGroup"),
        ...inTenant("network", "fromNetwork"),
        ...inTenant("network", "toNetwork"),
      ];
    case "appProfile":
      return [owner, ...eachInTenant("endpointGroup", "endpointGroups")];
    case "serviceLB":
      return [owner, ...inTenant("network", "networkName")];
  }
}

/** An object, and how far it has got to netmaster. */
interface Sent {
  readonly path: string;
  readonly of: Document | SentRule;
  /** `partly`: without some of its fields. */
  state: "unsent" | "partly" | "whole";
}

/** A rule, which is one of many. */
interface SentRule {
  readonly kind: "rule";
  readonly rule: RuleObject;
  readonly among: SentSeries;
}

interface SentSeries {
  readonly series: RuleSeries;
  readonly policy: PolicyRules;
  /** Whether everything was there that the rules need, when one of them was sent; nothing goes away again. */
  hasAll: boolean;
}

/** A policy's rules that are still to come. */
interface PolicyRules {
  missing: number;
}

/** netmaster as far as the plan has been followed. */
interface Progress {
  /** Rules behind all others, in order of path, as a rule. */
  readonly objects: readonly Sent[];
  /** The position behind the object of the last step: most steps send the one that lies there. */
  next: number;
  readonly positionOf: (path: string) => number | undefined;
  /** All but rules, which nothing refers to. */
  readonly byName: ReadonlyMap<string, Sent>;
  /** By tenant and policy, as keys have them. */
  readonly policies: ReadonlyMap<string, PolicyRules>;
  readonly hasGlobal: boolean;
}

/** Nothing where there are no objects and no plan. */
export function planProblems(text: string | undefined, objects: Objects): readonly AsideProblem[] {
  if (text === undefined)
    return objects.documents.length + objects.series.length === 0 ? [] : [{ path: PLAN, message: "there is no plan for the objects that lie here" }];
  const list = readJsonList(text, "steps");
  if (list === undefined || list.members.get("target") !== "contiv" || list.members.get("version") !== 1)
    return [{ path: PLAN, message: 'this is not a plan for contiv of version 1, with a list of "steps"' }];
  const progress = startOf(objects);
  const inSteps: AsideProblem[] = [];
  for (const { value, line } of list.entries())
    for (const message of stepProblems(value, progress)) inSteps.push({ path: PLAN, ...(line === undefined ? {} : { line }), message });
  const neverSent = progress.objects.flatMap(({ path, state }) =>
    state === "whole" ? [] : [{ path: PLAN, message: `no step sends ${path}${state === "partly" ? " as a whole" : ""}` }],
  );
  // What is left out is why others come too soon, so it is told first.
  return [...neverSent, ...inSteps];
}

function startOf({ documents, series }: Objects): Progress {
  const objects = documents.map((document): Sent => ({ path: document.path, of: document, state: "unsent" }));
  const byName = new Map(documents.map(({ kind, key }, at) => [nameText([kind, key]), objects[at]]));
  const policies = new Map<string, PolicyRules>();
  for (const each of series) {
    const policy = policies.get(each.policy) ?? { missing: 0 };
    if (policy.missing === 0) policies.set(each.policy, policy);
    policy.missing += each.rules.length;
    const among: SentSeries = { series: each, policy, hasAll: false };
    for (const rule of each.rules) objects.push({ path: rule.path, of: { kind: "rule", rule, among }, state: "unsent" });
  }
  let positions: Map<string, number> | undefined;
  const positionOf = (path: string): number | undefined => {
    positions ??= new Map(objects.map((object, at) => [object.path, at]));
    return positions.get(path);
  };
  return { objects, next: 0, positionOf, byName, policies, hasGlobal: documents.some(({ kind }) => kind === "global") };
}

/** The object of a path, and the place behind it as the one to look at next. */
function objectAt(path: string, progress: Progress): Sent | undefined {
  const { objects, next, positionOf } = progress;
  const at = next < objects.length && objects[next].path === path ? next : positionOf(path);
  if (at === undefined) return undefined;
  progress.next = at + 1;
  return objects[at];
}

/** What is wrong with a step, in the order in which netmaster would notice; the step counts as done. */
function stepProblems(step: unknown, progress: Progress): readonly string[] {
  const path = textMember(step, "object");
  if (path === undefined || textMember(step, "method") !== "POST")
    return ['this is not a step: it needs "method":"POST" and the file of an "object"'];
  const sent = objectAt(path, progress);
  if (sent === undefined) return [`there is no object ${path}`];
  const problems: string[] = [];
  const url = urlOfKey(sent.of.kind, keyOf(sent.of));
  if (textMember(step, "url") !== url) problems.push(`${path} belongs to ${url}`);
  const without = withoutOf(step);
  if (without.length === 0) problems.push(...againProblems(sent, without), ...wholeProblems(sent.of, progress));
  else {
    const document = documentIn(sent.of);
    const given: Body = Object.fromEntries(Object.entries(document.body).filter(([field]) => !without.includes(field)));
    problems.push(
      ...withoutProblems(document, without, given),
      ...againProblems(sent, without),
      ...orderProblems({ ...document, body: given }, progress),
    );
  }
  if (isRule(sent.of) && sent.state === "unsent") sent.of.among.policy.missing--;
  if (without.length === 0) sent.state = "whole";
  else if (sent.state === "unsent") sent.state = "partly";
  return problems;
}

function isRule(of: Document | SentRule): of is SentRule {
  return "among" in of;
}

function keyOf(of: Document | SentRule): string {
  return isRule(of) ? `${of.among.series.policy}:${of.rule.id}` : of.key;
}

function documentIn(of: Document | SentRule): Document {
  return isRule(of) ? documentOf(of.among.series, of.rule) : of;
}

function withoutProblems({ kind, key, path, body }: Document, without: readonly string[], given: Body): readonly string[] {
  const less = `without ${without.join(", ")}`;
  return [
    ...without.filter((field) => !(field in body)).map((field) => `${path} has no field "${field}" to leave out`),
    ...violations(kind, given).map((message) => `${less} netmaster refuses ${path}: ${message}`),
    ...(objectKey(kind, given) === key ? [] : [`${less} ${path} is another object`]),
  ];
}

function withoutOf(step: unknown): readonly string[] {
  const fields = member(step, "without");
  return Array.isArray(fields) ? fields.map(String) : [];
}

function againProblems({ of: { kind }, path, state }: Sent, without: readonly string[]): readonly string[] {
  if (state === "whole")
    return without.length === 0 ? [`${path} is sent again`] : [`${path} is there as a whole, and this takes ${without.join(", ")} away`];
  return state === "partly" && postedOnce.has(kind) ? [`netmaster takes a ${kind} only once, and ${path} was sent before`] : [];
}

/** `orderProblems` of an object as it is; all rules of a series need the same. */
function wholeProblems(of: Document | SentRule, progress: Progress): readonly string[] {
  if (!isRule(of)) return orderProblems(of, progress);
  const { among, rule } = of;
  if (among.hasAll) return [];
  const problems = orderProblems(documentOf(among.series, rule), progress);
  among.hasAll = problems.length === 0;
  return problems;
}

function orderProblems({ kind, body, path }: Document, { byName, policies, hasGlobal }: Progress): readonly string[] {
  const problems = needed(kind, body, hasGlobal).flatMap((name) => {
    const other = byName.get(nameText(name));
    if (other === undefined) return [`${path} needs ${nameText(name)}, and no object here is that`];
    return other.state === "unsent" ? [`${path} is sent before ${other.path}, which it needs`] : [];
  });
  return kind === "endpointGroup" ? [...problems, ...ruleProblems(body, path, policies)] : problems;
}

/** From the moment that a group takes a policy, its endpoints are decided by the rules that are there. */
function ruleProblems(group: Body, path: string, policies: Progress["policies"]): readonly string[] {
  return listField(group, "policies").flatMap((policy) => {
    const left = policies.get(`${textField(group, "tenantName")}:${policy}`)?.missing ?? 0;
    return left === 0 ? [] : [`${path} takes policy ${policy} before ${left} of its rules ${left === 1 ? "is" : "are"} there`];
  });
}
