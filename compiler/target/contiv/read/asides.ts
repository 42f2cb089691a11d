/** The files of Contiv's folder that are no objects, held against those that are. */
import type { Universe } from "../../../policy/universe.js";
import type { Comparison } from "../../../verify/fresh.js";
import type { Artefact, AsideProblem } from "../../target.js";
import { kindOfPath } from "../paths.js";
import { labelProblems } from "./labels.js";
import { PLAN, planProblems } from "./plan.js";
import type { Objects } from "./series.js";

export function asideProblems(artefacts: readonly Artefact[], objects: Objects, universe: Universe): readonly AsideProblem[] {
  const plan = objects.others.find(({ path }) => path === PLAN);
  return [...misplaced(objects.others), ...planProblems(plan?.text, objects), ...labelProblems(artefacts, objects.documents, universe)];
}

function misplaced(others: Objects["others"]): readonly AsideProblem[] {
  return others.flatMap(({ path }) =>
    path.endsWith(".json") && path !== PLAN ? [{ path, message: "no kind of object lies here, so this was not looked at" }] : [],
  );
}

/** Rules are proved, and with them which policies a group has. */
export function contivComparison(path: string): Comparison | undefined {
  if (path === PLAN || path.startsWith("labels/")) return { by: "notes" };
  const kind = kindOfPath(path);
  if (kind === undefined || kind === "rule" || kind === "policy") return undefined;
  return { by: "fields", proved: kind === "endpointGroup" ? ["policies"] : [] };
}
