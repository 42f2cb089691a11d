/**
 * The rule objects of a folder, those together that lie side by side and differ in port and id alone: Contiv says a range of ports as a
 * rule for each, which is most of a large folder. What netmaster and the agents make of a rule is then found once for all of them.
 */
import { objectKey } from "../model.js";
import type { Body } from "../model.js";
import type { Artefact, ReadingProblem } from "../../target.js";
import { eachBody, firstOfKey, numberField, refusedFields, textField } from "./documents.js";
import type { Document } from "./documents.js";

export interface RuleSeries {
  /** The first rule's fields, which the others have too, but for `ruleId` and for a `port` that is 0 in none of them or in all. */
  readonly body: Body;
  /** Tenant and policy, as keys have them: `shop:main`. */
  readonly policy: string;
  readonly rules: readonly RuleObject[];
}

export interface RuleObject {
  readonly path: string;
  readonly id: string;
  /** 0: none. */
  readonly port: number;
}

/** All objects of a folder that netmaster's model takes. */
export interface Objects {
  /** Those that are no rules. */
  readonly documents: readonly Document[];
  readonly series: readonly RuleSeries[];
  readonly problems: readonly ReadingProblem[];
}

/** A series that rules are still added to. */
interface OpenSeries extends RuleSeries {
  readonly rules: RuleObject[];
}

export function readObjects(artefacts: readonly Artefact[]): Objects {
  const documents: Document[] = [];
  const series: OpenSeries[] = [];
  const problems: ReadingProblem[] = [];
  const isFirst = firstOfKey(problems);
  let last: OpenSeries | undefined;
  for (const candidate of eachBody(artefacts, problems)) {
    const { kind, path, body } = candidate;
    const wrong = refusedFields(candidate);
    if (wrong.length > 0) {
      problems.push(...wrong);
      continue;
    }
    if (kind !== "rule") {
      const key = objectKey(kind, body);
      if (isFirst(kind, "", key, path)) documents.push({ kind, path, key, body });
      continue;
    }
    const id = textField(body, "ruleId");
    const like = last !== undefined && goesOn(last.body, body) ? last : startSeries(body);
    if (!isFirst(kind, like.policy, id, path)) continue;
    if (like !== last) series.push(like);
    last = like;
    like.rules.push({ path, id, port: numberField(body, "port") });
  }
  return { documents, series, problems };
}

function startSeries(body: Body): OpenSeries {
  return { body, policy: `${textField(body, "tenantName")}:${textField(body, "policyName")}`, rules: [] };
}

/** Whether two rules differ in nothing but ports and ids, and both or none of them name a port. */
function goesOn(first: Body, body: Body): boolean {
  const fields = Object.keys(body);
  if (fields.length !== Object.keys(first).length) return false;
  for (const field of fields) {
    const mayDiffer = field === "ruleId" || (field === "port" && numberField(first, field) !== 0 && numberField(body, field) !== 0);
    if (!mayDiffer && body[field] !== first[field]) return false;
  }
  return true;
}

/** A rule of a series as an object by itself. */
export function documentOf({ body, policy }: RuleSeries, { path, id, port }: RuleObject): Document {
  return { kind: "rule", path, key: `${policy}:${id}`, body: { ...body, ruleId: id, ...("port" in body ? { port } : {}) } };
}
