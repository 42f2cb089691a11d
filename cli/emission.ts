/** The targets of a run, and what they emit. */
import { createHash } from "node:crypto";
import { didYouMean, suggest } from "../compiler/bind/suggest.js";
import { settleFindings } from "../compiler/compile.js";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import type { Universe } from "../compiler/policy/universe.js";
import type { TargetOptions } from "../compiler/source/project.js";
import { targets } from "../compiler/target/index.js";
import type { TargetRow } from "../compiler/target/index.js";
import type { Inventory } from "../compiler/target/openflow/bind/inventory.js";
import type { Artefact, Loss } from "../compiler/target/target.js";
import { unfitness } from "../compiler/target/unfit.js";
import { verify } from "../compiler/verify/verify.js";
import { Refusal } from "./exit.js";
import type { LoadedProject } from "./project.js";

export interface TargetOutput {
  readonly name: string;
  readonly artefacts: readonly Artefact[];
  readonly diagnostics: readonly Diagnostic[];
  /** Flows that the target decides otherwise, and that a diagnostic tells of. */
  readonly losses?: readonly Loss[];
  /** Nobody asked for the target, and the policy does not fit it: it has no artefacts, and a note says why. */
  readonly leftOut?: true;
}

/** A target of a run. An optional one is there because nobody named any: it is left out where the policy does not fit it. */
export type ChosenTarget = TargetRow & { readonly optional?: true };

export interface EmissionOrders {
  readonly inventory?: Inventory;
  /** Read back what was made, and prove that it decides as the source does. */
  readonly verify: boolean;
  /** Called with what comes next, for a line of progress. */
  readonly before: (step: string) => void;
}

/** In the order in which targets are compiled. */
export const targetNames: readonly string[] = targets.map((target) => target.name);

/** The targets that were asked for; else those of the project file; else all that fit. @throws Refusal for a name that is none. */
export function chosenTargets(asked: readonly string[], project: TargetOptions): readonly ChosenTarget[] {
  const unknown = asked.find((name) => !targetNames.includes(name));
  if (unknown !== undefined) {
    throw new Refusal(`there is no target "${unknown}"`, didYouMean(suggest(unknown, targetNames)) ?? `one of ${targetNames.join(", ")}`);
  }
  if (asked.length > 0) return targets.filter((target) => asked.includes(target.name));
  const declared = targets.filter((target) => project[target.name] !== undefined);
  return declared.length > 0 ? declared : targets.map((target): ChosenTarget => ({ ...target, optional: true }));
}

/** What each target emits for a project without errors. Comments and settings silence findings about targets as they do others. */
export function emitTargets(loaded: LoadedProject, chosen: readonly ChosenTarget[], orders: EmissionOrders): readonly TargetOutput[] {
  const { universe } = loaded.checked;
  if (universe === undefined) return [];
  const outputs = chosen.map((target) => emitTarget(universe, loaded.project.targets, target, orders));
  return settled(loaded, chosen, outputs);
}

/** What one target emits; with an order to verify, its files are read back. */
export function emitTarget(universe: Universe, options: TargetOptions, target: ChosenTarget, orders: EmissionOrders): TargetOutput {
  const { name, emit, readings, optional } = target;
  const { inventory, before } = orders;
  before(`compiling for ${name}`);
  const emission = emit(universe, { options, digest: sha256, ...(inventory === undefined ? {} : { inventory }) });
  const unfit = optional === true ? unfitness(name, emission.diagnostics) : undefined;
  if (unfit !== undefined) return { name, artefacts: [], diagnostics: [unfit], leftOut: true };
  if (!orders.verify || emission.diagnostics.some((diagnostic) => diagnostic.severity === "error")) return { name, ...emission };
  before(`verifying ${name}`);
  const { artefacts, losses = [] } = emission;
  const differences = verify(name, universe, readings(artefacts, universe, sha256), losses, artefacts);
  return { name, ...emission, diagnostics: [...emission.diagnostics, ...differences] };
}

/** Outputs with the findings that comments and settings leave of those that they were made with. */
export function settled<Output extends Pick<TargetOutput, "name" | "diagnostics">>(
  loaded: LoadedProject,
  chosen: readonly ChosenTarget[],
  outputs: readonly Output[],
): readonly Output[] {
  const found = outputs.flatMap((output) => output.diagnostics);
  const everyTarget = chosen.length === targets.length;
  const heard = settleFindings(loaded.checked, found, (code) => everyTarget && code.startsWith("CTV5"), loaded.project.settings);
  const targetOf = (diagnostic: Diagnostic) => outputs.find((output) => output.name === diagnostic.target) ?? outputs[0];
  return outputs.map((output) => ({ ...output, diagnostics: heard.filter((diagnostic) => targetOf(diagnostic) === output) }));
}

/** How the policy program is hashed. */
export const sha256 = { algorithm: "sha256", of: (text: string) => createHash("sha256").update(text).digest("hex") };
