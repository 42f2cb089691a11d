/** Holds what is asked for against what is there, object by object. */
import type { Kind } from "../../../compiler/target/contiv/model.js";
import { isGuardPolicy } from "./guard.js";
import { fieldDifferences, subnetFinder } from "./normal.js";
import type { FieldDifference, SubnetOf } from "./normal.js";
import { list, nameOf, sibling, text } from "./objects.js";
import type { DesiredObject, LiveObject, ObjectName } from "./objects.js";
import { isRecord } from "./ownership.js";

export interface Pair {
  readonly live: LiveObject;
  readonly desired: DesiredObject;
  readonly fields: readonly FieldDifference[];
}

export interface Sorted {
  readonly desired: readonly DesiredObject[];
  readonly live: readonly LiveObject[];
  readonly created: readonly DesiredObject[];
  /** netmaster takes the new body under the same key. */
  readonly changed: readonly Pair[];
  /** Delete and create. */
  readonly replaced: readonly Pair[];
  readonly kept: ReadonlySet<ObjectName>;
  readonly deleted: readonly LiveObject[];
  /** Owned, not asked for any more, and still there: `--prune` deletes them. */
  readonly left: readonly LiveObject[];
  readonly subnetOf: SubnetOf;
}

/** Kinds whose objects netmaster takes once and cannot change (contiv.md §2.4). A load balancer's update is not documented to do anything. */
const writtenOnce: ReadonlySet<Kind> = new Set(["rule", "serviceLB"]);

/** Fields that stay as they were when the object was made. */
export function isImmutable({ live, fields }: Pair): boolean {
  if (live.kind === "network" || live.kind === "extContractsGroup") return true;
  return live.kind === "endpointGroup" && fields.some(({ field }) => field === "networkName" || field === "ipPool");
}

export const policyOf = ({ body }: Pick<LiveObject, "body">): string => sibling(body, text(body, "policyName"));

/** Values by key, each list in the order given. */
export function lists<T>(pairs: Iterable<readonly [string, T]>): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const [key, value] of pairs) {
    const list = found.get(key);
    if (list === undefined) found.set(key, [value]);
    else list.push(value);
  }
  return found;
}

/** Groups by the policies that they have. */
export function groupsByPolicy(objects: readonly LiveObject[]): ReadonlyMap<string, readonly LiveObject[]> {
  const groups = objects.filter(({ kind }) => kind === "endpointGroup");
  return lists(groups.flatMap((group) => list(group.body, "policies").map((name) => [sibling(group.body, name), group] as const)));
}

export interface SortInput {
  readonly desired: readonly DesiredObject[];
  readonly live: readonly LiveObject[];
  readonly isMine: (object: LiveObject) => boolean;
  readonly prune: boolean;
}

/** netmaster makes these by itself, and they stay. */
const permanent = (object: LiveObject): boolean => object.kind === "global" || (object.kind === "tenant" && object.key === "default");

export function sortObjects({ desired, live, isMine, prune }: SortInput): Sorted {
  const there = new Map(live.map((object) => [nameOf(object), object]));
  const wanted = new Map(desired.map((object) => [nameOf(object), object]));
  const subnetOf = subnetFinder([...live, ...desired]);
  const created: DesiredObject[] = [];
  const changed: Pair[] = [];
  const replaced: Pair[] = [];
  const kept = new Set<ObjectName>();
  for (const object of desired) {
    const found = there.get(nameOf(object));
    if (found === undefined) {
      created.push(object);
      continue;
    }
    const fields = fieldDifferences(object.kind, found.body, object.body, subnetOf);
    if (fields.length === 0) kept.add(nameOf(object));
    else (writtenOnce.has(object.kind) ? replaced : changed).push({ live: found, desired: object, fields });
  }

  const attached = groupsByPolicy(live);
  const deleted: LiveObject[] = [];
  const left: LiveObject[] = [];
  for (const object of live) {
    if (wanted.has(nameOf(object)) || isRecord(object) || permanent(object) || isGuardPolicy(object)) continue;
    if (object.kind === "rule") {
      if (isGuardPolicy({ kind: "policy", body: object.body })) continue;
      if (goesWithItsPolicy(object)) deleted.push(object);
    } else if (isMine(object)) (prune ? deleted : left).push(object);
  }
  return { desired, live, created, changed, replaced, kept, deleted, left, subnetOf };

  /** A policy that is owned is owned whole: rules that the source does not have go with or without `--prune`, for they have a say. */
  function goesWithItsPolicy(rule: LiveObject): boolean {
    const policy = there.get(`policy ${policyOf(rule)}`);
    if (wanted.has(`policy ${policyOf(rule)}`)) return true;
    if (policy === undefined || !isMine(policy)) return false;
    // Not asked for any more. A group that stays, though nobody asks for it, keeps what its policies deny.
    return prune || (attached.get(policy.key) ?? []).every((group) => wanted.has(nameOf(group)));
  }
}
