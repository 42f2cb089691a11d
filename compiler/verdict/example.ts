/** One flow that shows something: it can exist, and it is decided as the statement about it says. */
import type { Action } from "../policy/model.js";
import { possiblePart } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { someFlow } from "../space/flows.js";
import type { Flow, FlowBox } from "../space/flows.js";
import { eachDecidedPart } from "./parts.js";

/** A flow of the boxes that can exist and has this outcome, or nothing. Boxes after the one that has such a flow are not looked at. */
export function exampleOf(universe: Universe, boxes: Iterable<FlowBox>, outcome: Action): Flow | undefined {
  for (const box of boxes) {
    if (possiblePart(universe, box) === undefined) continue;
    for (const part of eachDecidedPart(universe, box)) {
      const possible = part.outcome === outcome ? possiblePart(universe, part.flows) : undefined;
      const flow = possible === undefined ? undefined : someFlow(possible);
      if (flow !== undefined) return flow;
    }
  }
  return undefined;
}
