/**
 * The ends that one part of a rule's source or destination speaks of, kept as "these but not those": writing the difference out
 * as boxes can take exponentially many, and nobody here needs it.
 */
import { endBoxesOverlap, endBoxWithin, endInSet, intersectEndBoxes } from "../../space/ends.js";
import type { End, EndBox, EndSet } from "../../space/ends.js";

export interface Region {
  readonly include: EndSet;
  readonly except: EndSet;
}

export function inRegion(region: Region, end: End): boolean {
  return endInSet(region.include, end) && !endInSet(region.except, end);
}

/**
 * Whether two boxes of two regions, which overlap, can hold one end. May say yes where several exceptions together hold the common part.
 */
export function boxesMeet(a: Region, boxOfA: EndBox, b: Region, boxOfB: EndBox): boolean {
  if (a.except.length === 0 && b.except.length === 0) return true;
  const common = intersectEndBoxes(boxOfA, boxOfB);
  return common !== undefined && !a.except.some((box) => endBoxWithin(common, box)) && !b.except.some((box) => endBoxWithin(common, box));
}

/** The region without the boxes that an exception holds whole; nothing when no box is left. */
export function trimRegion(region: Region): Region | undefined {
  const include = region.include.filter((box) => !region.except.some((other) => endBoxWithin(box, other)));
  if (include.length === 0) return undefined;
  const except = region.except.filter((box) => include.some((kept) => endBoxesOverlap(kept, box)));
  return { include, except };
}
