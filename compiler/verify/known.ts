/**
 * One object for all that a comparison says of the same ends: cut down to those that can exist, and equal boxes made one. Indices and
 * memories go by identity, and most questions end at it.
 */
import { trimmer } from "../policy/possible.js";
import type { Universe } from "../policy/universe.js";
import type { EndBox } from "../space/ends.js";
import { flowBox } from "../space/flows.js";
import type { FlowBox } from "../space/flows.js";
import { makeInterner } from "../space/intern.js";

/** Nothing for ends of which none can exist. */
export type KnownEnds = (box: EndBox) => EndBox | undefined;

export function knownEnds(universe: Universe): KnownEnds {
  const trim = trimmer(universe);
  const intern = makeInterner();
  const made = new Map<EndBox, EndBox | undefined>();
  return (box) => {
    const known = made.get(box);
    if (known !== undefined || made.has(box)) return known;
    const trimmed = trim(box);
    const same = trimmed === undefined ? undefined : intern(trimmed);
    made.set(box, same);
    return same;
  };
}

/** The box between known ends; the same object where they are its own. */
export function knownFlows(box: FlowBox, known: KnownEnds): FlowBox | undefined {
  const source = known(box.source);
  const destination = known(box.destination);
  return source === box.source && destination === box.destination ? box : flowBox(source, destination, box.service);
}
