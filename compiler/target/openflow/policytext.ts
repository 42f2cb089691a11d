/**
 * `policy.flows`: the node-independent tables as text, under comments that name the rules they come from.
 */
import type { Flow } from "./flow.js";
import { defaultFlow, missFlow } from "./policytable.js";
import type { RuleFlows } from "./policytable.js";
import type { Program, ProgramRule } from "./program.js";
import { staticFlows } from "./staticflows.js";
import { tableName } from "./tables.js";
import { flowText, pushFlows } from "./text.js";

/** Highest priority first, then by what the cookie names, then by text. */
function sortedTexts(flows: readonly Flow[]): readonly string[] {
  const keyed = flows.map((flow) => ({ flow, text: flowText(flow) }));
  keyed.sort((a, b) => b.flow.priority - a.flow.priority || a.flow.cookie.id - b.flow.cookie.id || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  return keyed.map(({ text }) => text);
}

/** Flows under a heading for each table. */
export function tablesText(flows: readonly Flow[]): string {
  const byTable = new Map<number, Flow[]>();
  for (const flow of flows) {
    const known = byTable.get(flow.table);
    if (known === undefined) byTable.set(flow.table, [flow]);
    else known.push(flow);
  }
  return [...byTable]
    .sort(([a], [b]) => a - b)
    .map(([table, list]) => `# table ${table}: ${tableName(table)}\n${sortedTexts(list).join("\n")}\n`)
    .join("\n");
}

export function policyText(program: Program, rules: readonly RuleFlows[]): string {
  const parts = [
    `# Policy tables made by ctv; program ${program.digest.algorithm}:${program.digest.value}\n`,
    "# For ovs-ofctl -O OpenFlow14 add-flows. The same on every node: what is known of a node's endpoints is in other tables.\n\n",
    tablesText(staticFlows(program)),
  ];
  for (const tenant of program.tenants) {
    const audited = tenant.audit ? ", audited" : "";
    parts.push(`\n# table ${missFlow.table}: tenant ${tenant.name} (${tenant.id.toString(16)}), default ${tenant.defaultAction}${audited}\n`);
    for (const { rule, flows } of rules) if (rule.tenant === tenant.id) parts.push(ruleText(rule, flows));
    parts.push(`# default\n${flowText(defaultFlow(tenant))}\n`);
  }
  parts.push(`\n# a tenant that the policy table does not know\n${flowText(missFlow)}\n`);
  return parts.join("");
}

function ruleText(rule: ProgramRule, flows: readonly Flow[]): string {
  const { file, line } = rule.position;
  const pieces = ["# ", rule.rule, " (", file, ":", `${line}`, "): ", rule.text, rule.audit ? " (audited)\n" : "\n"];
  if (flows.length === 0) pieces.push("# (matches nothing)\n");
  pushFlows(pieces, flows);
  return pieces.join("");
}
