/**
 * Denies that stand in for a moment.
 *
 * - The guard policy holds every packet of a group back while the group gets policies that hold rules already: netmaster installs the rules
 *   of a policy in no order (contiv.md §3.6, hazard 8), so an allow could come before the deny above it.
 * - A guard rule denies what a rule of the new policy denies, from above, while that rule waits for its place in the table.
 *
 * The names have three parts, which no policy or rule of the compiler's has. What a crash leaves behind denies, and goes with the next apply.
 */
import type { Body } from "../../../compiler/target/contiv/model.js";
import { shortHash } from "../../../compiler/target/contiv/emit/names.js";
import { number, text } from "./objects.js";
import type { DesiredObject, LiveObject } from "./objects.js";
import { flowKeys } from "./table.js";
import type { FlowKey } from "./table.js";
import type { SubnetOf } from "./normal.js";

export const guardPolicy = "ctv.guard.all";
const HIGHEST = 100;

export const isGuardPolicy = ({ kind, body }: Pick<LiveObject, "kind" | "body">): boolean =>
  kind === "policy" && text(body, "policyName") === guardPolicy;

export function guardObjects(tenant: string): readonly LiveObject[] {
  const own = { tenantName: tenant, policyName: guardPolicy };
  const rule = (direction: string): LiveObject => ({
    kind: "rule",
    key: `${tenant}:${guardPolicy}:${direction}`,
    body: { ...own, ruleId: direction, direction, priority: HIGHEST, protocol: "", action: "deny" },
  });
  return [{ kind: "policy", key: `${tenant}:${guardPolicy}`, body: own }, rule("in"), rule("out")];
}

/**
 * A rule that denies what `rule` denies from the next priority above at which no other rule has its match; nothing where there is none.
 * `taken` gets the flows of the guard.
 */
export function guardRule(rule: DesiredObject, groups: readonly string[], taken: Set<FlowKey>, subnetOf: SubnetOf): DesiredObject | undefined {
  const { body, key } = rule;
  const ruleId = `ctv.guard.${shortHash(JSON.stringify(body))}`;
  for (let priority = Math.max(1, number(body, "priority")) + 1; priority <= HIGHEST; priority++) {
    const flows = flowKeys(body, groups, subnetOf, priority);
    if (flows.some((flow) => taken.has(flow))) continue;
    for (const flow of flows) taken.add(flow);
    const guard: Body = { ...body, ruleId, priority };
    return { ...rule, key: `${key.slice(0, key.length - text(body, "ruleId").length)}${ruleId}`, body: guard };
  }
  return undefined;
}
