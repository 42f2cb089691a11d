/**
 * The shape that all targets share. A target is a value with few members, so a new one is a new folder.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Universe } from "../policy/universe.js";
import type { Flow } from "../space/flows.js";

/** One file of a target's output. */
export interface Artefact {
  /** Relative to the target's output folder, forward slashes. */
  readonly path: string;
  /** Ends in a newline. Equal input gives equal bytes. */
  readonly text: string;
}

export interface Emission {
  /** In order of path. */
  readonly artefacts: readonly Artefact[];
  /** What the target cannot say as the source does: `CTV5xxx`, located at the rule or declaration. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Something a policy can ask for, and how a target meets it. The documentation's table is made from these. */
export interface Capability {
  readonly feature: string;
  readonly support: "full" | "partial" | "none";
  readonly note: string;
}

/**
 * What is left to compare once the artefacts are read back: how the target decides flows. Written against the target's
 * own published semantics, sharing nothing with the emitter but names of fields.
 */
export interface Reading {
  /** Whether the target lets the flow's first packet pass and its replies back. */
  readonly decide: (flow: Flow) => TargetDecision;
}

export interface TargetDecision {
  /** `unenforced`: the target has no say (no endpoint of its own is involved). */
  readonly outcome: "allow" | "deny" | "unenforced";
  /** The object that decides, such as `guestbook/tiers-redis-master (NetworkPolicy)`, for messages. */
  readonly by: string;
}

export interface Target<Options> {
  readonly name: string;
  readonly capabilities: readonly Capability[];
  readonly emit: (universe: Universe, options: Options) => Emission;
}

