/**
 * What has been said of a target: the flows that it is known to decide otherwise, found by overlap.
 */
import { boundedCache } from "../space/boundedCache.js";
import { flowBoxWithin } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import type { Loss } from "../target/target.js";
import { overlapIndex } from "../verdict/overlap.js";
import type { OverlapIndex, OverlapRow } from "../verdict/overlap.js";
import { mergeServices } from "./checkpoint.js";
import { commonFlows } from "./known.js";
import type { KnownEnds } from "./known.js";

/** A loss of most of something: all of its flows but for the exceptions. */
export interface Wide {
  readonly flows: FlowSet;
  readonly except: OverlapIndex;
}

export interface Losses {
  readonly plain: OverlapIndex;
  /** The wide ones that have flows in common with a box. */
  readonly wideNear: (box: FlowBox) => readonly Wide[];
  /** The wide ones of which one box holds all of the given one. */
  readonly wideHolding: (box: FlowBox) => readonly Wide[];
}

export function indexLosses(losses: readonly Loss[], known: KnownEnds): Losses {
  const plain = losses.flatMap((loss) => (loss.except === undefined ? loss.flows : []));
  // Losses of many tenants have the same exceptions.
  const exceptOf = boundedCache(losses.length + 1, (except: FlowSet) => overlapIndex([mergeServices(except, known)]));
  const wide = losses.flatMap(({ flows, except }) =>
    except === undefined ? [] : [{ flows: mergeServices(flows, known), except: exceptOf(except) }],
  );
  const index = overlapIndex(wide.map(({ flows }) => flows));
  const distinct = (rows: readonly OverlapRow[]): readonly Wide[] => (rows.length === 0 ? [] : [...new Set(rows.map(({ owner }) => wide[owner]))]);
  return {
    plain: overlapIndex([mergeServices(plain, known)]),
    wideNear: (box) => distinct(index.overlapping(box)),
    wideHolding: (box) => distinct(index.holding(box)),
  };
}

/** The parts of a box that are in the loss's flows and in those of `except`. */
export function* exceptions({ flows }: Wide, except: OverlapIndex, box: FlowBox, known: KnownEnds): Generator<FlowBox> {
  for (const whole of flows) {
    const within = commonFlows(box, whole, known);
    if (within === undefined) continue;
    for (const row of except.overlapping(within)) {
      const part = commonFlows(within, row.box, known);
      if (part !== undefined) yield part;
    }
  }
}

/** Losses of which one box holds all of the given one. */
export function widestHolding(losses: Losses, excepted: readonly Wide[], box: FlowBox): readonly Wide[] {
  return losses.wideHolding(box).filter((loss) => !excepted.includes(loss));
}

/** Of losses that have flows in common with a box, those whose part of it lies in that of no other. */
export function widest(losses: Losses, excepted: readonly Wide[], box: FlowBox, known: KnownEnds): readonly Wide[] {
  let kept: readonly { readonly loss: Wide; readonly parts: FlowSet }[] = [];
  const holds = (loss: Wide, parts: FlowSet): boolean => parts.every((part) => loss.flows.some((flows) => flowBoxWithin(part, flows)));
  for (const loss of losses.wideNear(box)) {
    if (excepted.includes(loss)) continue;
    const parts = loss.flows.flatMap((flows) => commonFlows(box, flows, known) ?? []);
    if (kept.some((other) => holds(other.loss, parts))) continue;
    kept = [...kept.filter((other) => !holds(loss, other.parts)), { loss, parts }];
  }
  return kept.map(({ loss }) => loss);
}
