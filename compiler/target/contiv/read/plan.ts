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
import { likeStep, sentLikeIt } from "./likestep.js";
import type { LikeStep } from "./likestep.js";
import { neededBy } from "./needs.js";
import { documentOf, isRules, keyOf, kindOf, outboxOf, pathOf, placeOf } from "./sent.js";
import type { Outbox, Place } from "./sent.js";
import type { Objects } from "./series.js";

export const PLAN = "plan.json";

/** netmaster refuses a second POST of these, even of the same body. */
const postedOnce: ReadonlySet<Kind> = new Set<Kind>(["tenant", "network", "rule"]);

/** Nothing where there are no objects and no plan. */
export function planProblems(text: string | undefined, objects: Objects): readonly AsideProblem[] {
  if (text === undefined)
    return objects.documents.length + objects.series.length === 0 ? [] : [{ path: PLAN, message: "there is no plan for the objects that lie here" }];
  const list = readJsonList(text, "steps");
  if (list === undefined || list.members.get("target") !== "contiv" || list.members.get("version") !== 1)
    return [{ path: PLAN, message: 'this is not a plan for contiv of version 1, with a list of "steps"' }];
  const outbox = outboxOf(objects);
  const inSteps: AsideProblem[] = [];
  let last: Place | undefined;
  let like: LikeStep | undefined;
  const isLikeIt = (whole: string, start: number, end: number): boolean => {
    const sent = like === undefined ? undefined : sentLikeIt(like, whole, start, end);
    if (sent === undefined) return false;
    like = sent;
    last = sent.place;
    return true;
  };
  for (const { value, line, text: step } of list.entries(isLikeIt)) {
    const { place, problems } = follow(value, outbox, last);
    for (const message of problems) inSteps.push({ path: PLAN, ...(line === undefined ? {} : { line }), message });
    last = place ?? last;
    like = place === undefined || step === undefined || problems.length > 0 ? undefined : likeStep(step, place);
  }
  const neverSent = outbox.all.flatMap((among) =>
    among.states.flatMap((state, at) =>
      state === "whole" ? [] : [{ path: PLAN, message: `no step sends ${pathOf({ among, at })}${state === "partly" ? " as a whole" : ""}` }],
    ),
  );
  // What is left out is why others come too soon, so it is told first.
  return [...neverSent, ...inSteps];
}

/** What a step sends, and what is wrong with it in the order in which netmaster would notice; the step counts as done. */
interface Followed {
  readonly place?: Place;
  readonly problems: readonly string[];
}

function follow(step: unknown, outbox: Outbox, last: Place | undefined): Followed {
  const path = textMember(step, "object");
  if (path === undefined || textMember(step, "method") !== "POST")
    return { problems: ['this is not a step: it needs "method":"POST" and the file of an "object"'] };
  const place = placeOf(path, outbox, last);
  if (place === undefined) return { problems: [`there is no object ${path}`] };
  const { among, at } = place;
  const url = urlOfKey(kindOf(among), keyOf(place));
  const misdirected = textMember(step, "url") === url ? [] : [`${path} belongs to ${url}`];
  const without = withoutOf(step);
  const problems = [...misdirected, ...(without.length === 0 ? wholeProblems(place, outbox) : partProblems(place, without, outbox))];
  if (isRules(among.of) && among.states[at] === "unsent") among.of.policy.missing--;
  if (without.length === 0) among.states[at] = "whole";
  else if (among.states[at] === "unsent") among.states[at] = "partly";
  return { place, problems };
}

function withoutOf(step: unknown): readonly string[] {
  const fields = member(step, "without");
  return Array.isArray(fields) ? fields.map(String) : [];
}

/** What is wrong with sending an object as it is. */
function wholeProblems(place: Place, outbox: Outbox): readonly string[] {
  const { of } = place.among;
  const again = againProblems(place, []);
  if (!isRules(of)) return [...again, ...orderProblems(of, outbox)];
  // All rules of a series need the same.
  const problems = of.hasAll ? [] : orderProblems(documentOf(place), outbox);
  of.hasAll = problems.length === 0;
  return [...again, ...problems];
}

/** What is wrong with sending an object without some of its fields. */
function partProblems(place: Place, without: readonly string[], outbox: Outbox): readonly string[] {
  const document = documentOf(place);
  const given: Body = Object.fromEntries(Object.entries(document.body).filter(([field]) => !without.includes(field)));
  return [...withoutProblems(document, without, given), ...againProblems(place, without), ...orderProblems({ ...document, body: given }, outbox)];
}

function withoutProblems({ kind, key, path, body }: Document, without: readonly string[], given: Body): readonly string[] {
  const less = `without ${without.join(", ")}`;
  return [
    ...without.filter((field) => !(field in body)).map((field) => `${path} has no field "${field}" to leave out`),
    ...violations(kind, given).map((message) => `${less} netmaster refuses ${path}: ${message}`),
    ...(objectKey(kind, given) === key ? [] : [`${less} ${path} is another object`]),
  ];
}

function againProblems(place: Place, without: readonly string[]): readonly string[] {
  const kind = kindOf(place.among);
  const path = pathOf(place);
  switch (place.among.states[place.at]) {
    case "unsent":
      return [];
    case "partly":
      return postedOnce.has(kind) ? [`netmaster takes a ${kind} only once, and ${path} was sent before`] : [];
    case "whole":
      return without.length === 0 ? [`${path} is sent again`] : [`${path} is there as a whole, and this takes ${without.join(", ")} away`];
  }
}

function orderProblems({ kind, body, path }: Document, { byKey, policies }: Outbox): readonly string[] {
  const problems: string[] = [];
  for (const needed of neededBy(kind, body, byKey.has("global"))) {
    const other = byKey.get(needed.kind)?.get(needed.key);
    if (other === undefined) problems.push(`${path} needs ${needed.kind} ${needed.key}, and no object here is that`);
    else if (other.states[0] === "unsent") problems.push(`${path} is sent before ${pathOf({ among: other, at: 0 })}, which it needs`);
  }
  return kind === "endpointGroup" ? [...problems, ...ruleProblems(body, path, policies)] : problems;
}

/** From the moment that a group takes a policy, its endpoints are decided by the rules that are there. */
function ruleProblems(group: Body, path: string, policies: Outbox["policies"]): readonly string[] {
  return listField(group, "policies").flatMap((policy) => {
    const left = policies.get(`${textField(group, "tenantName")}:${policy}`)?.missing ?? 0;
    return left === 0 ? [] : [`${path} takes policy ${policy} before ${left} of its rules ${left === 1 ? "is" : "are"} there`];
  });
}
