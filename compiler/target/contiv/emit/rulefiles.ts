/** All of a tenant's rule files, and their part of the plan. */
import type { Origin } from "../../../policy/model.js";
import type { Artefact } from "../../target.js";
import { cut, emptySheet } from "./cut.js";
import type { Sheet } from "./cut.js";
import { byPath } from "./folder.js";
import type { Folder } from "./folder.js";
import { identified } from "./ruleids.js";
import type { Identified } from "./ruleids.js";
import { addFiles, addSteps, placeOf } from "./ruletext.js";
import type { ContivRule } from "./strata.js";

/** The rules of one Contiv policy. */
export interface PolicyRules {
  readonly policy: string;
  readonly rules: readonly ContivRule[];
}

export interface RuleFiles {
  readonly folders: readonly Folder[];
  /** Lines of the plan, in the order of the rules. */
  readonly steps: readonly string[];
}

/** So many pieces become one text: V8 puts texts of more than 128 kB aside, where no collection moves them, and moves shorter ones with their pieces. */
const TOGETHER = 5000;

function settleFiles(artefacts: Artefact[], sheet: Sheet): Sheet {
  const texts = cut(sheet);
  for (let at = 0; at < texts.length; at += 2) artefacts.push({ path: texts[at], text: texts[at + 1] });
  return emptySheet();
}

function settleSteps(steps: string[], pieces: readonly string[]): string[] {
  if (pieces.length > 0) steps.push(pieces.join(""));
  return [];
}

const byId = (a: Identified, b: Identified): number => (a.before < b.before ? -1 : 1);

/** Most policies have two rules, of which sorting makes more than it moves. */
function sortedById(rules: readonly Identified[]): readonly Identified[] {
  if (rules.length > 2) return [...rules].sort(byId);
  return rules.length < 2 || byId(rules[0], rules[1]) < 0 ? rules : [rules[1], rules[0]];
}

/** Whether the files of rules are in order of path: no id begins with what stands before another's, and each rule's own ids are in order. */
function areInOrder(rules: readonly Identified[]): boolean {
  return rules.every(({ before, own }, at) => {
    const previous = at === 0 ? undefined : rules[at - 1].before;
    return (previous === undefined || (previous < before && !before.startsWith(previous))) && areAscending(own);
  });
}

function areAscending(texts: readonly string[]): boolean {
  for (let at = 1; at < texts.length; at++) if (texts[at - 1] >= texts[at]) return false;
  return true;
}

/** What is known of a folder before its files are cut out. */
interface Contents {
  readonly path: string;
  readonly files: number;
  readonly isInOrder: boolean;
}

function foldersOf(contents: readonly Contents[], artefacts: readonly Artefact[]): readonly Folder[] {
  let end = 0;
  return contents.map(({ path, files, isInOrder }) => {
    const start = end;
    end += files;
    const own = artefacts.slice(start, end);
    return { path, artefacts: isInOrder ? own : own.sort(byPath) };
  });
}

/** The files of a tenant's rules. `defaultOrigin` is for rules that no rule of the source makes. */
export function ruleFiles(tenant: string, policies: readonly PolicyRules[], defaultOrigin: Origin): RuleFiles {
  const contents: Contents[] = [];
  const artefacts: Artefact[] = [];
  const steps: string[] = [];
  let sheet = emptySheet();
  let pieces: string[] = [];
  for (const { policy, rules } of policies) {
    const place = placeOf(tenant, policy);
    const listed = identified(rules);
    for (const each of listed) {
      addSteps(pieces, place, each, defaultOrigin);
      if (pieces.length >= TOGETHER) pieces = settleSteps(steps, pieces);
    }
    const sorted = sortedById(listed);
    let files = 0;
    for (const each of sorted) {
      addFiles(sheet, place, each);
      files += each.own.length;
      if (sheet.pieces.length >= TOGETHER) sheet = settleFiles(artefacts, sheet);
    }
    contents.push({ path: place.folder, files, isInOrder: areInOrder(sorted) });
  }
  settleFiles(artefacts, sheet);
  settleSteps(steps, pieces);
  return { folders: foldersOf(contents, artefacts), steps };
}
