/** From rules as they are written to rules as they are resolved, for tools that come from a place in the text. */
import type { Policy, Rule as SyntaxRule } from "../../grammar/syntax.js";
import type { Rule } from "./model.js";

/** Nothing in the place of a rule that could not be resolved. */
interface ResolvedRules {
  readonly rules: readonly (Rule | undefined)[];
}

export interface RuleTable {
  /** Notes what the rules of a policy are resolved to, each in its place; looked at when somebody asks for one. */
  readonly recordLater: (node: Policy, block: ResolvedRules) => void;
  readonly of: (node: SyntaxRule) => Rule | undefined;
}

export function makeRuleTable(): RuleTable {
  const rules = new Map<SyntaxRule, Rule>();
  const later: { readonly node: Policy; readonly block: ResolvedRules }[] = [];
  return {
    recordLater: (node, block) => {
      later.push({ node, block });
    },
    of: (wanted) => {
      for (const { node, block } of later.splice(0)) {
        for (const [index, rule] of node.rules.entries()) {
          const resolved = block.rules[index];
          if (resolved !== undefined) rules.set(rule, resolved);
        }
      }
      return rules.get(wanted);
    },
  };
}
