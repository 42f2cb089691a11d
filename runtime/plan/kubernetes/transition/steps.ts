/** Exchanges of objects, and requests on the way from one set of objects to another. */
import type { Manifest } from "../manifest.js";

/** An object as it is, and as it will be. */
export interface Exchange<Kind> {
  readonly before?: Kind;
  readonly after?: Kind;
}

export interface Step {
  readonly action: "write" | "delete";
  readonly manifest: Manifest;
  /** Also where another manager has set a field: for objects that are there on the way only. */
  readonly force?: boolean;
}

/**
 * Up to the end of `tighten`, less and less of what the old objects allow passes; from there on, more and more of what the new ones allow.
 * `prepare` and `finish` change nothing of what passes.
 */
export interface Phases {
  readonly prepare: readonly Step[];
  readonly tighten: readonly Step[];
  readonly open: readonly Step[];
  readonly finish: readonly Step[];
}

export const noSteps: Phases = { prepare: [], tighten: [], open: [], finish: [] };

export function writing(manifest: Manifest): Step {
  return { action: "write", manifest };
}

/** Writes an object that is there on the way only. */
export function placing(manifest: Manifest): Step {
  return { action: "write", manifest, force: true };
}

export function deleting(manifest: Manifest): Step {
  return { action: "delete", manifest };
}
