/** What the targets make of a project: what each cannot say, and how much it writes for each policy. */
import { definitionByCode } from "../compiler/diagnostics/catalogue.js";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import { applySettings } from "../compiler/source/settings.js";
import type { Steps } from "../compiler/steps.js";
import { targets } from "../compiler/target/index.js";
import type { Loss } from "../compiler/target/target.js";
import { tally } from "./features/meaning/tally.js";
import type { ProjectState } from "./workspace/project.js";

export interface Outcome {
  readonly target: "kubernetes" | "contiv" | "openflow";
  /** Everything that the target cannot say, silenced or not. */
  readonly diagnostics: readonly Diagnostic[];
  readonly losses: readonly Loss[];
  /** Objects, or flows, by policy: `tenant/policy`. */
  readonly made: ReadonlyMap<string, number>;
}

/** The outcome on each target that the project compiles for; none while the policy has errors. A step is one target. */
export function* outcomesOf(project: ProjectState): Steps<readonly Outcome[]> {
  const { universe, diagnostics } = project.checked();
  if (universe === undefined || diagnostics.some(({ severity }) => severity === "error")) return [];
  const { targets: options } = project.settings();
  const inventory = project.inventory();
  const found: Outcome[] = [];
  for (const target of targets) {
    if (options[target.name] === undefined) continue;
    yield;
    const emission = target.emit(universe, { options, ...(inventory === undefined ? {} : { inventory }) });
    found.push({
      target: target.name,
      diagnostics: emission.diagnostics,
      losses: emission.losses ?? [],
      made: tally(target.name, emission.artefacts, universe.policy),
    });
  }
  return found;
}

/** The findings among the outcomes that are to be shown, each once. */
export function shownFindings(project: ProjectState, outcomes: readonly Outcome[]): readonly Diagnostic[] {
  const found = outcomes.flatMap(({ diagnostics }) => diagnostics);
  const shown = applySettings(found, project.checked().files.values(), project.settings().settings, definitionByCode, () => false, false);
  const seen = new Set<string>();
  return shown.filter(({ code, span, message }) => {
    const key = `${code} ${span.file} ${span.start} ${message}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
