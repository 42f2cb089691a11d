/** Disks that are full. */
import { writeFileSync } from "node:fs";

/** Writes to a file until the disk that it is on takes not one byte more. */
export function fillDisk(path: string): void {
  for (let size = 1 << 16; size >= 1; size >>= 1) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: "a" });
    } catch {
      // Less may still fit.
    }
  }
}
