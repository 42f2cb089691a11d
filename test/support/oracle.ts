/**
 * What the evaluator says of every flow that a small policy could tell apart, as plain lists: the oracle for everything that the
 * algebra claims about all flows.
 */
import type { Rule, Tenant } from "../../compiler/policy/model.js";
import type { Universe } from "../../compiler/policy/universe.js";
import type { Flow } from "../../compiler/space/flows.js";
import { belongs, matches } from "../../compiler/verdict/evaluate.js";
import { distinctEnds, interestingEnds, interestingFlows, seenByPolicy } from "./worlds.js";

/** A flow with an end in the tenant, and the rules that match it in order of evaluation. */
export interface Case {
  readonly flow: Flow;
  readonly matching: readonly Rule[];
}

/** Every possible flow that the policy can tell from others. */
export function allFlows(universe: Universe): readonly Flow[] {
  return [...interestingFlows(universe, distinctEnds(interestingEnds(universe), seenByPolicy(universe.policy)))];
}

/** The flows that a tenant is asked about. */
export function casesOf(universe: Universe, tenant: Tenant, flows: readonly Flow[] = allFlows(universe)): readonly Case[] {
  const { policy } = universe;
  return flows
    .filter((flow) => belongs(policy, tenant, flow.source) || belongs(policy, tenant, flow.destination))
    .map((flow) => ({ flow, matching: tenant.rules.filter((rule) => matches(policy, rule, flow)) }));
}
