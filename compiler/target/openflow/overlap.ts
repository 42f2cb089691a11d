/**
 * Which regions can hold a common end.
 */
import { endIndex } from "../../space/endIndex.js";
import type { EndBox } from "../../space/ends.js";
import { boxesMeet } from "./region.js";
import type { Region } from "./region.js";

/** For each region the others (and itself) that it may overlap, ascending. */
export function regionOverlaps(regions: readonly Region[]): readonly (readonly number[])[] {
  const boxes: EndBox[] = [];
  const owners: number[] = [];
  regions.forEach((region, owner) => {
    for (const box of region.include) {
      boxes.push(box);
      owners.push(owner);
    }
  });
  const index = endIndex(boxes);
  /** For each region the last one that it was found for. */
  const foundFor = new Int32Array(regions.length).fill(-1);
  return regions.map((region, owner) => {
    const found: number[] = [];
    for (const box of region.include) {
      for (const at of index.overlapping(box)) {
        const other = owners[at];
        if (foundFor[other] === owner || (other !== owner && !boxesMeet(region, box, regions[other], boxes[at]))) continue;
        foundFor[other] = owner;
        found.push(other);
      }
    }
    if (foundFor[owner] !== owner) found.push(owner);
    return region.include.length === 1 ? found : found.sort((a, b) => a - b);
  });
}
