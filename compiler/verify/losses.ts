/**
 * What has been said of a target: the flows that it is known to decide otherwise, found by overlap.
 */
import type { Interner } from "../space/intern.js";
import { cutFlowBox, flowBoxesOverlap } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import type { Loss } from "../target/target.js";
import { overlapIndex } from "../verdict/overlap.js";
import type { OverlapIndex } from "../verdict/overlap.js";
import { mergeServices } from "./checkpoint.js";

/** A loss of most of something: all of its flows but for the exceptions. */
export interface Wide {
  readonly flows: FlowSet;
  readonly except: OverlapIndex;
}

export interface Losses {
  readonly plain: OverlapIndex;
  readonly wide: readonly Wide[];
}

export function indexLosses(losses: readonly Loss[], intern: Interner): Losses {
  const plain = losses.flatMap((loss) => (loss.except === undefined ? loss.flows : []));
  const wide = losses.flatMap(({ flows, except }) =>
    except === undefined ? [] : [{ flows: mergeServices(flows, intern), except: overlapIndex([mergeServices(except, intern)]) }],
  );
  return { plain: overlapIndex([mergeServices(plain, intern)]), wide };
}

/** The parts of a box that are in the loss's flows and yet not lost; boxes of equal ends have the same ones. */
export function* exceptions({ flows, except }: Wide, box: FlowBox, intern: Interner): Generator<FlowBox> {
  for (const whole of flows) {
    const within = cutFlowBox(box, whole, intern);
    if (within === undefined) continue;
    for (const row of except.overlapping(within)) {
      const part = cutFlowBox(within, row.box, intern);
      if (part !== undefined) yield part;
    }
  }
}

export function meets(wide: Wide, box: FlowBox): boolean {
  return wide.flows.some((flows) => flowBoxesOverlap(flows, box));
}
