/**
 * The way from some ClusterNetworkPolicies to others, which decide by order and can deny.
 *
 * Where all that changes lets less pass, or all lets more, the objects are written one after the other, and so are the first objects of all. Else guards stand above everything
 * meanwhile: one kind denies whatever a changed rule matches, one above it accepts what of this both policies let pass. So with the guards up, exactly that
 * passes, however the objects beneath stand; each guard on its own only takes away from the old policy, and its going only gives back the new one.
 */
import { checkpoint, between } from "../../../../compiler/target/kubernetes/read/checkpoint.js";
import { findUncovered } from "../../../../compiler/space/flows.js";
import type { FlowSet } from "../../../../compiler/space/flows.js";
import type { ReadClusterPolicy } from "../../../../compiler/target/kubernetes/read/cluster-policy.js";
import type { Checkpoint } from "../../../../compiler/target/target.js";
import { nameOf, temporaryLabel } from "../manifest.js";
import type { Manifest } from "../manifest.js";
import { acceptsOf, passing } from "./accepts.js";
import { deltaOf } from "./delta.js";
import type { Delta } from "./delta.js";
import { directions } from "./reading.js";
import type { ClusterObject, Direction, Reader } from "./reading.js";
import { deleting, noSteps, placing, writing } from "./steps.js";
import type { Exchange, Phases, Step } from "./steps.js";
import { clusterManifest, guardPriority } from "./temporary.js";

export interface ClusterWay {
  readonly phases: Phases;
  /** Whether some of what both policies allow does not pass for a while. */
  readonly loses: boolean;
}

/** Every object of the cluster, as it is and as it will be: those of other projects decide too. */
export interface ClusterStates {
  readonly old: readonly Manifest[];
  readonly now: readonly Manifest[];
  readonly reader: Reader;
}

const isTemporary = ({ manifest }: ClusterObject): boolean => manifest.metadata.labels?.[temporaryLabel] !== undefined;
const isAccepting = ({ manifest: { spec } }: ClusterObject): boolean =>
  typeof spec === "object" && spec !== null && "priority" in spec && spec.priority === guardPriority.Accept;

/** How the cluster decides in a direction; nothing where an object does not read. */
function checkpointsOf(manifests: readonly Manifest[], reader: Reader): Readonly<Record<Direction, Checkpoint>> | undefined {
  const network = manifests.filter(({ kind }) => kind === "NetworkPolicy").map(reader.networkPolicy);
  const cluster = manifests.filter(({ kind }) => kind === "ClusterNetworkPolicy").map((manifest) => reader.cluster(manifest).policy);
  if (network.includes(undefined) || cluster.includes(undefined)) return undefined;
  const [some, others] = [network.flatMap((policy) => policy ?? []), cluster.flatMap((policy) => policy ?? [])];
  // Blocks only ever allow: what passes where they match no pods passes in any case.
  const decided = (direction: Direction): Checkpoint => checkpoint(direction, some, others, { ipBlockMatchesPods: false });
  return { ingress: decided("ingress"), egress: decided("egress") };
}

function denying(owner: string, deltas: readonly Delta[]): readonly Manifest[] {
  const made = deltas
    .flatMap(({ changed }) => changed)
    .flatMap(({ subject, rules }) => {
      const denied = Object.fromEntries(
        directions.flatMap((direction) =>
          rules[direction].length === 0 ? [] : [[direction, rules[direction].map((rule) => ({ ...rule, action: "Deny" }))]],
        ),
      );
      return Object.keys(denied).length === 0 ? [] : [clusterManifest(owner, guardPriority.Deny, subject, denied)];
    });
  return [...new Map(made.map((manifest) => [nameOf(manifest), manifest])).values()];
}

const moved = ({ exchange: { before, after } }: Delta): readonly Step[] =>
  after !== undefined ? [writing(after.manifest)] : before !== undefined ? [deleting(before.manifest)] : [];

/** What the rules of some policies match in a direction. */
function matchedBy(policies: readonly (ReadClusterPolicy | undefined)[], direction: Direction): FlowSet {
  return policies.flatMap((policy) =>
    (policy?.[direction] ?? []).flatMap(({ peers, service }) => between(direction, policy?.subjects ?? [], peers, service)),
  );
}

/** Whether the objects, taken together, let pass all that the rules of some policies match. */
function letPassAll(manifests: readonly Manifest[], reader: Reader, policies: readonly (ReadClusterPolicy | undefined)[]): boolean {
  if (policies.length === 0) return true;
  const decided = checkpointsOf(manifests, reader);
  if (decided === undefined || policies.includes(undefined)) return false;
  return directions.every((direction) => {
    const boxes = matchedBy(policies, direction);
    const passed = passing(decided[direction])(boxes);
    return passed !== undefined && boxes.every((box) => findUncovered(box, passed) === undefined);
  });
}

/** Only guards of an apply that was cut short are left, and what they accept passes without them. */
function isDone(deltas: readonly Delta[], { now, reader }: ClusterStates): boolean {
  const guards = deltas.flatMap(({ exchange: { before, after } }) =>
    after === undefined && before !== undefined && isTemporary(before) ? [before] : [],
  );
  const accepting = guards.filter(isAccepting).map(({ policy }) => policy);
  return guards.length === deltas.length && letPassAll(now, reader, accepting);
}

/**
 * Where nothing decides yet about what the new objects match, they can be written from the top: all of the way lets pass no more than before, and what
 * a later one accepts passes until it is there. Likewise backwards where nothing will decide.
 */
function inOrder(deltas: readonly Delta[], { old, now, reader }: ClusterStates): Phases | undefined {
  const priorityOf = ({ spec }: Manifest): number =>
    typeof spec === "object" && spec !== null && "priority" in spec && typeof spec.priority === "number" ? spec.priority : 0;
  const byPriority = [...deltas.flatMap(moved)].sort((a, b) => priorityOf(a.manifest) - priorityOf(b.manifest));
  const sides = deltas.map(({ exchange }) => exchange);
  const [comes, goes] = [sides.flatMap(({ after }) => after ?? []), sides.flatMap(({ before }) => before ?? [])];
  const matched = [...comes, ...goes].map(({ policy }) => policy);
  if (goes.length === 0 && letPassAll(old, reader, matched)) return { ...noSteps, tighten: byPriority };
  if (comes.length === 0 && letPassAll(now, reader, matched)) return { ...noSteps, open: [...byPriority].reverse() };
  return undefined;
}

function guarded(owner: string, deltas: readonly Delta[], { old, now, reader }: ClusterStates): ClusterWay {
  const denies = denying(owner, deltas);
  const [before, after] = [checkpointsOf(old, reader), checkpointsOf(now, reader)];
  const matched = denies.map((manifest) => reader.cluster(manifest).policy);
  const accepts =
    before === undefined || after === undefined
      ? { manifests: [], loses: true }
      : acceptsOf(
          owner,
          directions.map((direction) => ({ direction, boxes: matchedBy(matched, direction), old: before[direction], now: after[direction] })),
        );
  const left = deltas.flatMap(({ exchange: { before: object } }) => (object !== undefined && isTemporary(object) ? [object] : []));
  const wanted = new Set([...accepts.manifests, ...denies].map(nameOf));
  const leftover = (accepting: boolean) =>
    left.filter((guard) => isAccepting(guard) === accepting && !wanted.has(nameOf(guard.manifest))).map(({ manifest }) => deleting(manifest));
  return {
    phases: {
      prepare: [...accepts.manifests.map(placing), ...leftover(true)],
      tighten: denies.map(placing),
      open: deltas.filter(({ exchange }) => exchange.before === undefined || !isTemporary(exchange.before)).flatMap(moved),
      finish: [...leftover(false), ...denies.map(deleting), ...accepts.manifests.map(deleting)],
    },
    loses: accepts.loses,
  };
}

/** `alone`: whether nothing else changes in the cluster, so that one object is exchanged at once. */
export function clusterWay(owner: string, exchanges: readonly Exchange<ClusterObject>[], states: ClusterStates, alone: boolean): ClusterWay {
  if (exchanges.length === 0) return { phases: noSteps, loses: false };
  const deltas = exchanges.map(deltaOf);
  const turns = new Set(deltas.map(({ turn }) => turn));
  const steps = deltas.flatMap(moved);
  if (isDone(deltas, states)) {
    const of = (accepting: boolean): readonly Step[] =>
      deltas.flatMap(({ exchange: { before } }) => (before !== undefined && isAccepting(before) === accepting ? [deleting(before.manifest)] : []));
    return { phases: { ...noSteps, finish: [...of(false), ...of(true)] }, loses: false };
  }
  if (!turns.has("both") && !turns.has("less")) return { phases: { ...noSteps, open: steps }, loses: false };
  if (!turns.has("both") && !turns.has("more")) return { phases: { ...noSteps, tighten: steps }, loses: false };
  if (alone && deltas.length === 1) return { phases: { ...noSteps, open: steps }, loses: false };
  const ordered = inOrder(deltas, states);
  return ordered === undefined ? guarded(owner, deltas, states) : { phases: ordered, loses: false };
}
