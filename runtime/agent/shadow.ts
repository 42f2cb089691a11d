/**
 * What the switch holds, as the agent last read or changed it, and the changes that lead from there to what is wanted.
 */
import { tables } from "../../compiler/target/openflow/tables.js";
import type { Modification } from "../openflow/bundle.js";
import type { SwitchConnection } from "../openflow/connection.js";
import { decodeInstructions, generationOf, isOurs, tableOf } from "../openflow/flows.js";
import type { WireFlow } from "../openflow/flows.js";
import type { GroupCommand, WireGroup } from "../openflow/groups.js";
import type { FlowChange } from "../reconcile/difference.js";
import { flowAfter, flowChange, groupDifference, isMarker, markerPlace, visitDifferences } from "../reconcile/difference.js";

export interface Shadow {
  /** Reads everything anew. */
  readonly read: (connection: SwitchConnection) => Promise<{ readonly flows: number; readonly generation: number }>;
  /** Begins a change of the switch. What is computed for it is noted as made at once, so that no place is changed twice for nothing. */
  readonly begin: () => void;
  /** Takes back what was noted since `begin`: the switch has not made it. The result undoes additions, of which it may have made some. */
  readonly undo: () => readonly Modification[];
  /** Changes that bring these flows into their places. */
  readonly changesTo: (flows: Iterable<WireFlow>) => readonly Modification[];
  /**
   * Of these changes, those that put flows where nothing was when the change began, and not into the first table. No place may come twice in
   * one change. Noting them takes as long as binding a fourth of them, so that is left for later.
   */
  readonly additions: (flows: Iterable<WireFlow>) => readonly Modification[];
  /** All that is still to be changed after additions of all wanted flows but those in the places `late`. */
  readonly afterAdditions: (wanted: ReadonlyMap<string, WireFlow>, groups: readonly WireGroup[], late: Iterable<string>) => readonly Modification[];
  /** Notes additions, when there is time; the next `begin` does it at the latest. */
  readonly settle: () => void;
  /** All that is still to be changed: groups, and flows in the places that `touched` names; in all without it. */
  readonly changes: (wanted: ReadonlyMap<string, WireFlow>, groups: readonly WireGroup[], touched?: Iterable<string>) => readonly Modification[];
  /** Flows of ours. */
  readonly count: () => number;
  /** Whether there is nothing of ours but perhaps the bar, and the first table lets no packet through to the others. */
  readonly isBare: () => boolean;
  /** Whether a flow at the end of the first table takes every packet. */
  readonly isBarred: () => boolean;
}

export function makeShadow(): Shadow {
  let present = new Map<string, WireFlow>();
  let groups = new Map<number, WireGroup>();
  /** Groups that are ours to delete: made by us, or led to by a flow of ours when it was read. */
  let owned = new Set<number>();
  let ours = 0;
  /** Places that the change under way has another flow for, and the flows that they had. */
  let undoPlaces: string[] = [];
  let undoFlows: (WireFlow | undefined)[] = [];
  let before = { groups, owned, ours };
  /** Additions of the last change, the places of flows that were none, and places in which additions are noted already. */
  let added: (readonly FlowChange[])[] = [];
  let passedOver: string[] = [];
  let noted: ReadonlySet<string> = new Set();

  /** Compares one place, and notes the change as made. */
  const compare = (place: string, is: WireFlow | undefined, was: WireFlow | undefined, changes: Modification[]): void => {
    if (is === was) return;
    const change = flowChange(is, was);
    if (change === undefined) return;
    changes.push(change);
    undoPlaces.push(place);
    undoFlows.push(was);
    if (was !== undefined && isOurs(was.cookie)) ours--;
    const after = flowAfter(change, was);
    if (after === undefined) present.delete(place);
    else {
      present.set(place, after);
      ours++;
    }
  };

  const changesAt = (wanted: ReadonlyMap<string, WireFlow>, places: Iterable<string>): readonly Modification[] => {
    const changes: Modification[] = [];
    for (const place of places) compare(place, wanted.get(place), present.get(place), changes);
    return changes;
  };

  const changesTo = (flows: Iterable<WireFlow>): readonly Modification[] => {
    const changes: Modification[] = [];
    for (const flow of flows) compare(flow.place, flow, present.get(flow.place), changes);
    return changes;
  };

  const additions = (flows: Iterable<WireFlow>): readonly Modification[] => {
    const changes: FlowChange[] = [];
    for (const flow of flows) {
      if (tableOf(flow) === tables.input || present.has(flow.place)) passedOver.push(flow.place);
      else changes.push({ kind: "flow", command: "add", flow });
    }
    added.push(changes);
    ours += changes.length;
    return changes;
  };

  const afterAdditions: Shadow["afterAdditions"] = (wanted, wantedGroups, late) => {
    const others = [...present.keys(), ...passedOver, ...late];
    noted = new Set(late);
    for (const { flow } of noted.size > 0 ? added.flat() : []) {
      if (!noted.has(flow.place)) continue;
      present.set(flow.place, flow);
      undoPlaces.push(flow.place);
      undoFlows.push(undefined);
    }
    return changes(wanted, wantedGroups, others);
  };

  const settle = (): void => {
    for (const piece of added) for (const { flow } of piece) if (!noted.has(flow.place)) present.set(flow.place, flow);
    forgetAdditions();
  };

  const forgetAdditions = (): void => {
    added = [];
    passedOver = [];
    noted = new Set();
  };

  const allChanges = (wanted: ReadonlyMap<string, WireFlow>): readonly Modification[] => {
    const changes: Modification[] = [];
    visitDifferences(wanted, present, (place, is, was) => compare(place, is, was, changes));
    return changes;
  };

  const changes: Shadow["changes"] = (wanted, wantedGroups, touched) => {
    const grouped = groupDifference(new Map(wantedGroups.map((group) => [group.id, group])), groups, owned);
    const flows = touched === undefined ? allChanges(wanted) : changesAt(wanted, touched);
    for (const change of [...grouped.before, ...grouped.after]) if (change.kind === "group") noteGroup(change.command, change.group);
    return grouped.before.length + grouped.after.length === 0 ? flows : [...grouped.before, ...flows, ...grouped.after];
  };

  const noteGroup = (command: GroupCommand, group: WireGroup): void => {
    if (command === "delete") {
      groups.delete(group.id);
      owned.delete(group.id);
    } else {
      groups.set(group.id, group);
      owned.add(group.id);
    }
  };

  const begin = (): void => {
    settle();
    undoPlaces = [];
    undoFlows = [];
    before = { groups: new Map(groups), owned: new Set(owned), ours };
  };

  return {
    read: async (connection) => {
      const [flows, listed] = [await connection.flows(), await connection.groups()];
      forgetAdditions();
      present = new Map(flows.map(({ place, instructions, cookie }) => [place, { place, instructions, cookie }]));
      groups = new Map(listed.map((group) => [group.id, group]));
      ours = 0;
      let generation = 0;
      owned = new Set();
      for (const flow of present.values()) {
        if (!isOurs(flow.cookie)) continue;
        ours++;
        if (isMarker(flow)) generation = generationOf(flow.cookie);
        const group = groupOf(flow);
        if (group !== undefined) owned.add(group);
      }
      begin();
      return { flows: ours, generation };
    },
    begin,
    undo: () => {
      const removals = added.flat().map(({ flow }): Modification => ({ kind: "flow", command: "delete", flow }));
      for (let at = undoPlaces.length - 1; at >= 0; at--) {
        const flow = undoFlows[at];
        if (flow === undefined) present.delete(undoPlaces[at]);
        else present.set(undoPlaces[at], flow);
      }
      forgetAdditions();
      ({ groups, owned, ours } = before);
      begin();
      return removals;
    },
    changesTo,
    additions,
    afterAdditions,
    settle,
    changes,
    count: () => ours,
    isBare: () => {
      if (ours > 1) return false;
      for (const flow of present.values()) {
        if (isOurs(flow.cookie) && !isMarker(flow)) return false;
        if (tableOf(flow) === tables.input && !leadsNowhere(flow)) return false;
      }
      return true;
    },
    isBarred: () => present.has(markerPlace),
  };
}

/** Actions after which a packet meets no further table. */
const lastActions: ReadonlySet<string> = new Set(["output", "inPort", "normal", "local"]);

const leadsNowhere = (flow: WireFlow): boolean => decodeInstructions(flow.instructions).every(({ kind }) => lastActions.has(kind));

/** The group that a flow of ours leads to: only those of table `service` do. */
function groupOf(flow: WireFlow): number | undefined {
  if (tableOf(flow) !== tables.service) return undefined;
  const action = decodeInstructions(flow.instructions).find(({ kind }) => kind === "group");
  return action?.kind === "group" ? action.group : undefined;
}
