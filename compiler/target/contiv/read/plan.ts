/**
 * `plan.json` held against the objects that lie beside it: netmaster is asked for each once, after everything that it refers to
 * (contiv.md §2.4), and no group takes a policy before all of the policy's rules are there, because from then on its endpoints are
 * decided by what is.
 */
import type { AsideProblem } from "../../target.js";
import { entryLines, member, readJsonList, textMember } from "../../entries.js";
import { objectKey, urlOfKey, violations } from "../model.js";
import type { Body, Kind } from "../model.js";
import { listField, textField } from "./documents.js";
import type { Document } from "./documents.js";

export const PLAN = "plan.json";

/** An object by its kind and netmaster's key. */
type Name = readonly [Kind, string];

const nameText = ([kind, key]: Name): string => `${kind} ${key}`;

/** netmaster refuses a second POST of these, even of the same body. */
const postedOnce: ReadonlySet<Kind> = new Set<Kind>(["tenant", "network", "rule"]);

/** The fields by which a rule refers to other objects. */
const ruleReferences = ["tenantName", "policyName", "fromEndpointGroup", "toEndpointGroup", "fromNetwork", "toNetwork"] as const;

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
  readonly document: Document;
  /** The policy of a rule; absent for other kinds. */
  readonly policy?: PolicyRules;
  /** `partly`: without some of its fields. */
  state: "unsent" | "partly" | "whole";
}

/** A policy, by the texts that rules name it with. */
interface PolicyRules {
  readonly tenant: string;
  readonly policy: string;
  /** Rules that are still to come. */
  missing: number;
}

/** netmaster as far as the plan has been followed. */
interface Progress {
  /** In order of path, as a rule. */
  readonly objects: readonly Sent[];
  /** The position behind the object of the last step: most steps send the one that lies there. */
  next: number;
  readonly positionOf: (path: string) => number | undefined;
  /** All but rules, which nothing refers to. */
  readonly byName: ReadonlyMap<string, Sent>;
  readonly policies: ReadonlyMap<string, PolicyRules>;
  /** The last rule for which everything was there that it needs: a rule for each port of a range comes after the other. */
  lastRule: Body | undefined;
  readonly hasGlobal: boolean;
}

/** Nothing where there are no objects and no plan. */
export function planProblems(text: string | undefined, documents: readonly Document[]): readonly AsideProblem[] {
  if (text === undefined) return documents.length === 0 ? [] : [{ path: PLAN, message: "there is no plan for the objects that lie here" }];
  const read = readJsonList(text, "steps");
  if (read === undefined || read.members.get("target") !== "contiv" || read.members.get("version") !== 1)
    return [{ path: PLAN, message: 'this is not a plan for contiv of version 1, with a list of "steps"' }];
  const lineOf = entryLines(text, "steps");
  const progress = startOf(documents);
  const inSteps = read.entries.flatMap((step, at) => stepProblems(step, progress).map((message) => ({ path: PLAN, ...lineOf(at), message })));
  const neverSent = progress.objects.flatMap(({ document: { path }, state }) =>
    state === "whole" ? [] : [{ path: PLAN, message: `no step sends ${path}${state === "partly" ? " as a whole" : ""}` }],
  );
  // What is left out is why others come too soon, so it is told first.
  return [...neverSent, ...inSteps];
}

function startOf(documents: readonly Document[]): Progress {
  const policies = new Map<string, PolicyRules>();
  let last: PolicyRules | undefined;
  const policyOf = (body: Body): PolicyRules => {
    const [tenant, policy] = [textField(body, "tenantName"), textField(body, "policyName")];
    if (last?.tenant === tenant && last.policy === policy) return last;
    const key = `${tenant}:${policy}`;
    last = policies.get(key) ?? { tenant, policy, missing: 0 };
    policies.set(key, last);
    return last;
  };
  const objects: Sent[] = [];
  const byName = new Map<string, Sent>();
  for (const document of documents) {
    const { kind, key, body } = document;
    if (kind === "rule") {
      const policy = policyOf(body);
      policy.missing++;
      objects.push({ document, policy, state: "unsent" });
    } else {
      const sent: Sent = { document, state: "unsent" };
      objects.push(sent);
      byName.set(nameText([kind, key]), sent);
    }
  }
  let positions: Map<string, number> | undefined;
  const positionOf = (path: string): number | undefined => {
    positions ??= new Map(documents.map((document, at) => [document.path, at]));
    return positions.get(path);
  };
  return { objects, next: 0, positionOf, byName, policies, lastRule: undefined, hasGlobal: documents.some(({ kind }) => kind === "global") };
}

/** The object of a path, and the place behind it as the one to look at next. */
function objectAt(path: string, progress: Progress): Sent | undefined {
  const { objects, next, positionOf } = progress;
  const at = next < objects.length && objects[next].document.path === path ? next : positionOf(path);
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
  const { kind, key, body } = sent.document;
  const url = urlOfKey(kind, key);
  const without = withoutOf(step);
  const given: Body = without.length === 0 ? body : Object.fromEntries(Object.entries(body).filter(([field]) => !without.includes(field)));
  const problems: string[] = textMember(step, "url") === url ? [] : [`${path} belongs to ${url}`];
  if (without.length > 0) problems.push(...withoutProblems(sent.document, without, given));
  problems.push(...againProblems(sent, without));
  problems.push(...orderProblems(kind, given, path, progress));
  if (kind === "endpointGroup") problems.push(...ruleProblems(given, path, progress));
  if (sent.policy !== undefined && sent.state === "unsent") sent.policy.missing--;
  if (without.length === 0) sent.state = "whole";
  else if (sent.state === "unsent") sent.state = "partly";
  return problems;
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

function againProblems({ document: { kind, path }, state }: Sent, without: readonly string[]): readonly string[] {
  if (state === "whole")
    return without.length === 0 ? [`${path} is sent again`] : [`${path} is there as a whole, and this takes ${without.join(", ")} away`];
  return state === "partly" && postedOnce.has(kind) ? [`netmaster takes a ${kind} only once, and ${path} was sent before`] : [];
}

function orderProblems(kind: Kind, given: Body, path: string, progress: Progress): readonly string[] {
  const { lastRule, byName, hasGlobal } = progress;
  if (kind === "rule" && lastRule !== undefined && ruleReferences.every((field) => given[field] === lastRule[field])) return [];
  const problems = needed(kind, given, hasGlobal).flatMap((name) => {
    const other = byName.get(nameText(name));
    if (other === undefined) return [`${path} needs ${nameText(name)}, and no object here is that`];
    return other.state === "unsent" ? [`${path} is sent before ${other.document.path}, which it needs`] : [];
  });
  if (kind === "rule" && problems.length === 0) progress.lastRule = given;
  return problems;
}

/** From the moment that a group takes a policy, its endpoints are decided by the rules that are there. */
function ruleProblems(group: Body, path: string, { policies }: Progress): readonly string[] {
  return listField(group, "policies").flatMap((policy) => {
    const left = policies.get(`${textField(group, "tenantName")}:${policy}`)?.missing ?? 0;
    return left === 0 ? [] : [`${path} takes policy ${policy} before ${left} of its rules ${left === 1 ? "is" : "are"} there`];
  });
}
