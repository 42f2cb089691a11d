/** What lies beside `policy.flows` and `program.json`: the source map, and the tables of nodes. */
import type { Policy } from "../../../policy/model.js";
import type { Comparison } from "../../../verify/fresh.js";
import type { Artefact, AsideProblem } from "../../target.js";
import type { Program } from "../program.js";
import type { ReadFlow } from "./flowtext.js";
import { FLOWS, PROGRAM } from "./names.js";
import { FOLDER, nodeProblems } from "./nodes.js";
import { SOURCE_MAP, sourceMapProblems } from "./sourcemap.js";

/** What the two files that decide say, and the source that they are held against. */
export interface Decisive {
  readonly program: Program;
  readonly flows: readonly ReadFlow[];
  readonly flowText: string;
  readonly policy: Policy;
}

export function asideProblems(artefacts: readonly Artefact[], { program, flows, flowText, policy }: Decisive): readonly AsideProblem[] {
  const map = artefacts.find(({ path }) => path === SOURCE_MAP);
  return [...sourceMapProblems(map?.text, program, flows, policy), ...nodeProblems(artefacts, program, flowText), ...strangers(artefacts)];
}

/** What looks as if a switch or an agent were to take it, and is none of the files that were read. */
function strangers(artefacts: readonly Artefact[]): readonly AsideProblem[] {
  const others = artefacts.filter(({ path }) => path !== FLOWS && path !== PROGRAM && path !== SOURCE_MAP && !path.startsWith(FOLDER));
  return others.flatMap(({ path }) =>
    /\.(flows|groups|json)$/.test(path) ? [{ path, message: "this is no file of the target, so it was not looked at" }] : [],
  );
}

/** What is in the tables of nodes follows from an inventory, so without one there is nothing to hold them against. */
export function openflowComparison(path: string, hasInventory: boolean): Comparison | undefined {
  if (path === SOURCE_MAP) return { by: "notes" };
  return path.startsWith(FOLDER) && hasInventory ? { by: "lines" } : undefined;
}
