/**
 * `policy.flows`: the node-independent tables as text, under comments that name the rules they come from.
 */
import type { Flow } from "./flow.js";
import { defaultFlow, missFlow } from "./policytable.js";
import type { RuleFlows } from "./policytable.js";
import type { Program, ProgramRule } from "./program.js";
import { staticFlows } from "./staticflows.js";
import { tableName } from "./tables.js";
import { flowText } from "./text.js";

/** By table, then highest priority first, then by what the cookie names, then by text. */
function sortedTexts(flows: readonly Flow[]): readonly string[] {
  const keyed = flows.map((flow) => ({ flow, text: flowText(flow) }));
  keyed.sort(
    (a, b) =>
      a.flow.table - b.flow.table ||
      b.flow.priority - a.flow.priority ||
      a.flow.cookie.id - b.flow.cookie.id ||
      (a.text < b.text ? -1 : a.text > b.text ? 1 : 0),
  );
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
  const tenants = program.tenants.map((tenant) => {
    const own = rules.filter(({ rule }) => rule.tenant === tenant.id);
    const heading = `# table ${missFlow.table}: tenant ${tenant.name} (${tenant.id.toString(16)}), default ${tenant.defaultAction}${tenant.audit ? ", audited" : ""}\n`;
    return `${heading}${own.map(ruleText).join("")}# default\n${flowText(defaultFlow(tenant))}\n`;
  });
  return [
    `# Policy tables made by ctv; program ${program.digest.algorithm}:${program.digest.value}`,
    "# For ovs-ofctl -O OpenFlow14 add-flows. The same on every node: what is known of a node's endpoints is in other tables.\n",
    tablesText(staticFlows(program)),
    tenants.join("\n"),
    `# a tenant that the policy table does not know\n${flowText(missFlow)}\n`,
  ].join("\n");
}

function ruleText({ rule, flows }: RuleFlows): string {
  const notes = flows.length === 0 ? ["# (matches nothing)"] : flows.map(flowText);
  return `${ruleComment(rule)}\n${notes.join("\n")}\n`;
}

function ruleComment(rule: ProgramRule): string {
  const { file, line } = rule.position;
  return `# ${rule.rule} (${file}:${line}): ${rule.text}${rule.audit ? " (audited)" : ""}`;
}
