/**
 * The policy as far as it matters to some flows: for one question of an editor, where an index of every rule would cost more than the
 * question does.
 */
import type { PeerExpression, Rule } from "../policy/model.js";
import type { Universe } from "../policy/universe.js";
import { intersectEnds } from "../space/ends.js";
import type { EndSet } from "../space/ends.js";

/**
 * A universe that decides the flows between these ends as the given one does, with the rules alone that speak of any of them. Rules are
 * in the same order; a rule that matches none of the flows decides none of them.
 */
export function universeNear(universe: Universe, source: EndSet, destination: EndSet): Universe {
  const meets = (ends: EndSet): ((expression: PeerExpression) => boolean) => {
    const known = new Map<PeerExpression, boolean>();
    return (expression) => {
      const found = known.get(expression) ?? intersectEnds(universe.endsOf(expression), ends).length > 0;
      known.set(expression, found);
      return found;
    };
  };
  const [meetsSource, meetsDestination] = [meets(source), meets(destination)];
  const matters = (rule: Rule): boolean => meetsSource(rule.source) && meetsDestination(rule.destination);
  const tenants = universe.policy.tenants.map((tenant) => ({ ...tenant, rules: tenant.rules.filter(matters) }));
  return { ...universe, policy: { ...universe.policy, tenants } };
}
