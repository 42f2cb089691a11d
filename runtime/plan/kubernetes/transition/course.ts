/** Which object is exchanged when, on the way from some NetworkPolicies to others, and what is there all the while. */
import * as ends from "../../../../compiler/space/ends.js";
import { coverOf } from "./cover.js";
import type { Cover } from "./cover.js";
import { carriers, isolatedBy, isolates, keepsIsolated } from "./helpers.js";
import type { Helper } from "./helpers.js";
import { directions } from "./reading.js";
import type { NetworkObject } from "./reading.js";
import type { Exchange } from "./steps.js";

export interface Course {
  /** Carriers of the pods that are not isolated yet, and of those that will not be. */
  readonly entering: readonly Helper[];
  readonly leaving: readonly Helper[];
  /** New objects that allow nothing that the old ones do not, and the other new ones. */
  readonly early: readonly NetworkObject[];
  readonly late: readonly NetworkObject[];
  /** Old objects that allow nothing that the new ones do not: they stay until everything is open. */
  readonly staying: ReadonlySet<NetworkObject>;
  /** What replaces an old object at once, though that one allows too much. */
  readonly earlyChanges: ReadonlySet<NetworkObject>;
  /** What the new objects allow. */
  readonly now: Cover;
  /** What is allowed all the time while objects are cut, and while they are opened. */
  readonly whileTightening: Cover;
  readonly whileOpening: Cover;
  /** Whether others isolate an object's pods all the time. */
  readonly isHeld: (object: NetworkObject) => boolean;
}

/** `constant`: objects that are there before and afterwards. */
export function courseOf(owner: string, constant: readonly NetworkObject[], exchanges: readonly Exchange<NetworkObject>[]): Course {
  const befores = exchanges.flatMap(({ before }) => before ?? []);
  const afters = exchanges.flatMap(({ after }) => after ?? []);
  const entering = carriers(owner, afters, [...constant, ...befores]);
  const leaving = carriers(owner, befores, [...constant, ...afters]);
  const [carried, released] = [entering, leaving].map((helpers) => helpers.map(({ object }) => object));
  const old = coverOf([...constant, ...befores, ...carried]);
  const now = coverOf([...constant, ...afters, ...released]);

  const pairs = exchanges.flatMap(({ before, after }) => (before !== undefined && after !== undefined ? [{ before, after }] : []));
  const creations = exchanges.flatMap(({ before, after }) => (before === undefined && after !== undefined ? [after] : []));
  const early = creations.filter(old.holdsAll);
  const staying = new Set([...befores, ...carried].filter(now.holdsAll));
  const kept = pairs.filter(({ before, after }) => keepsIsolated(before, after));
  const earlyChanges = kept.filter(({ before, after }) => !staying.has(before) && old.holdsAll(after)).map(({ after }) => after);
  const goneLast = exchanges.flatMap(({ before, after }) => (before !== undefined && after === undefined && staying.has(before) ? [before] : []));

  const isolating = [...constant, ...early, ...goneLast, ...kept.map(({ before }) => before)];
  const isolated = { ingress: isolatedBy(isolating, "ingress"), egress: isolatedBy(isolating, "egress") };
  const isEarly = new Set(early);
  return {
    entering,
    leaving,
    early,
    late: creations.filter((object) => !isEarly.has(object)),
    staying,
    earlyChanges: new Set(earlyChanges),
    now,
    whileTightening: coverOf([...constant, ...early, ...staying]),
    whileOpening: coverOf([...constant, ...creations, ...earlyChanges, ...released, ...goneLast]),
    isHeld: (object) => {
      const { subject } = object;
      if (subject === undefined) return true;
      return directions.every((direction) => !isolates(object, direction) || ends.endsWithin([subject], isolated[direction]));
    },
  };
}
