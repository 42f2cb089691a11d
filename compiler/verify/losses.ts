/**
 * What has been said of a target: the flows that it is known to decide otherwise, found by overlap.
 */
import { boundedCache } from "../space/boundedCache.js";
import { flowBoxWithin } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import type { Loss } from "../target/target.js";
import { overlapIndex } from "../verdict/overlap.js";
import type { OverlapIndex } from "../verdict/overlap.js";
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
}

export function indexLosses(losses: readonly Loss[], known: KnownEnds): Losses {
  const plain = losses.flatMap((loss) => (loss.except === undefined ? loss.flows : []));
  // Losses of many tenants have the same exceptions.
  const exceptOf = boundedCache(losses.length + 1, (except: FlowSet) => overlapIndex([mergeServices(except, known)]));
  const wide = losses.flatMap(({ flows, except }) =>
    except === undefined ? [] : [{ flows: mergeServices(flows, known), except: exceptOf(except) }],
  );
  const index = overlapIndex(wide.map(({ flows }) => flows));
  const wideNear = (box: FlowBox): readonly Wide[] =>
    wide.length === 0 ? wide : [...new Set(index.overlapping(box).map(({ owner }) => wide[owner]))];
  return { plain: overlapIndex([mergeServices(plain, known)]), wideNear };
}

/** The parts of a box that are in the loss's flows and yet not lost; boxes of equal ends have the same ones. */
export function* exceptions({ flows, except }: Wide, box: FlowBox, known: KnownEnds): Generator<FlowBox> {
  for (const whole of flows) {
    const within = commonFlows(box, whole, known);
    if (within === undefined) continue;
    for (const row of except.overlapping(within)) {
      const part = commonFlows(within, row.box, known);
      if (part !== undefined) yield part;
    }
  }
}

/** Of losses, those whose part of a box lies in that of no other. */
export function widest(losses: readonly Wide[], box: FlowBox, known: KnownEnds): readonly Wide[] {
  if (losses.length < 2) return losses;
  let kept: readonly { readonly loss: Wide; readonly parts: FlowSet }[] = [];
  const holds = (loss: Wide, parts: FlowSet): boolean => parts.every((part) => loss.flows.some((flows) => flowBoxWithin(part, flows)));
  for (const loss of losses) {
    const parts = loss.flows.flatMap((flows) => commonFlows(box, flows, known) ?? []);
    if (kept.some((other) => holds(other.loss, parts))) continue;
    kept = [...kept.filter((other) => !holds(loss, other.parts)), { loss, parts }];
  }
  return kept.map(({ loss }) => loss);
}
