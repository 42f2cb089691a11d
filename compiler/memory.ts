/** What one check of a project leaves for the next, for an editor that checks at each keystroke: whatever nobody changed is not made again. */
import type { Program } from "./bind/program.js";
import type { AcrossBefore } from "./check/across.js";
import type { GivenParam } from "./check/params.js";
import type { Usage } from "./check/usage.js";
import type { Units } from "./policy/units.js";
import type { LoadedFiles } from "./source/files.js";
import type { Settled } from "./source/settle.js";

/** Made empty by `checkMemory`; only the compiler looks inside. A check leaves something when it is done, and never before. */
export interface CheckMemory {
  last?: Snapshot;
}

export interface Snapshot {
  readonly loaded: LoadedFiles;
  readonly program: Program;
  readonly given: ReadonlyMap<string, GivenParam>;
  readonly units: Units;
  readonly across: AcrossBefore;
  readonly usage: Usage;
  readonly settled: Settled;
}

export function checkMemory(): CheckMemory {
  return {};
}

/** What is remembered, for a check that is to leave nothing. */
export function copyOf({ last }: CheckMemory): CheckMemory {
  return last === undefined ? {} : { last };
}
