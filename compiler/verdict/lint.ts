/** What `ctv lint` asks beyond the checks: which ways no test speaks of, and which rules no known endpoint can hit. */
import { hitsNoEndpoint, untestedConnection } from "../diagnostics/lint.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { PeerExpression, Rule } from "../policy/model.js";
import { isPossibleEnd, possiblePart } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { endInSet, someEnd } from "../space/ends.js";
import type { End, EndSet } from "../space/ends.js";
import { flowProduct } from "../space/flows.js";
import { everyService, formatServices, unionServices } from "../space/service.js";
import { connectivity } from "./connectivity.js";
import { inExpression } from "./evaluate.js";
import { namingOf } from "./names.js";
import { overlapIndex } from "./overlap.js";
import { decidedParts } from "./parts.js";

/** A note for each pair of groups between which something is allowed and of which no expectation speaks. */
export function untestedConnections(universe: Universe): readonly Diagnostic[] {
  const spokenOf = overlapIndex(
    universe.policy.tests.flatMap((test) =>
      test.expectations.map((expectation) =>
        flowProduct(universe.endsOf(expectation.source), universe.endsOf(expectation.destination), expectation.service.services),
      ),
    ),
  );
  const groups = new Map(namingOf(universe).all.map((named) => [named, named.kind === "group"] as const));
  return connectivity(universe).rows.flatMap(({ source, to }) =>
    to.flatMap(({ peer, always, sometimes }): readonly Diagnostic[] => {
      if (groups.get(source) !== true || groups.get(peer) !== true) return [];
      const ways = flowProduct(source.ends, peer.ends, unionServices(always, sometimes));
      if (ways.some((box) => spokenOf.overlapping(box).length > 0)) return [];
      const rule = firstAllowing(universe, source.ends, peer.ends);
      if (rule === undefined) return [];
      const fields = { from: source.name, to: peer.name, services: formatServices(unionServices(always, sometimes)) };
      return [untestedConnection.make(fields, { span: rule.origin.span, rule: rule.id })];
    }),
  );
}

function firstAllowing(universe: Universe, from: EndSet, to: EndSet): Rule | undefined {
  for (const part of decidedParts(universe, flowProduct(from, to, everyService))) {
    const rule = part.outcome === "allow" ? part.verdicts.find((verdict) => verdict.rule !== undefined)?.rule : undefined;
    if (rule !== undefined && possiblePart(universe, part.flows) !== undefined) return rule;
  }
  return undefined;
}

/**
 * A warning for each rule that no flow with a known endpoint can hit. The other end may be a known endpoint too, or any machine outside,
 * which no inventory lists.
 */
export function unhitRules(universe: Universe, endpoints: readonly End[]): readonly Diagnostic[] {
  const known = new WeakMap<PeerExpression, boolean>();
  const isKnown = (expression: PeerExpression): boolean => {
    const found = known.get(expression) ?? endpoints.some((end) => inExpression(universe.policy, expression, end));
    known.set(expression, found);
    return found;
  };
  return universe.policy.tenants.flatMap((tenant) =>
    tenant.rules.flatMap((rule): readonly Diagnostic[] => {
      const source = isKnown(rule.source);
      const destination = isKnown(rule.destination);
      if ((source && (destination || hasOutside(universe, rule.destination))) || (destination && hasOutside(universe, rule.source))) return [];
      const side = source ? "destination" : destination ? "source" : "either";
      return [hitsNoEndpoint.make({ side }, { span: rule.origin.span, rule: rule.id })];
    }),
  );
}

/** Whether a machine that is no workload can be meant. */
function hasOutside(universe: Universe, expression: PeerExpression): boolean {
  return universe.endsOf(expression).some((box) => {
    if (!box.namespace.absent) return false;
    const end = someEnd({ ...box, namespace: { kind: "in", values: [], absent: true } });
    return end !== undefined && isPossibleEnd(universe, end) && endInSet([box], end);
  });
}
