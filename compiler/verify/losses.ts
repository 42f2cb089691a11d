/**
 * What has been said of a target: the flows that it is known to decide otherwise, found by overlap.
 */
import { flowBoxesOverlap } from "../space/flows.js";
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
  readonly wide: readonly Wide[];
}

export function indexLosses(losses: readonly Loss[], known: KnownEnds): Losses {
  const plain = losses.flatMap((loss) => (loss.except === undefined ? loss.flows : []));
  const wide = losses.flatMap(({ flows, except }) =>
    except === undefined ? [] : [{ flows: mergeServices(flows, known), except: overlapIndex([mergeServices(except, known)]) }],
  );
  return { plain: overlapIndex([mergeServices(plain, known)]), wide };
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

export function meets(wide: Wide, box: FlowBox): boolean {
  return wide.flows.some((flows) => flowBoxesOverlap(flows, box));
}
