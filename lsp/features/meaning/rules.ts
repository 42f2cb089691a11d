/** What a rule says in its tenant: its place in the order, and what is known against it. */
import type { Rule as SyntaxRule } from "../../../grammar/syntax.js";
import { formatServices, isEveryService } from "../../../compiler/space/service.js";
import type { View } from "../../workspace/workspace.js";

/** Paragraphs of Markdown; nothing for a rule that is not understood. */
export function ruleMeaning(view: View, node: SyntaxRule): readonly string[] | undefined {
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
  ];
}
