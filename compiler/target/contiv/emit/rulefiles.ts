/** All of a tenant's rule files, and their part of the plan. */
import type { Origin } from "../../../policy/model.js";
import type { Artefact } from "../../target.js";
import { cut, emptySheet } from "./cut.js";
import type { Sheet } from "./cut.js";
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
  /** Nearly in order of path. */
  readonly artefacts: readonly Artefact[];
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

/** Files nearly in their order are sorted in less time. */
const byId = (a: Identified, b: Identified): number => (a.before < b.before ? -1 : 1);

/** The files of a tenant's rules. `defaultOrigin` is for rules that no rule of the source makes. */
export function ruleFiles(tenant: string, policies: readonly PolicyRules[], defaultOrigin: Origin): RuleFiles {
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
    for (const each of listed.length < 2 ? listed : [...listed].sort(byId)) {
      addFiles(sheet, place, each);
      if (sheet.pieces.length >= TOGETHER) sheet = settleFiles(artefacts, sheet);
    }
  }
  settleFiles(artefacts, sheet);
  settleSteps(steps, pieces);
  return { artefacts, steps };
}
