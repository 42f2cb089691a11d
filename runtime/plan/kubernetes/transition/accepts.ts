/** What both policies let pass among the flows of a change, as rules that accept it: so that denying all of the change costs nothing. */
import { everyEnd } from "../../../../compiler/space/ends.js";
import type { EndBox } from "../../../../compiler/space/ends.js";
import * as address from "../../../../compiler/space/address.js";
import { findUncovered, intersectFlowBoxes, uncoveredParts } from "../../../../compiler/space/flows.js";
import type { FlowBox, FlowSet } from "../../../../compiler/space/flows.js";
import { isEmptyService, subtractServices } from "../../../../compiler/space/service.js";
import type { ServiceSet } from "../../../../compiler/space/service.js";
import * as values from "../../../../compiler/space/values.js";
import { columnKey } from "../../../../compiler/target/kubernetes/emit/keys.js";
import { portZero, sayable } from "../../../../compiler/target/kubernetes/emit/ports.js";
import type { Checkpoint } from "../../../../compiler/target/target.js";
import { overlapIndex } from "../../../../compiler/verdict/overlap.js";
import type { Manifest } from "../manifest.js";
import type { Direction } from "./reading.js";
import { acceptRules, clusterManifest, clusterSubjects, guardPriority, inChunks } from "./temporary.js";

export interface Accepts {
  readonly manifests: readonly Manifest[];
  /** Whether some of it cannot be said. */
  readonly loses: boolean;
}

/** Beyond so many, traffic waits instead. */
const MOST_BOXES = 2000;

/** What of some boxes a checkpoint lets pass; nothing where that would take too many boxes. */
export function passing({ entries, otherwise }: Checkpoint): (boxes: FlowSet) => FlowSet | undefined {
  const index = overlapIndex(entries.map(({ flows }) => flows));
  return (boxes) => {
    const passed: FlowBox[] = [];
    for (const box of boxes) {
      const denied: FlowBox[] = [];
      for (const row of index.overlapping(box)) {
        const common = intersectFlowBoxes(box, row.box);
        if (common === undefined) continue;
        if (entries[row.owner].action === "deny") denied.push(common);
        else passed.push(...uncoveredParts(common, denied));
        if (passed.length > MOST_BOXES) return undefined;
      }
      if (otherwise === "allow") passed.push(...uncoveredParts(box, denied));
    }
    return passed;
  };
}

interface Piece {
  readonly direction: Direction;
  readonly subject: EndBox;
  readonly peer: EndBox;
  readonly service: ServiceSet;
}

/** The rules that stand for a box that may pass, and whether these are all of it. `mayPass`: whether all of another box may. */
function pieces(
  direction: Direction,
  box: FlowBox,
  mayPass: (box: FlowBox) => boolean,
): { readonly said: readonly Piece[]; readonly loses: boolean } {
  const [from, peer] = direction === "ingress" ? [box.destination, box.source] : [box.source, box.destination];
  const service = sayable(box.service, false);
  const loses = !isEmptyService(subtractServices(subtractServices(box.service, service), portZero));
  const subject = { ...from, namespace: values.intersectValues(from.namespace, values.anyPresent) };
  if (isEmptyService(service) || values.isNoValue(subject.namespace)) return { said: [], loses };
  if (!address.isAllAddresses(subject.addresses)) return { said: [], loses: true };
  const pods = { ...peer, namespace: values.intersectValues(peer.namespace, values.anyPresent) };
  const everyAddress = address.isAllAddresses(peer.addresses);
  const said: Piece[] = everyAddress && !values.isNoValue(pods.namespace) ? [{ direction, subject, peer: pods, service }] : [];
  if (everyAddress && !peer.namespace.absent) return { said, loses };
  // Machines are named by address alone, and pods with it.
  const networks = { ...everyEnd, addresses: peer.addresses };
  if (direction === "egress" && mayPass({ source: subject, destination: networks, service }))
    return { said: [...said, { direction, subject, peer: networks, service }], loses };
  return { said, loses: true };
}

/** Accepts, for each direction, what of `boxes` both checkpoints let pass. */
export function acceptsOf(
  owner: string,
  asked: readonly { readonly direction: Direction; readonly boxes: FlowSet; readonly old: Checkpoint; readonly now: Checkpoint }[],
): Accepts {
  const bySubject = new Map<string, { readonly subject: EndBox; readonly rules: Record<Direction, unknown[]> }>();
  let loses = false;
  for (const { direction, boxes, old, now } of asked) {
    const [byOld, byNow] = [passing(old), passing(now)];
    const first = byOld(boxes);
    const both = first === undefined ? undefined : byNow(first);
    loses ||= both === undefined;
    const holdsAll = (box: FlowBox, passed: FlowSet | undefined): boolean => passed !== undefined && findUncovered(box, passed) === undefined;
    const mayPass = (box: FlowBox): boolean => holdsAll(box, byOld([box])) && holdsAll(box, byNow([box]));
    const seen: FlowBox[] = [];
    for (const box of both ?? []) {
      if (findUncovered(box, seen) === undefined) continue;
      seen.push(box);
      const made = pieces(direction, box, mayPass);
      loses ||= made.loses;
      for (const { subject, peer, service } of made.said) {
        const key = columnKey(subject);
        const known = bySubject.get(key) ?? { subject, rules: { ingress: [], egress: [] } };
        known.rules[direction].push(...acceptRules(direction, peer, service));
        bySubject.set(key, known);
      }
    }
  }
  const manifests = [...bySubject.values()].flatMap(({ subject, rules }) =>
    clusterSubjects(subject).flatMap((one) => [
      ...inChunks(rules.ingress).map((ingress) => clusterManifest(owner, guardPriority.Accept, one, { ingress })),
      ...inChunks(rules.egress).map((egress) => clusterManifest(owner, guardPriority.Accept, one, { egress })),
    ]),
  );
  return { manifests, loses };
}
