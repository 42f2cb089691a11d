import { flowInSet } from "../../compiler/space/flows.js";
import type { Flow } from "../../compiler/space/flows.js";
import type { Loss } from "../../compiler/target/target.js";

/** Whether the flow is in a loss's set. */
export function isLost({ flows, except = [] }: Loss, flow: Flow): boolean {
  return flowInSet(flows, flow) && !flowInSet(except, flow);
}
