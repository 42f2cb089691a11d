/** Which names a set of ends speaks of, and whether of all their ends. */
import { possiblePart } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { boundedCache } from "../space/boundedCache.js";
import { allEnds, endBoxWithin, everyEnd, intersectEndBoxes, subtractEnds } from "../space/ends.js";
import type { EndBox, EndSet } from "../space/ends.js";
import { everyService } from "../space/service.js";
import { namingOf } from "./names.js";
import type { NamedEnds } from "./names.js";

export interface Share {
  /** Position in the list of names. */
  readonly name: number;
  /** Whether every end of the name that can exist is in the set. */
  readonly whole: boolean;
}

/** What a set of ends has of one name, while the set is gone through. */
interface Meeting {
  /** Boxes of the set that meet the name somewhere. */
  readonly boxes: EndBox[];
  /** Boxes of the name that lie within one of the set. */
  readonly held: Set<EndBox>;
}

/**
 * Finds shares in order of name; each set is looked at once, by its identity. A set such as "any except one group" meets nearly every name, and
 * holds the boxes of nearly all: these need no arithmetic.
 */
export function shareFinder(universe: Universe, names: readonly NamedEnds[]): (ends: EndSet) => readonly Share[] {
  const naming = namingOf(universe);
  const positions = new Map(names.map((named, position) => [named, position]));
  const wholes = names.map((_, name): Share => ({ name, whole: true }));
  const parts = names.map((_, name): Share => ({ name, whole: false }));
  const boxExists = boundedCache(Infinity, (box: EndBox) => canExist(universe, box));
  const known = new Map<EndSet, readonly Share[]>();
  const isWhole = (name: number, { boxes, held }: Meeting): boolean => {
    const { ends } = names[name];
    return ends.every((box) => held.has(box)) || !subtractEnds(ends, boxes).some((box) => canExist(universe, box));
  };
  const find = (ends: EndSet): readonly Share[] => {
    const meetings = new Map<number, Meeting>();
    for (const box of ends) {
      for (const { named, box: own } of naming.meeting(box)) {
        const name = positions.get(named);
        if (name === undefined) continue;
        const isHeld = endBoxWithin(own, box);
        const piece = isHeld ? own : intersectEndBoxes(own, box);
        if (piece === undefined || !(isHeld ? boxExists(own) : canExist(universe, piece))) continue;
        const meeting = meetings.get(name) ?? { boxes: [], held: new Set() };
        meetings.set(name, meeting);
        meeting.boxes.push(box);
        if (isHeld) meeting.held.add(own);
      }
    }
    return [...meetings].sort(([left], [right]) => left - right).map(([name, meeting]) => (isWhole(name, meeting) ? wholes[name] : parts[name]));
  };
  return (ends) => {
    if (ends === allEnds) return wholes;
    const shares = known.get(ends) ?? find(ends);
    known.set(ends, shares);
    return shares;
  };
}

function canExist(universe: Universe, source: EndBox): boolean {
  return possiblePart(universe, { source, destination: everyEnd, service: everyService }) !== undefined;
}
