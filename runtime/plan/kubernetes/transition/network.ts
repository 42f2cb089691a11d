/**
 * The way from some NetworkPolicies to others. They only allow, beside isolating what they select, and each is written whole.
 *
 * On the way the same pods are isolated throughout: those that the old objects isolate or the new ones. So what passes an end is the union of
 * what the objects allow, which shrinks until it is what old and new allow both, and then grows:
 *
 * - A pod that is not isolated yet is so from the start, by a *carrier* that allows everything; likewise, at the end, one that will not be.
 * - An object that allows too much is cut to what the new objects allow too before anything is opened. What is lost by an exchange, and allowed by
 *   both, is held by a *bridge* meanwhile.
 */
import * as ends from "../../../../compiler/space/ends.js";
import type { EndBox, EndSet } from "../../../../compiler/space/ends.js";
import { findUncovered, flowBox } from "../../../../compiler/space/flows.js";
import type { FlowBox, FlowSet } from "../../../../compiler/space/flows.js";
import { everyService } from "../../../../compiler/space/service.js";
import { columnKey } from "../../../../compiler/target/kubernetes/emit/keys.js";
import type { Manifest } from "../manifest.js";
import { coverOf } from "./cover.js";
import type { Cover } from "./cover.js";
import { directions } from "./reading.js";
import type { Direction, NetworkObject } from "./reading.js";
import { deleting, noSteps, placing, writing } from "./steps.js";
import type { Phases, Step } from "./steps.js";
import { lessened, networkManifests, networkRule, networkSpec } from "./temporary.js";
import type { RulesByDirection } from "./temporary.js";

/** An object as it is, and as it will be. */
export interface Exchange<Kind> {
  readonly before?: Kind;
  readonly after?: Kind;
}

type Held = Readonly<Partial<Record<Direction, FlowSet>>>;

const isolates = (object: NetworkObject, direction: Direction): boolean => object.allows[direction] !== undefined;

function isolatedBy(objects: readonly NetworkObject[], direction: Direction): EndSet {
  const subjects = objects.flatMap((object) => (object.subject !== undefined && isolates(object, direction) ? [object.subject] : []));
  const whole = subjects.filter(({ labels }) => labels.size === 0);
  const namespaces = new Set(whole.flatMap(({ namespace }) => namespace.values));
  return ends.unionEnds(
    whole,
    subjects.filter(({ labels, namespace }) => labels.size > 0 && !namespace.values.every((name) => namespaces.has(name))),
  );
}

/** An object for the way that isolates the pods of a box and allows each direction's boxes. */
interface Helper {
  readonly object: NetworkObject;
  readonly manifests: readonly Manifest[];
}

function helper(owner: string, subject: EndBox, allows: Held): Helper | undefined {
  const rules: RulesByDirection = Object.fromEntries(
    directions.flatMap((direction) => {
      const boxes = allows[direction];
      return boxes === undefined ? [] : [[direction, boxes.map((box) => networkRule(direction, box))]];
    }),
  );
  const manifests = networkManifests(owner, subject, rules);
  return manifests.length === 0 ? undefined : { object: { manifest: manifests[0], subject, reads: true, allows }, manifests };
}

/** Allows everything for the pods that `more` isolate and `less` do not. */
function carriers(owner: string, more: readonly NetworkObject[], less: readonly NetworkObject[]): readonly Helper[] {
  const bySubject = new Map<string, { readonly subject: EndBox; readonly allows: Partial<Record<Direction, FlowSet>> }>();
  for (const direction of directions) {
    const already = isolatedBy(less, direction);
    for (const subject of ends.unionEnds(ends.subtractEnds(isolatedBy(more, direction), already))) {
      const box = flowBox(subject, ends.everyEnd, everyService);
      const known = bySubject.get(columnKey(subject)) ?? { subject, allows: {} };
      bySubject.set(columnKey(subject), { subject, allows: { ...known.allows, [direction]: box === undefined ? [] : [box] } });
    }
  }
  return [...bySubject.values()].flatMap(({ subject, allows }) => helper(owner, subject, allows) ?? []);
}

/** Whether the second object isolates whom the first does. */
function keepsIsolated(before: NetworkObject, after: NetworkObject): boolean {
  if (before.subject === undefined) return true;
  if (after.subject === undefined || columnKey(before.subject) !== columnKey(after.subject)) return false;
  return directions.every((direction) => !isolates(before, direction) || isolates(after, direction));
}

/** An object with fewer rules. */
interface Cut {
  readonly manifest: Manifest;
  /** Whether it may as well go: it allows nothing, and others isolate its pods all the time. */
  readonly isIdle: boolean;
}

function podSelectorOf({ spec }: Manifest): unknown {
  return typeof spec === "object" && spec !== null && "podSelector" in spec ? spec.podSelector : {};
}

/** What the bridges hold, by the pods that they are for. */
interface Bridges {
  readonly hold: (direction: Direction, subject: EndBox, boxes: FlowSet) => void;
  readonly made: () => readonly Helper[];
}

function bridgesOf(owner: string): Bridges {
  const bySubject = new Map<string, { readonly subject: EndBox; readonly allows: Partial<Record<Direction, FlowSet>> }>();
  return {
    hold: (direction, subject, boxes) => {
      const known = bySubject.get(columnKey(subject)) ?? { subject, allows: {} };
      const already = known.allows[direction] ?? [];
      const added = boxes.filter((box) => findUncovered(box, already) !== undefined);
      bySubject.set(columnKey(subject), { subject, allows: { ...known.allows, [direction]: [...already, ...added] } });
    },
    made: () => [...bySubject.values()].flatMap(({ subject, allows }) => helper(owner, subject, allows) ?? []),
  };
}

/** The steps; none of them but what the exchanges ask for where they only tighten or only open. */
export function networkPhases(owner: string, constant: readonly NetworkObject[], exchanges: readonly Exchange<NetworkObject>[]): Phases {
  if (exchanges.length === 0) return noSteps;
  const befores = exchanges.flatMap(({ before }) => before ?? []);
  const afters = exchanges.flatMap(({ after }) => after ?? []);
  const entering = carriers(owner, afters, [...constant, ...befores]);
  const leaving = carriers(owner, befores, [...constant, ...afters]);
  const objectsOf = (helpers: readonly Helper[]): readonly NetworkObject[] => helpers.map(({ object }) => object);
  const old = coverOf([...constant, ...befores, ...objectsOf(entering)]);
  const now = coverOf([...constant, ...afters, ...objectsOf(leaving)]);

  const isEarly = (object: NetworkObject): boolean => old.holdsAll(object);
  const creations = exchanges.flatMap(({ before, after }) => (before === undefined && after !== undefined ? [after] : []));
  const early = creations.filter(isEarly);
  const late = creations.filter((object) => !early.includes(object));
  const staying = [...befores, ...objectsOf(entering)].filter((object) => now.holdsAll(object));
  const earlyChanges = exchanges.flatMap(({ before, after }) =>
    before !== undefined && after !== undefined && !staying.includes(before) && keepsIsolated(before, after) && isEarly(after) ? [after] : [],
  );
  const gone = exchanges.flatMap(({ before, after }) => (before !== undefined && after === undefined ? [before] : []));
  /** What is there all the time while objects are cut, and while they are opened. */
  const whileTightening = coverOf([...constant, ...early, ...staying]);
  const whileOpening = coverOf([
    ...constant,
    ...creations,
    ...earlyChanges,
    ...objectsOf(leaving),
    ...gone.filter((object) => staying.includes(object)),
  ]);
  const kept = exchanges.flatMap(({ before, after }) =>
    before !== undefined && after !== undefined && keepsIsolated(before, after) ? [before] : [],
  );
  const isolatedThroughout = { ingress: [] as EndSet, egress: [] as EndSet };
  for (const direction of directions)
    isolatedThroughout[direction] = isolatedBy([...constant, ...early, ...staying.filter((object) => gone.includes(object)), ...kept], direction);
  const isHeld = ({ subject, allows }: NetworkObject): boolean =>
    subject === undefined ||
    directions.every((direction) => allows[direction] === undefined || ends.endsWithin([subject], isolatedThroughout[direction]));

  const bridges = bridgesOf(owner);
  /** What of an object both policies allow and none of the covers holds. */
  const atStake = ({ allows }: NetworkObject, direction: Direction, covers: readonly Cover[]): FlowSet => {
    const isCovered = (box: FlowBox): boolean => covers.some((cover) => cover.holds(direction, box));
    return (allows[direction] ?? []).filter((box) => !isCovered(box)).flatMap((box) => now.parts(direction, box).filter((part) => !isCovered(part)));
  };
  const bridge = (direction: Direction, boxes: FlowSet): void => {
    for (const box of boxes) bridges.hold(direction, box.source, [box]);
  };
  const holdIsolated = (object: NetworkObject): void => {
    const { subject } = object;
    if (subject !== undefined && !isHeld(object))
      for (const direction of directions) if (isolates(object, direction)) bridges.hold(direction, subject, []);
  };
  /** The object cut to what is for all of its pods and passes `stays`; the rest goes to bridges. */
  const cut = (object: NetworkObject, stays: (direction: Direction, box: FlowBox) => boolean): Cut => {
    const { subject, manifest } = object;
    const rules: Partial<Record<Direction, readonly unknown[]>> = {};
    for (const direction of directions) {
      if (!isolates(object, direction)) continue;
      const parts = atStake(object, direction, [whileTightening]);
      const own = parts.filter((box) => subject !== undefined && columnKey(box.source) === columnKey(subject) && stays(direction, box));
      bridge(
        direction,
        parts.filter((box) => !own.includes(box)),
      );
      rules[direction] = own.map((box) => networkRule(direction, box));
    }
    const isIdle = directions.every((direction) => (rules[direction] ?? []).length === 0) && isHeld(object);
    return { manifest: lessened(owner, manifest, networkSpec(podSelectorOf(manifest), rules)), isIdle };
  };

  const tighten: Step[] = [];
  const opening: Step[] = [];
  const finish: Step[] = [];
  for (const { before, after } of exchanges) {
    if (before === undefined) continue;
    const withAfter = after === undefined ? undefined : coverOf([after]);
    if (staying.includes(before)) {
      if (after === undefined || withAfter === undefined) finish.push(deleting(before.manifest));
      else {
        for (const direction of directions) bridge(direction, atStake(before, direction, [whileOpening, withAfter]));
        if (!keepsIsolated(before, after)) holdIsolated(before);
        opening.push(writing(after.manifest));
      }
    } else if (after === undefined || withAfter === undefined) {
      const { manifest, isIdle } = cut(before, () => true);
      tighten.push(isIdle ? deleting(before.manifest) : placing(manifest));
      if (!isIdle) finish.push(deleting(before.manifest));
    } else if (earlyChanges.includes(after)) {
      for (const direction of directions) bridge(direction, atStake(before, direction, [whileTightening, withAfter]));
      tighten.push(writing(after.manifest));
    } else {
      const stays = (direction: Direction, box: FlowBox): boolean => withAfter.holds(direction, box) || whileOpening.holds(direction, box);
      tighten.push(placing(cut(before, stays).manifest));
      if (!keepsIsolated(before, after)) holdIsolated(before);
      opening.push(writing(after.manifest));
    }
  }
  for (const { object, manifests } of entering) {
    if (staying.includes(object)) finish.push(...manifests.map(deleting));
    else {
      for (const direction of directions) bridge(direction, atStake(object, direction, [whileTightening]));
      if (!isHeld(object)) holdIsolated(object);
      tighten.push(...manifests.map(deleting));
    }
  }
  const bridged = bridges.made().flatMap(({ manifests }) => manifests);
  return {
    prepare: [
      ...entering.flatMap(({ manifests }) => manifests.map(placing)),
      ...early.map(({ manifest }) => writing(manifest)),
      ...bridged.map(placing),
    ],
    tighten,
    open: [...leaving.flatMap(({ manifests }) => manifests.map(placing)), ...late.map(({ manifest }) => writing(manifest)), ...opening],
    finish: [...finish, ...bridged.map(deleting), ...leaving.flatMap(({ manifests }) => manifests.map(deleting))],
  };
}
