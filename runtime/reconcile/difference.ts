/**
 * What has to change on a switch so that it holds the wanted flows. Pure: from two sets of flows to a list of changes.
 *
 * Flows of others (cookies that are not ours) are left alone; only where one stands exactly in the place of a wanted flow (same table,
 * priority and match) does the wanted flow replace it, as there can be but one.
 *
 * A flow that is there stays as it is, with its counters and the generation in its cookie. One whose actions differ is modified,
 * which keeps both. One that came from another rule or endpoint is replaced.
 */
import { tables } from "../../compiler/target/openflow/tables.js";
import type { Modification } from "../openflow/bundle.js";
import { encodePlace, generationOf, isOurs, sameOrigin } from "../openflow/flows.js";
import type { WireFlow } from "../openflow/flows.js";
import type { WireGroup } from "../openflow/groups.js";

/** By place. */
export type FlowTable = ReadonlyMap<string, WireFlow>;

/**
 * The flow at the end of table 0. Its cookie tells the generation that the switch holds as a whole, so it changes with every
 * generation; it only drops.
 */
export const markerPlace = encodePlace(tables.input, 0, []);

export const isMarker = ({ place }: Pick<WireFlow, "place">): boolean => place === markerPlace;

export type FlowChange = Extract<Modification, { readonly kind: "flow" }>;

/** The change for one place in the tables. */
export function flowChange(wanted: WireFlow | undefined, present: WireFlow | undefined): FlowChange | undefined {
  if (wanted === undefined) {
    return present === undefined || !isOurs(present.cookie) ? undefined : { kind: "flow", command: "delete", flow: present };
  }
  if (present === undefined || !sameOrigin(wanted.cookie, present.cookie)) return { kind: "flow", command: "add", flow: wanted };
  if (isMarker(wanted) && generationOf(wanted.cookie) !== generationOf(present.cookie)) return { kind: "flow", command: "add", flow: wanted };
  return wanted.instructions === present.instructions ? undefined : { kind: "flow", command: "modify", flow: wanted };
}

/** What is present after a change. */
export function flowAfter(change: FlowChange, present: WireFlow | undefined): WireFlow | undefined {
  switch (change.command) {
    case "add":
      return change.flow;
    case "modify":
      return present === undefined ? change.flow : { ...change.flow, cookie: present.cookie };
    case "delete":
      return undefined;
  }
}

/**
 * Calls `visit` for each place in which two tables have not the same flow object: for the wanted ones first, so that what adds and
 * modifies comes before what deletes. It may change `present` at the place that it is called for.
 */
export function visitDifferences(
  wanted: FlowTable,
  present: FlowTable,
  visit: (place: string, is: WireFlow | undefined, was: WireFlow | undefined) => void,
): void {
  const { size } = present;
  let common = 0;
  for (const [place, is] of wanted) {
    const was = present.get(place);
    if (was !== undefined) common++;
    if (is !== was) visit(place, is, was);
  }
  if (common === size) return;
  for (const [place, was] of present) if (!wanted.has(place)) visit(place, undefined, was);
}

export type GroupTable = ReadonlyMap<number, WireGroup>;

export interface GroupChanges {
  /** To be there before the flows that use them. */
  readonly before: readonly Modification[];
  /** To be gone after the flows that used them: deleting a group deletes the flows that lead to it. */
  readonly after: readonly Modification[];
}

/** Groups have no cookies: `owned` are the ids that are ours to delete. */
export function groupDifference(wanted: GroupTable, present: GroupTable, owned: ReadonlySet<number>): GroupChanges {
  const before = [...wanted.values()].flatMap((group): readonly Modification[] => {
    const there = present.get(group.id);
    if (there === undefined) return [{ kind: "group", command: "add", group }];
    return there.buckets === group.buckets && there.type === group.type ? [] : [{ kind: "group", command: "modify", group }];
  });
  const after = [...present.values()].flatMap((group): readonly Modification[] =>
    wanted.has(group.id) || !owned.has(group.id) ? [] : [{ kind: "group", command: "delete", group }],
  );
  return { before, after };
}
