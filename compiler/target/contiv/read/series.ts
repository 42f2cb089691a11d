/**
 * The rule objects of a folder, those together that lie side by side and differ in port and id alone: Contiv says a range of ports as a
 * rule for each, which is most of a large folder. What netmaster and the agents make of a rule is then found once for all of them.
 */
import { fieldViolation, objectKey } from "../model.js";
import type { Body } from "../model.js";
import { kindOfPath, rulePath } from "../paths.js";
import type { Artefact, ReadingProblem } from "../../target.js";
import { candidateIn, firstOfKey, numberField, refusedFields, textField } from "./documents.js";
import type { Document } from "./documents.js";
import { mouldOf, secondIn } from "./mould.js";
import type { Mould } from "./mould.js";

export interface RuleSeries {
  /** The first rule's fields, which the others have too, but for `ruleId` and for a `port` that is 0 in none of them or in all. */
  readonly body: Body;
  /** Tenant and policy, as keys have them: `shop:main`. */
  readonly policy: string;
  /** A file a rule, all in one folder. All but the first are named by their ids. */
  readonly files: readonly Artefact[];
  /** Of each rule; 0: none. */
  readonly ports: readonly number[];
}

/** All objects of a folder that netmaster's model takes. */
export interface Objects {
  /** Those that are no rules. */
  readonly documents: readonly Document[];
  readonly series: readonly RuleSeries[];
  readonly problems: readonly ReadingProblem[];
  /** Files where no kind of object lies. */
  readonly others: readonly Artefact[];
}

/** A series that rules are still added to. */
interface OpenSeries extends RuleSeries {
  readonly files: Artefact[];
  readonly ports: number[];
  /** The folder with a slash at its end. */
  readonly folder: string;
  /** Around id and port in the texts; found when there are two of them, since most series have but one. */
  mould?: Mould;
}

const ENDING = ".json";

/** The id that a path names, in that folder. */
function nameIn(folder: string, path: string): string {
  return path.slice(folder.length, -ENDING.length);
}

/** The folder of a path, with a slash at its end. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** The id of a rule of a series. */
export function idAt({ body, files }: RuleSeries, at: number): string {
  const { path } = files[at];
  return at === 0 ? textField(body, "ruleId") : nameIn(folderOf(path), path);
}

export function readObjects(artefacts: readonly Artefact[]): Objects {
  const documents: Document[] = [];
  const series: OpenSeries[] = [];
  const problems: ReadingProblem[] = [];
  const others: Artefact[] = [];
  const isFirst = firstOfKey(problems);
  // Rules that lie where their keys say are two of one key only where they are one file.
  let isApart = true;
  let before = "";
  let last: OpenSeries | undefined;
  for (const artefact of artefacts) {
    const { path } = artefact;
    isApart &&= before < path;
    before = path;
    if (last !== undefined && takesAsItIs(last, artefact)) continue;
    const kind = kindOfPath(path);
    if (kind === undefined) others.push(artefact);
    const candidate = kind === undefined ? undefined : candidateIn(artefact, kind, problems);
    if (candidate === undefined) continue;
    const wrong = refusedFields(candidate);
    if (wrong.length > 0) problems.push(...wrong);
    else if (candidate.kind !== "rule") {
      const key = objectKey(candidate.kind, candidate.body);
      if (isFirst(candidate.kind, key, path)) documents.push({ ...candidate, key });
    } else {
      const { body } = candidate;
      const isHome = path === rulePath(textField(body, "tenantName"), textField(body, "policyName"), textField(body, "ruleId"));
      isApart &&= isHome;
      if (isHome && last !== undefined && takes(last, body, artefact)) continue;
      last = startSeries(body, artefact, last);
      series.push(last);
    }
  }
  return { documents, series: isApart ? series : withoutRepeats(series, problems), problems, others };
}

function startSeries(body: Body, file: Artefact, before: RuleSeries | undefined): OpenSeries {
  const policy = `${textField(body, "tenantName")}:${textField(body, "policyName")}`;
  return {
    body,
    // One text for all series of a policy.
    policy: before?.policy === policy ? before.policy : policy,
    files: [file],
    ports: [numberField(body, "port")],
    folder: folderOf(file.path),
  };
}

/** Whether a file goes on with a series, as its text shows without being parsed; then it is added. */
function takesAsItIs({ folder, mould, files, ports }: OpenSeries, file: Artefact): boolean {
  const { path, text } = file;
  if (mould === undefined || path.slice(0, folder.length) !== folder || path.slice(-ENDING.length) !== ENDING) return false;
  const id = nameIn(folder, path);
  const digits = secondIn(mould, text, 0, text.length, id);
  const port = Number(digits);
  const isNumber = digits === String(port) && port !== 0 && fieldViolation("rule", "port", port) === undefined;
  if (!isNumber || fieldViolation("rule", "ruleId", id) !== undefined) return false;
  files.push(file);
  ports.push(port);
  return true;
}

/** Whether a rule that lies where its key says goes on with a series; then it is added. */
function takes(series: OpenSeries, body: Body, file: Artefact): boolean {
  const port = numberField(body, "port");
  if (!isAlike(series.body, body) || folderOf(file.path) !== series.folder) return false;
  series.files.push(file);
  series.ports.push(port);
  if (port !== 0) series.mould ??= mouldOf(file.text, "ruleId", "port");
  return true;
}

/** Whether two rules differ in nothing but ports and ids, and both or none of them name a port. */
function isAlike(first: Body, body: Body): boolean {
  const fields = Object.keys(body);
  if (fields.length !== Object.keys(first).length) return false;
  for (const field of fields) {
    const mayDiffer = field === "ruleId" || (field === "port" && numberField(first, field) !== 0 && numberField(body, field) !== 0);
    if (!mayDiffer && body[field] !== first[field]) return false;
  }
  return true;
}

/** Without rules whose key an earlier one has, which are put to the problems. */
function withoutRepeats(all: readonly RuleSeries[], problems: ReadingProblem[]): readonly RuleSeries[] {
  const isFirst = firstOfKey(problems);
  return all.flatMap((series): readonly RuleSeries[] => {
    const { policy, files, ports } = series;
    const kept = files.flatMap(({ path }, at) => (isFirst("rule", `${policy}:${idAt(series, at)}`, path) ? [at] : []));
    if (kept.length === files.length) return [series];
    if (kept.length === 0) return [];
    return [{ body: documentAt(series, kept[0]).body, policy, files: kept.map((at) => files[at]), ports: kept.map((at) => ports[at]) }];
  });
}

/** A rule of a series as an object by itself. */
export function documentAt(series: RuleSeries, at: number): Document {
  const { body, policy, files, ports } = series;
  const ruleId = idAt(series, at);
  return {
    kind: "rule",
    path: files[at].path,
    key: `${policy}:${ruleId}`,
    body: { ...body, ruleId, ...("port" in body ? { port: ports[at] } : {}) },
  };
}
