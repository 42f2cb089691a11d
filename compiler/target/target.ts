/**
 * The shape that all targets share. A target is a value with few members, so a new one is a new folder.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Universe } from "../policy/universe.js";
import type { FlowSet } from "../space/flows.js";

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
  /** The flows behind those diagnostics that are about flows, so that a verification can tell what has been said from what has not. */
  readonly losses?: readonly Loss[];
}

/** Flows that a target decides otherwise than the source, and the diagnostic that says so. */
export interface Loss {
  readonly diagnostic: Diagnostic;
  readonly tenant: string;
  /** What the target makes of the flows; some it may still decide as the source does. */
  readonly outcome: "allow" | "deny";
  readonly flows: FlowSet;
  /** Flows of these that are not lost: "all but what a thousand groups have" is short to say, and long as a union of boxes. */
  readonly except?: FlowSet;
  /**
   * A loss of the same tenant and outcome that is more to the point, and has such a one itself: a flow that one of these holds is told there and
   * not here, so that no two findings tell of one flow. For a proof, which asks what is told at all, the sets alone count.
   */
  readonly after?: Loss;
}

/** Something a policy can ask for, and how a target meets it. The documentation's table is made from these. */
export interface Capability {
  readonly feature: string;
  readonly support: "full" | "partial" | "none";
  readonly note: string;
}

/**
 * How a target decides flows, as its reader finds it in the artefacts' text. Written against the target's own published
 * semantics, sharing nothing with the emitter but names of fields.
 *
 * A flow is permitted when every checkpoint lets its first packet pass and every reply checkpoint lets its replies pass.
 */
export interface Reading {
  readonly checkpoints: readonly Checkpoint[];
  /**
   * What replies meet, told in terms of the flow they answer (its source, destination and service, not those of the reply's
   * packets). Empty where the target tracks connections.
   */
  readonly replies: readonly Checkpoint[];
  /** Artefacts that do not read: located in the artefact, with a message. A reading with problems proves nothing. */
  readonly problems: readonly ReadingProblem[];
  /** What is wrong in artefacts that decide nothing themselves. Nothing where the target has none. */
  readonly asides?: readonly AsideProblem[];
}

export interface ReadingProblem {
  readonly path: string;
  readonly line?: number;
  readonly message: string;
}

/** A file beside those that decide (a plan, labels, a source map) says something else than they do, or than the source. */
export interface AsideProblem extends ReadingProblem {
  /** It is right about the target, and only points at what the source had there earlier. */
  readonly outdated?: true;
}

/** A place where the target decides: the first entry that holds the flow does, else `otherwise`. */
export interface Checkpoint {
  /** Such as `egress` or `policy table`. */
  readonly name: string;
  readonly entries: readonly CheckpointEntry[];
  readonly otherwise: "allow" | "deny";
}

export interface CheckpointEntry {
  readonly flows: FlowSet;
  readonly action: "allow" | "deny";
  /** The object that decides, such as `NetworkPolicy guestbook/tiers.redis-master`, for messages. */
  readonly by: string;
  /** The entries, object by object, that this one stands for, of the same action and in order: made only when a flow's object is asked for. */
  readonly parts?: () => readonly CheckpointEntry[];
}

export interface Target<Options> {
  readonly name: string;
  readonly capabilities: readonly Capability[];
  readonly emit: (universe: Universe, options: Options) => Emission;
}
