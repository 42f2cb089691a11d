/** What the targets make of a project: what each cannot say, and how much it writes for each policy. Data, so that a thread can send it. */
import type { Checked } from "../../compiler/compile.js";
import { definitionByCode } from "../../compiler/diagnostics/catalogue.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import type { Universe } from "../../compiler/policy/universe.js";
import type { TargetOptions } from "../../compiler/source/project.js";
import { applySettings, policingOf } from "../../compiler/source/settings.js";
import type { Steps } from "../../compiler/steps.js";
import { targets } from "../../compiler/target/index.js";
import type { Inventory } from "../../compiler/target/openflow/bind/inventory.js";
import { tally } from "../features/meaning/tally.js";
import type { ProjectState } from "../workspace/project.js";

export interface Outcome {
  readonly target: "kubernetes" | "contiv" | "openflow";
  /** Everything that the target cannot say, silenced or not. */
  readonly diagnostics: readonly Diagnostic[];
  /** Those of them that are about flows which the target decides otherwise. */
  readonly lost: readonly Diagnostic[];
  /** Objects, or flows, by policy: `tenant/policy`. */
  readonly made: ReadonlyMap<string, number>;
}

/** What a project compiles with, besides its policy. */
export interface Making {
  readonly options: TargetOptions;
  readonly inventory?: Inventory;
}

/** The outcome on each target that the options name. A step is one target. */
export function* outcomesIn(universe: Universe, { options, inventory }: Making): Steps<readonly Outcome[]> {
  const found: Outcome[] = [];
  for (const target of targets) {
    if (options[target.name] === undefined) continue;
    yield;
    const emission = target.emit(universe, { options, ...(inventory === undefined ? {} : { inventory }) });
    found.push({
      target: target.name,
      diagnostics: emission.diagnostics,
      lost: (emission.losses ?? []).map(({ diagnostic }) => diagnostic),
      made: tally(target.name, emission.artefacts, universe.policy),
    });
  }
  return found;
}

/** The outcomes for a project as it is now; none while the policy has errors. */
export function* outcomesOf(project: ProjectState): Steps<readonly Outcome[]> {
  const universe = soundUniverse(project.checked());
  return universe === undefined ? [] : yield* outcomesIn(universe, makingOf(project));
}

/** The universe that targets may be asked about; none while the policy has errors. */
function soundUniverse(checked: Checked): Universe | undefined {
  return hasErrors(checked) ? undefined : checked.universe;
}

export function hasErrors({ diagnostics }: Checked): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

export function makingOf(project: ProjectState): Making {
  const inventory = project.inventory();
  return { options: project.settings().targets, ...(inventory === undefined ? {} : { inventory }) };
}

/** The findings among the outcomes that are to be shown, each once. */
export function shownFindings(project: ProjectState, outcomes: readonly Outcome[]): readonly Diagnostic[] {
  const found = outcomes.flatMap(({ diagnostics }) => diagnostics);
  const shown = applySettings(
    found,
    project.checked().files.values(),
    policingOf(project.settings().settings, definitionByCode, () => false, false),
  );
  const seen = new Set<string>();
  return shown.filter(({ code, span, message }) => {
    const key = `${code} ${span.file} ${span.start} ${message}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
