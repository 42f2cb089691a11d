/** Which names a set of ends speaks of, and whether of all their ends. */
import { possiblePart } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { allEnds, everyEnd, subtractEnds } from "../space/ends.js";
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

/** Finds shares in order of name; each set is looked at once, by its identity. */
export function shareFinder(universe: Universe, names: readonly NamedEnds[]): (ends: EndSet) => readonly Share[] {
  const naming = namingOf(universe);
  const positions = new Map(names.map((named, position) => [named, position]));
  const everyName = names.map((_, name): Share => ({ name, whole: true }));
  const known = new Map<EndSet, readonly Share[]>();
  const find = (ends: EndSet): readonly Share[] => {
    const meeting = new Map<number, EndBox[]>();
    for (const box of ends) {
      for (const { named, box: piece } of naming.piecesOf(box)) {
        const name = positions.get(named);
        if (name === undefined || !canExist(universe, piece)) continue;
        const boxes = meeting.get(name);
        if (boxes === undefined) meeting.set(name, [box]);
        else boxes.push(box);
      }
    }
    return [...meeting]
      .sort(([left], [right]) => left - right)
      .map(([name, boxes]) => ({ name, whole: !subtractEnds(names[name].ends, boxes).some((box) => canExist(universe, box)) }));
  };
  return (ends) => {
    if (ends === allEnds) return everyName;
    const shares = known.get(ends) ?? find(ends);
    known.set(ends, shares);
    return shares;
  };
}

function canExist(universe: Universe, source: EndBox): boolean {
  return possiblePart(universe, { source, destination: everyEnd, service: everyService }) !== undefined;
}
