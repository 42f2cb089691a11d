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
  /** The policy of a rule; empty for other kinds. */
  readonly policy: string;
  /** `partly`: without some of its fields. */
  state: "unsent" | "partly" | "whole";
}

/** netmaster as far as the plan has been followed. */
interface Progress {
  readonly byPath: ReadonlyMap<string, Sent>;
  /** All but rules, which nothing refers to. */
  readonly byName: ReadonlyMap<string, Sent>;
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
  const neverSent = [...progress.byPath].flatMap(([path, { state }]) =>
    state === "whole" ? [] : [{ path: PLAN, message: `no step sends ${path}${state === "partly" ? " as a whole" : ""}` }],
  );
  // What is left out is why others come too soon, so it is told first.
  return [...neverSent, ...inSteps];
}

function startOf(documents: readonly Document[]): Progress {
  const missingRules = new Map<string, number>();
  const byPath = new Map<string, Sent>();
  const byName = new Map<string, Sent>();
  for (const document of documents) {
    const { kind, key, path, body } = document;
    const policy = kind === "rule" ? `${textField(body, "tenantName")}:${textField(body, "policyName")}` : "";
    const sent: Sent = { document, policy, state: "unsent" };
    byPath.set(path, sent);
    if (kind === "rule") missingRules.set(policy, (missingRules.get(policy) ?? 0) + 1);
    else byName.set(nameText([kind, key]), sent);
  }
  return { byPath, byName, missingRules, hasGlobal: documents.some(({ kind }) => kind === "global") };
}

/** What is wrong with a step, in the order in which netmaster would notice; the step counts as done. */
function stepProblems(step: unknown, progress: Progress): readonly string[] {
  const path = textMember(step, "object");
  if (path === undefined || textMember(step, "method") !== "POST")
    return ['this is not a step: it needs "method":"POST" and the file of an "object"'];
  const sent = progress.byPath.get(path);
  if (sent === undefined) return [`there is no object ${path}`];
  const { kind, key, body } = sent.document;
  const url = urlOfKey(kind, key);
  const without = withoutOf(step);
  const given: Body = without.length === 0 ? body : Object.fromEntries(Object.entries(body).filter(([field]) => !without.includes(field)));
  const problems: string[] = textMember(step, "url") === url ? [] : [`${path} belongs to ${url}`];
  if (without.length > 0) problems.push(...withoutProblems(sent.document, without, given));
  problems.push(...againProblems(sent, without));
  for (const name of needed(kind, given, progress.hasGlobal)) {
    const wrong = orderProblem(name, path, progress);
    if (wrong !== undefined) problems.push(wrong);
  }
  if (kind === "endpointGroup") problems.push(...ruleProblems(given, path, progress));
  if (kind === "rule" && sent.state === "unsent") progress.missingRules.set(sent.policy, (progress.missingRules.get(sent.policy) ?? 0) - 1);
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

function orderProblem(name: Name, path: string, { byName }: Progress): string | undefined {
  const other = byName.get(nameText(name));
  if (other === undefined) return `${path} needs ${nameText(name)}, and no object here is that`;
  return other.state === "unsent" ? `${path} is sent before ${other.document.path}, which it needs` : undefined;
}

/** From the moment that a group takes a policy, its endpoints are decided by the rules that are there. */
function ruleProblems(group: Body, path: string, { missingRules }: Progress): readonly string[] {
  return listField(group, "policies").flatMap((policy) => {
    const left = missingRules.get(`${textField(group, "tenantName")}:${policy}`) ?? 0;
    return left === 0 ? [] : [`${path} takes policy ${policy} before ${left} of its rules ${left === 1 ? "is" : "are"} there`];
  });
}
