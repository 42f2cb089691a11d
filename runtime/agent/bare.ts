/**
 * The tables of a switch whose policy is not known yet.
 */
import type { Action } from "../../compiler/target/openflow/flow.js";
import { encodeFlow } from "../openflow/flows.js";
import type { WireFlow } from "../openflow/flows.js";

/** `deny`: nothing passes. `normal`: the bridge forwards by its own learning, unfiltered; for networks that are only being tried. */
export type UnknownPolicy = "deny" | "normal";

export function bareFlows(unknown: UnknownPolicy): ReadonlyMap<string, WireFlow> {
  const actions: readonly Action[] = unknown === "deny" ? [] : [{ kind: "normal" }];
  const flow = encodeFlow({ table: 0, priority: 0, cookie: { kind: "pipeline", id: 0 }, match: [], actions }, 0);
  return new Map([[flow.place, flow]]);
}
