/**
 * `plan.json` held against the objects that lie beside it: netmaster is asked for each once, after everything that it refers to
 * (contiv.md §2.4), and no group takes a policy before all of the policy's rules are there, because from then on its endpoints are
 * decided by what is.
 */
import type { AsideProblem } from "../../target.js";
import { entryLines, member, readJsonList, textMember } from "../../entries.js";
import { objectKey, objectUrl, violations } from "../model.js";
import type { Body, Kind } from "../model.js";
import { listField, textField } from "./documents.js";
import type { Document } from "./documents.js";

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

/** netmaster as far as the plan has been followed. */
interface Progress {
  readonly byPath: ReadonlyMap<string, Document>;
  readonly byName: ReadonlyMap<string, Document>;
  /** At least in part. */
  readonly posted: Set<string>;
  /** With all fields. */
  readonly whole: Set<string>;
  /** Rules that are still to come, of each policy. */
  readonly missingRules: Map<string, number>;
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
  const left = documents.filter((document) => !progress.whole.has(document.path));
  const neverSent = left.map(({ path }) => ({ path: PLAN, message: `no step sends ${path}${progress.posted.has(path) ? " as a whole" : ""}` }));
  // What is left out is why others come too soon, so it is told first.
  return [...neverSent, ...inSteps];
}

function startOf(documents: readonly Document[]): Progress {
  const missingRules = new Map<string, number>();
  for (const { kind, body } of documents) {
    if (kind !== "rule") continue;
    const policy = policyOf(body);
    missingRules.set(policy, (missingRules.get(policy) ?? 0) + 1);
  }
  return {
    byPath: new Map(documents.map((document) => [document.path, document])),
    byName: new Map(documents.map((document) => [nameText([document.kind, document.key]), document])),
    posted: new Set(),
    whole: new Set(),
    missingRules,
    hasGlobal: documents.some(({ kind }) => kind === "global"),
  };
}

const policyOf = (rule: Body): string => `${textField(rule, "tenantName")}:${textField(rule, "policyName")}`;

/** What is wrong with a step, in the order in which netmaster would notice; the step counts as done. */
function stepProblems(step: unknown, progress: Progress): readonly string[] {
  const path = textMember(step, "object");
  if (path === undefined || textMember(step, "method") !== "POST")
    return ['this is not a step: it needs "method":"POST" and the file of an "object"'];
  const document = progress.byPath.get(path);
  if (document === undefined) return [`there is no object ${path}`];
  const { kind, body } = document;
  const url = objectUrl(kind, body);
  const without = withoutOf(step);
  const sent: Body = Object.fromEntries(Object.entries(body).filter(([field]) => !without.includes(field)));
  const problems = [
    ...(textMember(step, "url") === url ? [] : [`${path} belongs to ${url}`]),
    ...without.filter((field) => !(field in body)).map((field) => `${path} has no field "${field}" to leave out`),
    ...(without.length === 0 ? [] : violations(kind, sent).map((message) => `without ${without.join(", ")} netmaster refuses ${path}: ${message}`)),
    ...(objectKey(kind, sent) === document.key ? [] : [`without ${without.join(", ")} ${path} is another object`]),
    ...againProblems(document, without, progress),
    ...needed(kind, sent, progress.hasGlobal).flatMap((name) => orderProblem(name, path, progress)),
    ...(kind === "endpointGroup" ? ruleProblems(sent, path, progress) : []),
  ];
  if (kind === "rule" && !progress.posted.has(path)) {
    const policy = policyOf(body);
    progress.missingRules.set(policy, (progress.missingRules.get(policy) ?? 0) - 1);
  }
  progress.posted.add(path);
  if (without.length === 0) progress.whole.add(path);
  return problems;
}

function withoutOf(step: unknown): readonly string[] {
  const fields = member(step, "without");
  return Array.isArray(fields) ? fields.map(String) : [];
}

function againProblems({ kind, path }: Document, without: readonly string[], { posted, whole }: Progress): readonly string[] {
  if (whole.has(path))
    return without.length === 0 ? [`${path} is sent again`] : [`${path} is there as a whole, and this takes ${without.join(", ")} away`];
  return posted.has(path) && postedOnce.has(kind) ? [`netmaster takes a ${kind} only once, and ${path} was sent before`] : [];
}

function orderProblem(name: Name, path: string, { byName, posted }: Progress): readonly string[] {
  const other = byName.get(nameText(name));
  if (other === undefined) return [`${path} needs ${nameText(name)}, and no object here is that`];
  return posted.has(other.path) ? [] : [`${path} is sent before ${other.path}, which it needs`];
}

/** From the moment that a group takes a policy, its endpoints are decided by the rules that are there. */
function ruleProblems(group: Body, path: string, { missingRules }: Progress): readonly string[] {
  return listField(group, "policies").flatMap((policy) => {
    const left = missingRules.get(`${textField(group, "tenantName")}:${policy}`) ?? 0;
    return left === 0 ? [] : [`${path} takes policy ${policy} before ${left} of its rules ${left === 1 ? "is" : "are"} there`];
  });
}
