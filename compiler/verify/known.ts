/**
 * One object for all that a comparison says of the same ends: cut down to those that can exist, and equal boxes made one. Indices and
 * memories go by identity, and most questions end at it.
 */
import { trimmer } from "../policy/possible.js";
import type { Universe } from "../policy/universe.js";
import { endBoxWithin, everyEnd, intersectEndBoxes } from "../space/ends.js";
import type { EndBox } from "../space/ends.js";
import { flowBox } from "../space/flows.js";
import type { FlowBox } from "../space/flows.js";
import { makeInterner } from "../space/intern.js";
import { intersectServices, isEmptyService, servicesWithin } from "../space/service.js";
import type { ServiceSet } from "../space/service.js";

/** Both give nothing where none of the ends can exist. */
export interface KnownEnds {
  readonly of: (box: EndBox) => EndBox | undefined;
  /** What two known boxes share: one of them itself where the other holds it. */
  readonly common: (a: EndBox, b: EndBox) => EndBox | undefined;
}

export function knownEnds(universe: Universe): KnownEnds {
  const trim = trimmer(universe);
  const intern = makeInterner();
  const made = new Map<EndBox, EndBox | undefined>();
  const of = (box: EndBox): EndBox | undefined => {
    const known = made.get(box);
    if (known !== undefined || made.has(box)) return known;
    const trimmed = trim(box);
    const same = trimmed === undefined ? undefined : intern(trimmed);
    made.set(box, same);
    if (same !== undefined) made.set(same, same);
    return same;
  };
  // The first of its kind stays itself, and "every flow" is told by identity.
  of(everyEnd);
  const intersection = (a: EndBox, b: EndBox): EndBox | undefined => {
    const box = intersectEndBoxes(a, b);
    return box === undefined ? undefined : of(box);
  };
  const shared = new Map<EndBox, Map<EndBox, EndBox | undefined>>();
  const common = (a: EndBox, b: EndBox): EndBox | undefined => {
    if (a === b) return a;
    const withA = shared.get(a) ?? new Map<EndBox, EndBox | undefined>();
    if (withA.size === 0) shared.set(a, withA);
    const known = withA.get(b);
    if (known !== undefined || withA.has(b)) return known;
    const same = endBoxWithin(a, b) ? a : endBoxWithin(b, a) ? b : intersection(a, b);
    withA.set(b, same);
    return same;
  };
  return { of, common };
}

/** The box between known ends; the same object where they are its own. */
export function knownFlows(box: FlowBox, known: KnownEnds): FlowBox | undefined {
  const source = known.of(box.source);
  const destination = known.of(box.destination);
  return source === box.source && destination === box.destination ? box : flowBox(source, destination, box.service);
}

/** What two boxes of known ends share: one of them itself where it lies in the other. */
export function commonFlows(a: FlowBox, b: FlowBox, known: KnownEnds): FlowBox | undefined {
  const service = commonServices(a.service, b.service);
  if (isEmptyService(service)) return undefined;
  const source = known.common(a.source, b.source);
  const destination = source === undefined ? undefined : known.common(a.destination, b.destination);
  if (source === a.source && destination === a.destination && service === a.service) return a;
  if (source === b.source && destination === b.destination && service === b.service) return b;
  return flowBox(source, destination, service);
}

function commonServices(a: ServiceSet, b: ServiceSet): ServiceSet {
  if (servicesWithin(a, b)) return a;
  return servicesWithin(b, a) ? b : intersectServices(a, b);
}
