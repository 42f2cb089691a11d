/**
 * A compile as the command does it: each target on whichever of two threads is free, findings and files in the same order as on one.
 * A helper works on the project as it was read while this thread still checks it; what it makes of a project with errors is dropped.
 */
import type { Project } from "../compiler/source/project.js";
import { emitTarget, settled } from "./emission.js";
import type { ChosenTarget, EmissionOrders, TargetOutput } from "./emission.js";
import { stageFiles } from "./io/stage.js";
import type { StagedFiles } from "./io/stage.js";
import { openOutput } from "./io/write.js";
import type { Written } from "./io/write.js";
import type { LoadedProject } from "./project.js";
import { claim, makeClaims } from "./threads/claims.js";
import type { Helper } from "./threads/helper.js";
import type { HelperFiles, HelperOutput, ReadProject } from "./threads/messages.js";

/** What was made for a target: here with its files, or by the helper, which keeps them. */
export type CompiledTarget = HelperOutput & { readonly made?: TargetOutput };

/** A helper that has been given a job. */
export interface Help {
  readonly helper: Helper;
  /** Targets in the order in which the helper takes them; this thread takes them from the end. */
  readonly targets: readonly ChosenTarget[];
  readonly claims: SharedArrayBuffer;
}

/** Most files are Contiv's, so the helper starts with these and this thread ends with them. */
function inHelpersOrder(chosen: readonly ChosenTarget[]): readonly ChosenTarget[] {
  const contiv = chosen.filter(({ name }) => name === "contiv");
  return [...contiv, ...chosen.filter(({ name }) => name !== "contiv").reverse()];
}

export interface Wanted {
  readonly chosen: readonly ChosenTarget[];
  /** Targets that this thread has to make itself. */
  readonly own: readonly string[];
  readonly verify: boolean;
}

/** Gives the helper its job. */
export function shareWork(helper: Helper, project: ReadProject, { targets: options }: Project, { chosen, own, verify }: Wanted): Help {
  const targets = inHelpersOrder(chosen);
  const claims = makeClaims(targets.length);
  const shared = targets.filter(({ name }) => !own.includes(name));
  helper.compile({
    project,
    options,
    targets: shared.map(({ name, optional }) => ({ name, optional: optional === true })),
    verify,
    claims,
  });
  return { helper, targets: [...shared, ...targets.filter((target) => !shared.includes(target))], claims };
}

function compiledHere(made: TargetOutput): CompiledTarget {
  const { name, diagnostics, artefacts, leftOut } = made;
  return { name, diagnostics, files: artefacts.length, made, ...(leftOut === undefined ? {} : { leftOut }) };
}

/** What each target emits for a project without errors, in the order in which they were chosen. */
export async function compileTargets(
  loaded: LoadedProject,
  chosen: readonly ChosenTarget[],
  orders: EmissionOrders,
  help: Help | undefined,
): Promise<readonly CompiledTarget[]> {
  const { universe } = loaded.checked;
  if (universe === undefined) return [];
  const make = (target: ChosenTarget): CompiledTarget => compiledHere(emitTarget(universe, loaded.project.targets, target, orders));
  if (help === undefined) return settled(loaded, chosen, chosen.map(make));
  const { helper, targets, claims } = help;
  const done: CompiledTarget[] = [];
  for (const [position, target] of [...targets.entries()].reverse()) if (claim(claims, position)) done.push(make(target));
  const left = chosen.filter((target) => done.every((output) => output.name !== target.name));
  if (left.length > 0) {
    orders.before(`compiling for ${left.map((target) => target.name).join(" and ")}`);
    done.push(...((await helper.compiled()) ?? []));
  }
  // What a helper that failed has left undone is done here, and fails here if it must.
  const outputs = chosen.map((target) => done.find((output) => output.name === target.name) ?? make(target));
  return settled(loaded, chosen, outputs);
}

/** What was written, and all files that there are now. */
export interface WrittenOutput extends Written {
  readonly files: readonly string[];
}

/**
 * Writes the files of all targets into `folder`, which messages call `shown`.
 * @throws Refusal when something cannot be written; nothing is replaced unless everything could be written beside it.
 */
export async function writeTargets(
  folder: string,
  shown: string,
  outputs: readonly CompiledTarget[],
  help: Help | undefined,
): Promise<WrittenOutput> {
  const helper = outputs.every((output) => output.made !== undefined) ? undefined : help?.helper;
  const here: (StagedFiles & HelperFiles)[] = [];
  const abandon = (): void => {
    for (const part of here) part.abandon();
  };
  const [theirs, own] = await Promise.allSettled([
    helper?.stage(folder, shown),
    new Promise<void>((resolve) => {
      for (const { name, made } of outputs) {
        const files = (made?.artefacts ?? []).map(({ path, text }) => ({ path: `${name}/${path}`, text }));
        if (made !== undefined) here.push({ name, ...stageFiles(folder, shown, files) });
      }
      resolve();
    }),
  ]);
  if (theirs.status === "rejected" || own.status === "rejected") {
    abandon();
    if (theirs.status === "fulfilled") await helper?.abandon();
    throw theirs.status === "rejected" ? theirs.reason : own.status === "rejected" ? own.reason : undefined;
  }
  const parts = [...here, ...(theirs.value ?? [])];
  const inOrder = outputs.flatMap((output) => parts.find((part) => part.name === output.name) ?? []);
  const digests = new Map(inOrder.flatMap((part) => [...part.digests]));
  const names = outputs.map((output) => output.name);
  const output = openOutput(folder, shown, names, { digests, changed: inOrder.flatMap((part) => part.changed) });
  try {
    output.begin();
  } catch (error) {
    abandon();
    await helper?.abandon();
    throw error;
  }
  const placing = helper?.place();
  for (const part of here) part.place();
  await placing;
  return { ...output.end(), files: [...digests.keys()] };
}
