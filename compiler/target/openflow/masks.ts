/**
 * Ranges of ports as value/mask pairs, the only shape in which OpenFlow matches more than one port.
 */
import type { Ranges } from "../../space/intervals.js";

export interface MaskedValue {
  readonly value: number;
  readonly mask: number;
}

const ALL = 0xffff;

/** The fewest aligned blocks whose union is the ranges (each within 0..65535); at most 30 a range. */
export function rangeMasks(ranges: Ranges<number>): readonly MaskedValue[] {
  const out: MaskedValue[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    let low = ranges[i];
    const high = ranges[i + 1];
    while (low <= high) {
      let size = 1;
      while (low % (size * 2) === 0 && low + size * 2 - 1 <= high && size * 2 <= ALL + 1) size *= 2;
      out.push({ value: low, mask: ALL + 1 - size });
      low += size;
    }
  }
  return out;
}
