/**
 * Which regions can hold a common end.
 */
import { endIndex } from "../../space/endIndex.js";
import { boxesMeet } from "./region.js";
import type { Region } from "./region.js";

/** For each region the others (and itself) that it may overlap, ascending. */
export function regionOverlaps(regions: readonly Region[]): readonly (readonly number[])[] {
  const boxes = regions.flatMap((region, owner) => region.include.map((box) => ({ owner, region, box })));
  const index = endIndex(boxes.map(({ box }) => box));
  const found = regions.map((_, owner) => new Set([owner]));
  for (const { owner, region, box } of boxes) {
    for (const at of index.overlapping(box)) {
      const other = boxes[at];
      if (!found[owner].has(other.owner) && boxesMeet(region, box, other.region, other.box)) found[owner].add(other.owner);
    }
  }
  return found.map((set) => [...set].sort((a, b) => a - b));
}
