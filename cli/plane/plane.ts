/** A plane of enforcement as `plan`, `apply` and `drift` see it: what it would take to bring it to what the source asks for. */

export interface PlaneField {
  readonly field: string;
  /** Absent: not set. */
  readonly live?: unknown;
  readonly desired?: unknown;
}

export interface PlaneChange {
  readonly action: "create" | "change" | "replace" | "delete";
  /** Such as `rule shop:tiers.db:1`. */
  readonly object: string;
  /** `file:line:column`, or several of them. */
  readonly source?: string;
  /** The source rule's text. */
  readonly rule?: string;
  readonly fields: readonly PlaneField[];
  /** What happens to traffic meanwhile. */
  readonly window?: string;
}

/** Why nothing can be done as it is. */
export interface PlaneHindrance {
  readonly object: string;
  readonly source?: string;
  readonly message: string;
  readonly help: string;
}

export interface PlanePlan {
  /** Such as `contiv at http://netmaster:9999`. */
  readonly plane: string;
  readonly changes: readonly PlaneChange[];
  readonly hindrances: readonly PlaneHindrance[];
  /** Objects that the project owns and does not ask for any more, which stay without `--prune`. */
  readonly left: readonly string[];
  /** How many requests it takes. */
  readonly requests: number;
  /** How many of them are about objects that are there on the way only. */
  readonly onTheWay?: number;
  /** What happens to traffic meanwhile, where no single change tells it. */
  readonly window?: string;
  /** Does it; `sent` hears how many requests are done. @throws ApiFailure at the first that fails. */
  readonly send: (sent: (count: number) => void) => Promise<void>;
  /** Lets other applies go on, where this plan keeps them away. */
  readonly close?: () => Promise<void>;
}
