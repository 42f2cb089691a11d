/**
 * `policy.flows`: the node-independent tables as text, under comments that name the rules they come from.
 */
import type { Flow } from "./flow.js";
import { combinedEnds, servicesFor } from "./combine.js";
import type { Dimensions } from "./combine.js";
import { etherType, protocolOf } from "./fragments.js";
import { actionsOfRule, askedBy, cookieOf, defaultFlow, missFlow } from "./policytable.js";
import type { RulePlan } from "./policytable.js";
import type { Program, ProgramRule } from "./program.js";
import { staticFlows } from "./staticflows.js";
import { tableName, tables } from "./tables.js";
import { flowText, pushFlow, lineEnd, lineHead, pushFields, pushFlows, pushProtocol } from "./text.js";

const byPriority = (a: Flow, b: Flow): number => b.priority - a.priority || a.cookie.id - b.cookie.id;
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Adds the lines of flows of one table: highest priority first, then by what the cookie names, then by text. */
function pushSorted(pieces: string[], flows: readonly Flow[]): void {
  const sorted = [...flows].sort(byPriority);
  for (let first = 0, end = 1; first < sorted.length; first = end, end++) {
    while (end < sorted.length && byPriority(sorted[first], sorted[end]) === 0) end++;
    if (end === first + 1) {
      pushFlow(pieces, sorted[first]);
      pieces.push("\n");
    } else for (const text of sorted.slice(first, end).map(flowText).sort(byText)) pieces.push(text, "\n");
  }
}

/** Flows under a heading for each table. */
export function tablesText(flows: readonly Flow[]): string {
  const byTable = new Map<number, Flow[]>();
  for (const flow of flows) {
    const known = byTable.get(flow.table);
    if (known === undefined) byTable.set(flow.table, [flow]);
    else known.push(flow);
  }
  const pieces: string[] = [];
  for (const [table, list] of [...byTable].sort(([a], [b]) => a - b)) {
    pieces.push(pieces.length === 0 ? "# table " : "\n# table ", `${table}: ${tableName(table)}\n`);
    pushSorted(pieces, list);
  }
  return pieces.join("");
}

/** @param plans of the program's rules, in their order */
export function policyText(program: Program, plans: readonly RulePlan[]): string {
  const parts = [
    `# Policy tables made by ctv; program ${program.digest.algorithm}:${program.digest.value}\n`,
    "# For ovs-ofctl -O OpenFlow14 add-flows. The same on every node: what is known of a node's endpoints is in other tables.\n\n",
    tablesText(staticFlows(program)),
  ];
  for (const tenant of program.tenants) {
    const audited = tenant.audit ? ", audited" : "";
    parts.push(`\n# table ${missFlow.table}: tenant ${tenant.name} (${tenant.id.toString(16)}), default ${tenant.defaultAction}${audited}\n`);
    program.rules.forEach((rule, at) => {
      if (rule.tenant === tenant.id) parts.push(ruleText(rule, plans[at]));
    });
    parts.push(`# default\n${flowText(defaultFlow(tenant))}\n`);
  }
  parts.push(`\n# a tenant that the policy table does not know\n${flowText(missFlow)}\n`);
  return parts.join("");
}

function ruleText(rule: ProgramRule, plan: RulePlan): string {
  const { file, line } = rule.position;
  const pieces = ["# ", rule.rule, " (", file, ":", `${line}`, "): ", rule.text, rule.audit ? " (audited)\n" : "\n"];
  const heading = pieces.length;
  if (plan.kind === "flows") pushFlows(pieces, plan.flows);
  else if (plan.dimensions.length > 0) pushProduct(pieces, rule, plan.dimensions);
  if (pieces.length === heading) pieces.push("# (matches nothing)\n");
  return pieces.join("");
}

/**
 * Adds the lines of the flows that `product` gives, without making these. In a match the family and the protocol come first and the ports last, so
 * what is between them is put into words once for all pieces of the service.
 */
function pushProduct(pieces: string[], rule: ProgramRule, dimensions: Dimensions): void {
  const head = lineHead({ table: tables.policy, priority: rule.priority, cookie: cookieOf(rule) });
  const end = lineEnd(actionsOfRule(rule));
  for (const ends of combinedEnds(askedBy(rule), dimensions)) {
    const middle: string[] = [];
    pushFields(middle, ends.match);
    const text = middle.join("");
    for (const service of servicesFor(ends, dimensions)) {
      pieces.push(head);
      pushProtocol(pieces, etherType(ends.family ?? service.family), protocolOf(service));
      pieces.push(text);
      pushFields(pieces, service.match);
      pieces.push(end);
    }
  }
}
