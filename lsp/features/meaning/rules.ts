/** What a rule says in its tenant: its place in the order, what is known against it, and what becomes of it on each target. */
import type { Rule as SyntaxRule } from "../../../grammar/syntax.js";
import { formatServices, isEveryService } from "../../../compiler/space/service.js";
import type { Rule } from "../../../compiler/policy/model.js";
import type { Outcome } from "../../targets/outcomes.js";
import type { View } from "../../workspace/workspace.js";

/** Paragraphs of Markdown; nothing for a rule that is not understood. `outcomes` are absent while they are not known. */
export function ruleMeaning(view: View, node: SyntaxRule, outcomes: readonly Outcome[] | undefined): readonly string[] | undefined {
  const { checked } = view;
  const rule = checked.names.ruleOf(node);
  const tenant = checked.draft.tenants.find(({ name }) => name === rule?.tenant);
  if (rule === undefined || tenant === undefined) return undefined;
  const place = tenant.rules.indexOf(rule) + 1;
  const findings = checked.diagnostics.filter((diagnostic) => diagnostic.rule === rule.id);
  return [
    `**${rule.action}** rule ${place} of ${tenant.rules.length} in the order of tenant ${tenant.name} (policy ${rule.policy}, priority ${rule.priority})`,
    ...(node.doc === undefined ? [] : [node.doc]),
    isEveryService(rule.service.services) ? "Every service." : `\`${formatServices(rule.service.services)}\``,
    `Id: \`${rule.id}\``,
    ...findings.map(({ code, message }) => `${code}: ${message}`),
    ...outcomeLines(view, rule, outcomes),
  ];
}

function outcomeLines(view: View, rule: Rule, outcomes: readonly Outcome[] | undefined): readonly string[] {
  const { universe, diagnostics } = view.checked;
  const wanted = Object.keys(view.project.settings().targets).length;
  if (wanted === 0 || universe === undefined || diagnostics.some(({ severity }) => severity === "error")) return [];
  if (outcomes === undefined) return ["What becomes of it on the targets is being worked out."];
  return [outcomes.map((outcome) => `- ${outcomeText(rule, outcome)}`).join("\n")];
}

/** Such as `kubernetes: denied, but for what CTV5104 says: this rule denies flows that …`. */
function outcomeText(rule: Rule, { target, diagnostics, lost }: Outcome): string {
  const own = diagnostics.filter((diagnostic) => diagnostic.rule === rule.id);
  const lostCodes = new Set(lost.flatMap(({ code, rule: its }) => (its === rule.id ? [code] : [])));
  const told = own.map(({ code, message }) => `${lostCodes.has(code) ? "lost" : "note"} ${code}: ${message}`);
  const word = rule.action === "allow" ? "allowed" : "denied";
  return `**${target}**: ${word}${own.length === 0 ? " as written" : `; ${told.join("; ")}`}`;
}
