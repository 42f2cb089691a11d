/** What the command's thread and its helper say to each other. All of it can be copied from one thread to the other. */
import type { GivenParam } from "../../compiler/check/params.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import type { Surroundings } from "../../compiler/policy/model.js";
import type { TargetOptions } from "../../compiler/source/project.js";

/** A project as it was read. */
export interface ReadProject {
  readonly entries: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
  readonly params: ReadonlyMap<string, GivenParam>;
  readonly surroundings: Surroundings;
}

export interface Job {
  readonly project: ReadProject;
  readonly options: TargetOptions;
  /** In the order in which the helper takes them; `optional` as in `ChosenTarget`. */
  readonly targets: readonly { readonly name: string; readonly optional: boolean }[];
  readonly verify: boolean;
  /** A cell for each of the targets (`claims.ts`). */
  readonly claims: SharedArrayBuffer;
}

export type Order =
  /** Read a file that a job to come is likely to have, while other files are still looked for. The one order that has no answer. */
  | { readonly kind: "read"; readonly id: string; readonly text: string }
  | { readonly kind: "compile"; readonly job: Job }
  /** Write everything beside its place in `folder`, which messages call `shown`. */
  | { readonly kind: "stage"; readonly folder: string; readonly shown: string }
  | { readonly kind: "place" }
  | { readonly kind: "abandon" };

/** What the helper made for one target. The files stay with it. */
export interface HelperOutput {
  readonly name: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly leftOut?: true;
  readonly files: number;
}

/** The files of one target: all of them with their SHA-256, and those that changed. Paths start with the target's name. */
export interface HelperFiles {
  readonly name: string;
  readonly digests: ReadonlyMap<string, string>;
  readonly changed: readonly string[];
}

/** One for each order but `read`, in turn. */
export type Answer =
  | { readonly kind: "compiled"; readonly outputs: readonly HelperOutput[] }
  | { readonly kind: "staged"; readonly files: readonly HelperFiles[] }
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly message: string; readonly help?: string };
