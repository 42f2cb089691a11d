/** What many objects allow, asked for single boxes. */
import { findUncovered, intersectFlowBoxes } from "../../../../compiler/space/flows.js";
import type { FlowBox, FlowSet } from "../../../../compiler/space/flows.js";
import { overlapIndex } from "../../../../compiler/verdict/overlap.js";
import type { Direction, NetworkObject } from "./reading.js";
import { directions } from "./reading.js";

export interface Cover {
  /** Whether the objects allow all of the box. */
  readonly holds: (direction: Direction, box: FlowBox) => boolean;
  /** What of the box each of their rules allows. */
  readonly parts: (direction: Direction, box: FlowBox) => FlowSet;
  /** Whether the objects are known to allow all that another does. */
  readonly holdsAll: (object: NetworkObject) => boolean;
}

export function coverOf(objects: readonly NetworkObject[]): Cover {
  const indexOf = (direction: Direction) => overlapIndex(objects.map(({ allows }) => allows[direction] ?? []));
  const indices = { ingress: indexOf("ingress"), egress: indexOf("egress") };
  const meeting = (direction: Direction, box: FlowBox): FlowSet => indices[direction].overlapping(box).map((row) => row.box);
  const holds: Cover["holds"] = (direction, box) => findUncovered(box, meeting(direction, box)) === undefined;
  return {
    holds,
    parts: (direction, box) => meeting(direction, box).flatMap((other) => intersectFlowBoxes(box, other) ?? []),
    holdsAll: ({ reads, allows }) => reads && directions.every((direction) => (allows[direction] ?? []).every((box) => holds(direction, box))),
  };
}
