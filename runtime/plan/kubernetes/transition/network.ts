/**
 * The way from some NetworkPolicies to others. They only allow, beside isolating what they select, and each is written whole.
 *
 * On the way the same pods are isolated throughout: those that the old objects isolate or the new ones. So what passes an end is the union of
 * what the objects allow, which shrinks until it is what old and new allow both, and then grows:
 *
 * - A pod that is not isolated yet is so from the start, by a carrier that allows everything; likewise, at the end, one that will not be.
 * - An object that allows too much is cut to what the new objects allow too before anything is opened. What is lost by an exchange, and allowed by
 *   both, is held by a bridge meanwhile.
 */
import type { FlowBox, FlowSet } from "../../../../compiler/space/flows.js";
import { columnKey } from "../../../../compiler/target/kubernetes/emit/keys.js";
import type { Manifest } from "../manifest.js";
import { courseOf } from "./course.js";
import type { Course } from "./course.js";
import { coverOf } from "./cover.js";
import type { Cover } from "./cover.js";
import { bridgesOf, isolates, keepsIsolated } from "./helpers.js";
import type { Bridges, Helper } from "./helpers.js";
import { directions } from "./reading.js";
import type { Direction, NetworkObject } from "./reading.js";
import { deleting, noSteps, placing, writing } from "./steps.js";
import type { Exchange, Phases, Step } from "./steps.js";
import { lessened, networkRule, networkSpec } from "./temporary.js";

/** The steps; none but what the exchanges ask for where they only tighten or only open, and isolate the same pods. */
export function networkPhases(owner: string, constant: readonly NetworkObject[], exchanges: readonly Exchange<NetworkObject>[]): Phases {
  if (exchanges.length === 0) return noSteps;
  const course = courseOf(owner, constant, exchanges);
  const bridges = bridgesOf(owner);
  const parts = [
    ...exchanges.map((exchange) => exchangeSteps(owner, course, bridges, exchange)),
    ...course.entering.map((carrier) => carrierSteps(course, bridges, carrier)),
  ];
  const of = (phase: keyof Phases): readonly Step[] => parts.flatMap((part) => part[phase] ?? []);
  const manifestsOf = (helpers: readonly Helper[]): readonly Manifest[] => helpers.flatMap(({ manifests }) => manifests);
  const bridged = manifestsOf(bridges.made());
  return {
    prepare: [...manifestsOf(course.entering).map(placing), ...course.early.map(({ manifest }) => writing(manifest)), ...bridged.map(placing)],
    tighten: of("tighten"),
    open: [...manifestsOf(course.leaving).map(placing), ...course.late.map(({ manifest }) => writing(manifest)), ...of("open")],
    finish: [...of("finish"), ...bridged.map(deleting), ...manifestsOf(course.leaving).map(deleting)],
  };
}

/** What of an object both policies allow and none of the covers holds. */
function atStake({ allows }: NetworkObject, direction: Direction, now: Cover, covers: readonly Cover[]): FlowSet {
  const isCovered = (box: FlowBox): boolean => covers.some((cover) => cover.holds(direction, box));
  return (allows[direction] ?? []).filter((box) => !isCovered(box)).flatMap((box) => now.parts(direction, box).filter((part) => !isCovered(part)));
}

function bridge(bridges: Bridges, direction: Direction, boxes: FlowSet): void {
  for (const box of boxes) bridges.hold(direction, box.source, [box]);
}

/** Keeps up what of an object is at stake when it goes while the covers are there. */
function bridgeOver(object: NetworkObject, { now }: Course, bridges: Bridges, covers: readonly Cover[]): void {
  for (const direction of directions) bridge(bridges, direction, atStake(object, direction, now, covers));
}

function holdIsolated(object: NetworkObject, { isHeld }: Course, bridges: Bridges): void {
  const { subject } = object;
  if (subject === undefined || isHeld(object)) return;
  for (const direction of directions) if (isolates(object, direction)) bridges.hold(direction, subject, []);
}

function exchangeSteps(owner: string, course: Course, bridges: Bridges, { before, after }: Exchange<NetworkObject>): Partial<Phases> {
  if (before === undefined) return {};
  const stays = course.staying.has(before);
  if (after === undefined) {
    const goes = [deleting(before.manifest)];
    if (stays) return { finish: goes };
    const { manifest, isIdle } = cut(owner, before, course, bridges, () => true);
    return isIdle ? { tighten: goes } : { tighten: [placing(manifest)], finish: goes };
  }
  const comes = [writing(after.manifest)];
  const withAfter = coverOf([after]);
  if (course.earlyChanges.has(after)) {
    bridgeOver(before, course, bridges, [course.whileTightening, withAfter]);
    return { tighten: comes };
  }
  if (!keepsIsolated(before, after)) holdIsolated(before, course, bridges);
  if (stays) {
    bridgeOver(before, course, bridges, [course.whileOpening, withAfter]);
    return { open: comes };
  }
  // What is left in the object has to outlast its exchange.
  const outlasts = (direction: Direction, box: FlowBox): boolean => withAfter.holds(direction, box) || course.whileOpening.holds(direction, box);
  return { tighten: [placing(cut(owner, before, course, bridges, outlasts).manifest)], open: comes };
}

function carrierSteps(course: Course, bridges: Bridges, { object, manifests }: Helper): Partial<Phases> {
  const goes = manifests.map(deleting);
  if (course.staying.has(object)) return { finish: goes };
  bridgeOver(object, course, bridges, [course.whileTightening]);
  holdIsolated(object, course, bridges);
  return { tighten: goes };
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

/** The object cut to what is for all of its pods and passes `stays`; the rest goes to bridges. */
function cut(
  owner: string,
  object: NetworkObject,
  { now, whileTightening, isHeld }: Course,
  bridges: Bridges,
  stays: (direction: Direction, box: FlowBox) => boolean,
): Cut {
  const { subject, manifest } = object;
  const rules: Partial<Record<Direction, readonly unknown[]>> = {};
  for (const direction of directions) {
    if (!isolates(object, direction)) continue;
    const own: FlowBox[] = [];
    for (const box of atStake(object, direction, now, [whileTightening])) {
      if (subject !== undefined && columnKey(box.source) === columnKey(subject) && stays(direction, box)) own.push(box);
      else bridge(bridges, direction, [box]);
    }
    rules[direction] = own.map((box) => networkRule(direction, box));
  }
  const isIdle = directions.every((direction) => (rules[direction] ?? []).length === 0) && isHeld(object);
  return { manifest: lessened(owner, manifest, networkSpec(podSelectorOf(manifest), rules)), isIdle };
}
