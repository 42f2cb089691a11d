/** NetworkPolicies that are there on the way only: carriers, which allow everything, and bridges, which hold what an exchange would lose. */
import * as ends from "../../../../compiler/space/ends.js";
import type { EndBox, EndSet } from "../../../../compiler/space/ends.js";
import { findUncovered, flowBox } from "../../../../compiler/space/flows.js";
import type { FlowSet } from "../../../../compiler/space/flows.js";
import { everyService } from "../../../../compiler/space/service.js";
import { columnKey } from "../../../../compiler/target/kubernetes/emit/keys.js";
import type { Manifest } from "../manifest.js";
import { directions } from "./reading.js";
import type { Direction, NetworkObject } from "./reading.js";
import { networkManifests, networkRule } from "./temporary.js";

/** An object for the way, which some selectors take several manifests for. */
export interface Helper {
  readonly object: NetworkObject;
  readonly manifests: readonly Manifest[];
}

export const isolates = (object: NetworkObject, direction: Direction): boolean => object.allows[direction] !== undefined;

/** The pods that some of the objects isolate. */
export function isolatedBy(objects: readonly NetworkObject[], direction: Direction): EndSet {
  const subjects = objects.flatMap((object) => (object.subject !== undefined && isolates(object, direction) ? [object.subject] : []));
  const whole = subjects.filter(({ labels }) => labels.size === 0);
  const namespaces = new Set(whole.flatMap(({ namespace }) => namespace.values));
  return ends.unionEnds(
    whole,
    subjects.filter(({ labels, namespace }) => labels.size > 0 && !namespace.values.every((name) => namespaces.has(name))),
  );
}

/** Whether the second object isolates whom the first does. */
export function keepsIsolated(before: NetworkObject, after: NetworkObject): boolean {
  if (before.subject === undefined) return true;
  if (after.subject === undefined || columnKey(before.subject) !== columnKey(after.subject)) return false;
  return directions.every((direction) => !isolates(before, direction) || isolates(after, direction));
}

export interface Bridges {
  /** Isolates the pods of a box in a direction, and allows boxes of flows from there. */
  readonly hold: (direction: Direction, subject: EndBox, boxes: FlowSet) => void;
  readonly made: () => readonly Helper[];
}

/** Objects by their pods, brought together direction by direction. */
export function bridgesOf(owner: string): Bridges {
  const bySubject = new Map<string, { readonly subject: EndBox; readonly allows: Partial<Record<Direction, FlowSet>> }>();
  const helper = ({ subject, allows }: { readonly subject: EndBox; readonly allows: NetworkObject["allows"] }): readonly Helper[] => {
    const rules = Object.fromEntries(
      directions.flatMap((direction) => {
        const boxes = allows[direction];
        return boxes === undefined ? [] : [[direction, boxes.map((box) => networkRule(direction, box))]];
      }),
    );
    const manifests = networkManifests(owner, subject, rules);
    return manifests.length === 0 ? [] : [{ object: { manifest: manifests[0], subject, reads: true, allows }, manifests }];
  };
  return {
    hold: (direction, subject, boxes) => {
      const known = bySubject.get(columnKey(subject)) ?? { subject, allows: {} };
      const already = known.allows[direction] ?? [];
      const added = boxes.filter((box) => findUncovered(box, already) !== undefined);
      bySubject.set(columnKey(subject), { subject, allows: { ...known.allows, [direction]: [...already, ...added] } });
    },
    made: () => [...bySubject.values()].flatMap(helper),
  };
}

/** Allow everything for the pods that `more` isolate and `less` do not. */
export function carriers(owner: string, more: readonly NetworkObject[], less: readonly NetworkObject[]): readonly Helper[] {
  const made = bridgesOf(owner);
  for (const direction of directions) {
    const already = isolatedBy(less, direction);
    for (const subject of ends.unionEnds(ends.subtractEnds(isolatedBy(more, direction), already))) {
      const box = flowBox(subject, ends.everyEnd, everyService);
      made.hold(direction, subject, box === undefined ? [] : [box]);
    }
  }
  return made.made();
}
