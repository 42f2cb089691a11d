/** Who may reach some ends, and whom they may reach. */
import type { Universe } from "../policy/universe.js";
import { possiblePart } from "../policy/universe.js";
import { endIndex } from "../space/endIndex.js";
import { intersectEndBoxes } from "../space/ends.js";
import type { EndBox } from "../space/ends.js";
import { flowBox } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import { intersectServices, isEmptyService, noService, subtractServices, unionServices } from "../space/service.js";
import type { ServiceSet } from "../space/service.js";
import { namingOf } from "./names.js";
import type { NamedEnds } from "./names.js";
import { decidedParts } from "./parts.js";

/** What may pass between some ends and a named set of peers. */
export interface Reach {
  readonly peer: NamedEnds;
  /** Services on which every flow that can exist is allowed. */
  readonly always: ServiceSet;
  /** Services on which some flows are allowed and some are denied. */
  readonly sometimes: ServiceSet;
}

/**
 * Sums up, for every name on one side of the flows, what of them is allowed. Names that are allowed nothing are left out, and flows that
 * touch no tenant: the policy does not decide them.
 */
export function reachWithin(universe: Universe, asked: FlowSet, side: Side): readonly Reach[] {
  const naming = namingOf(universe);
  const parts = decidedParts(universe, asked);
  const allowed = new Map<NamedEnds, ServiceSet>();
  for (const { flows, outcome } of parts) {
    if (outcome !== "allow") continue;
    for (const { named, box } of naming.piecesOf(flows[side])) {
      allowed.set(named, withPossible(universe, allowed.get(named) ?? noService, flows, side, box));
    }
  }
  // Nearly everything is denied to somebody: only those who are allowed something are asked about.
  const denied = parts.filter((part) => part.outcome === "deny");
  const bySide = endIndex(denied.map(({ flows }) => flows[side]));
  const refusedTo = (peer: NamedEnds): ServiceSet =>
    peer.ends.reduce(
      (sum, end) =>
        bySide.overlapping(end).reduce((found, at) => {
          const box = intersectEndBoxes(denied[at].flows[side], end);
          return box === undefined ? found : withPossible(universe, found, denied[at].flows, side, box);
        }, sum),
      noService,
    );
  return naming.all.flatMap((peer): readonly Reach[] => {
    const some = allowed.get(peer) ?? noService;
    if (isEmptyService(some)) return [];
    const refused = refusedTo(peer);
    return [{ peer, always: subtractServices(some, refused), sometimes: intersectServices(some, refused) }];
  });
}

export type Side = "source" | "destination";

/** The services known so far, with those of the flows when one of them, with its end in `box`, can exist. */
function withPossible(universe: Universe, known: ServiceSet, flows: FlowBox, side: Side, box: EndBox): ServiceSet {
  const fresh = subtractServices(flows.service, known);
  const piece = side === "source" ? flowBox(box, flows.destination, fresh) : flowBox(flows.source, box, fresh);
  return piece !== undefined && possiblePart(universe, piece) !== undefined ? unionServices(known, fresh) : known;
}
