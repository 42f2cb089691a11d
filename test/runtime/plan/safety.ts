/**
 * Holds a state of netmaster on the way from one policy to another against both ends of the way, over sets of flows, with the reader of
 * verification.
 *
 * A state is safe when it allows no more than the old state did, or no more than the new one will. Groups that did not exist in the old state
 * are held against the new one from the moment they exist; what has to do with groups that do not exist now is left out, for they have no
 * endpoints.
 */
import type { Universe } from "../../../compiler/policy/universe.js";
import { everyFlow, possiblePart } from "../../../compiler/policy/universe.js";
import * as ends from "../../../compiler/space/ends.js";
import { findUncovered, flowProduct, intersectFlows, someFlow, subtractFlows } from "../../../compiler/space/flows.js";
import type { FlowSet } from "../../../compiler/space/flows.js";
import { everyService } from "../../../compiler/space/service.js";
import { everyAssumption, readContiv } from "../../../compiler/target/contiv/read/read.js";
import type { Artefact, Checkpoint } from "../../../compiler/target/target.js";
import { describeFlow } from "../../../compiler/verdict/describe.js";
import type { State } from "../../support/netmaster/state.js";

const folders: Readonly<Record<string, string>> = {
  network: "networks",
  netprofile: "netprofiles",
  extContractsGroup: "extContractsGroups",
  policy: "policies",
  endpointGroup: "endpointGroups",
  appProfile: "appProfiles",
  serviceLB: "serviceLBs",
};

function pathOf(kind: string, key: string): string | undefined {
  const [tenant, name, id] = key.split(":");
  if (kind === "global") return "global.json";
  if (kind === "tenant") return `tenants/${tenant}/tenant.json`;
  if (kind === "rule") return `tenants/${tenant}/rules/${name}/${id}.json`;
  return Object.hasOwn(folders, kind) ? `tenants/${tenant}/${folders[kind]}/${name}.json` : undefined;
}

/** netmaster's objects as files. */
export function filesOf(state: State): readonly Artefact[] {
  return [...state.objects].flatMap(([kind, objects]) =>
    [...objects].flatMap(([key, body]) => {
      const path = pathOf(kind, key);
      return path === undefined ? [] : [{ path, text: JSON.stringify(body) }];
    }),
  );
}

export interface Snapshot {
  /** Keys `tenant:group`. */
  readonly groups: readonly string[];
  /** By assumption. */
  readonly permitted: readonly FlowSet[];
}

/** What of some flows a checkpoint lets pass: what an entry allows without what entries before it deny. */
export function passing(flows: FlowSet, { entries, otherwise }: Checkpoint): FlowSet {
  const denied: FlowSet[number][] = [];
  const passed: FlowSet[number][] = [];
  for (const entry of entries) {
    if (entry.action === "allow") passed.push(...subtractFlows(intersectFlows(flows, entry.flows), denied));
    else denied.push(...entry.flows);
  }
  return otherwise === "allow" ? [...passed, ...subtractFlows(flows, denied)] : passed;
}

/** What may pass, packets forth and packets back, by what the reader finds in the objects. */
export function snapshot(state: State, universe: Universe): Snapshot {
  const files = filesOf(state);
  const permitted = everyAssumption.flatMap(({ assumptions }) => {
    const reading = readContiv(files, universe, assumptions);
    return [reading.checkpoints, reading.replies].map((checkpoints) => checkpoints.reduce(passing, everyFlow));
  });
  return { groups: [...state.of("endpointGroup").keys()].sort(), permitted };
}

function touching(universe: Universe, groups: readonly string[]): FlowSet {
  return groups.flatMap((key) => {
    const [tenant, group] = key.split(":");
    const own = universe.endsOf({ include: [{ kind: "group", tenant, group }], except: [] });
    return [...flowProduct(own, ends.allEnds, everyService), ...flowProduct(ends.allEnds, own, everyService)];
  });
}

/** A flow of `state` that can exist and is not in `limit`, in words. */
export function beyond(universe: Universe, state: FlowSet, limit: FlowSet): string | undefined {
  for (const box of state) {
    if (findUncovered(box, limit) === undefined) continue;
    const possible = possiblePart(universe, box, limit);
    const flow = possible === undefined ? undefined : someFlow(possible);
    if (flow !== undefined) return describeFlow(universe.policy, flow);
  }
  return undefined;
}

/** What is wrong with a state on the way; nothing when it is safe. */
export function danger(universe: Universe, old: Snapshot, now: Snapshot, state: Snapshot): string | undefined {
  const all = [...new Set([...old.groups, ...now.groups])];
  const absent = touching(
    universe,
    all.filter((key) => !state.groups.includes(key)),
  );
  const born = touching(
    universe,
    state.groups.filter((key) => !old.groups.includes(key)),
  );
  for (const [at, permitted] of state.permitted.entries()) {
    const overOld = beyond(universe, permitted, [...old.permitted[at], ...absent, ...born]);
    const overNew = overOld === undefined ? undefined : beyond(universe, permitted, [...now.permitted[at], ...absent]);
    if (overNew !== undefined) return `allows ${overOld} (more than before) and ${overNew} (more than afterwards)`;
    const early =
      born.length === 0 ? undefined : beyond(universe, subtractFlows(permitted, subtractFlows(permitted, born)), [...now.permitted[at], ...absent]);
    if (early !== undefined) return `allows ${early} to or from a group that has just been made`;
  }
  return undefined;
}
