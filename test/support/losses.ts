import { flowInSet } from "../../compiler/space/flows.js";
import type { Flow } from "../../compiler/space/flows.js";
import type { Loss } from "../../compiler/target/target.js";

/** Whether a loss speaks of the flow. */
export function isLost({ flows, except = [] }: Loss, flow: Flow): boolean {
  return flowInSet(flows, flow) && !flowInSet(except, flow);
}
