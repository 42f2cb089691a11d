/** From rules as they are written to rules as they are resolved, for tools that come from a place in the text. */
import type { Policy, Rule as SyntaxRule } from "../../grammar/syntax.js";
import type { PolicyBlock, Rule } from "./model.js";

export interface RuleTable {
  readonly record: (node: SyntaxRule, rule: Rule) => void;
  /** Records all rules of a policy when somebody asks for one; each of them could be resolved. */
  readonly recordLater: (node: Policy, block: PolicyBlock) => void;
  readonly of: (node: SyntaxRule) => Rule | undefined;
}

export function makeRuleTable(): RuleTable {
  const rules = new Map<SyntaxRule, Rule>();
  const later: { readonly node: Policy; readonly block: PolicyBlock }[] = [];
  return {
    record: (node, rule) => {
      rules.set(node, rule);
    },
    recordLater: (node, block) => {
      later.push({ node, block });
    },
    of: (wanted) => {
      for (const { node, block } of later.splice(0)) node.rules.forEach((rule, index) => rules.set(rule, block.rules[index]));
      return rules.get(wanted);
    },
  };
}
