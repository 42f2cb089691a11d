/**
 * What the switch holds, as the agent last read or changed it, and the changes that lead from there to what is wanted.
 */
import { tables } from "../../compiler/target/openflow/tables.js";
import type { Modification } from "../openflow/bundle.js";
import type { SwitchConnection } from "../openflow/connection.js";
import { decodeInstructions, generationOf, isOurs, wireKey } from "../openflow/flows.js";
import type { WireFlow } from "../openflow/flows.js";
import type { WireGroup } from "../openflow/groups.js";
import { flowAfter, flowChange, flowDifference, groupDifference, isMarker } from "../reconcile/difference.js";

export interface Shadow {
  /** Reads everything anew. */
  readonly read: (connection: SwitchConnection) => Promise<{ readonly flows: number; readonly generation: number }>;
  /** Changes for the places that `touched` names; for all without it. */
  readonly changes: (wanted: ReadonlyMap<string, WireFlow>, groups: readonly WireGroup[], touched?: Iterable<string>) => readonly Modification[];
  /** Notes changes that the switch has made. */
  readonly note: (changes: readonly Modification[]) => void;
  /** Flows of ours. */
  readonly count: () => number;
}

export function makeShadow(): Shadow {
  let present = new Map<string, WireFlow>();
  let groups = new Map<number, WireGroup>();
  /** Groups that are ours to delete: made by us, or led to by a flow of ours when it was read. */
  let owned = new Set<number>();
  let ours = 0;

  return {
    read: async (connection) => {
      const [flows, listed] = [await connection.flows(), await connection.groups()];
      present = new Map(
        flows.map(({ table, priority, match, instructions, cookie }) => [
          wireKey({ table, priority, match }),
          { table, priority, match, instructions, cookie },
        ]),
      );
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
      return { flows: ours, generation };
    },
    changes: (wanted, wantedGroups, touched) => {
      const grouped = groupDifference(new Map(wantedGroups.map((group) => [group.id, group])), groups, owned);
      const flows =
        touched === undefined ? flowDifference(wanted, present) : [...touched].flatMap((key) => flowChange(wanted.get(key), present.get(key)) ?? []);
      return grouped.before.length + grouped.after.length === 0 ? flows : [...grouped.before, ...flows, ...grouped.after];
    },
    note: (changes) => {
      for (const change of changes) {
        if (change.kind === "group") {
          if (change.command === "delete") {
            groups.delete(change.group.id);
            owned.delete(change.group.id);
          } else {
            groups.set(change.group.id, change.group);
            owned.add(change.group.id);
          }
          continue;
        }
        const key = wireKey(change.flow);
        const before = present.get(key);
        const after = flowAfter(change, before);
        if (before !== undefined && isOurs(before.cookie)) ours--;
        if (after === undefined) present.delete(key);
        else {
          present.set(key, after);
          ours++;
        }
      }
    },
    count: () => ours,
  };
}

/** The group that a flow of ours leads to: only those of table `service` do. */
function groupOf(flow: WireFlow): number | undefined {
  if (flow.table !== tables.service) return undefined;
  const action = decodeInstructions(flow.instructions).find(({ kind }) => kind === "group");
  return action?.kind === "group" ? action.group : undefined;
}
