/**
 * Exhaustive small worlds for the proof that every target decides as the evaluator does: each policy of a world is compiled for every
 * target and decided flow by flow. The long suites take worlds whole, the default tests a slice of each.
 */
import { decideEverywhere } from "./decide.js";
import { makePolicy, universeOf } from "./policy.js";
import type { PolicySketch } from "./policy.js";
import { printPolicy } from "./print.js";
import { sampleWorld, smallAlphabet, smallWorld } from "./worlds.js";
import type { SmallWorld } from "./worlds.js";

const [disjoint, overlapping, nested, machines, bothFamilies, twoTenants] = smallAlphabet.skeletons;
const { defaults } = smallAlphabet;

/** Two rules between groups, everybody and strangers; groups that overlap, and a group of machines beside one of workloads. */
const pairs = { peers: ["any", "world", "a", "b", "198.51.100.0/25"], services: [undefined, "tcp/80", "tcp/80-81, udp/53"], defaults };
export const overlappingPairs = smallWorld({ ...pairs, skeletons: [overlapping] }, 2);
export const machinePairs = smallWorld({ ...pairs, skeletons: [machines] }, 2);

/** One rule, or none, of many kinds. */
const manyKinds = {
  skeletons: [disjoint, overlapping, nested, machines, bothFamilies, twoTenants],
  peers: ["any", "world", "a", "b", "a, b", "any except a", "10.0.0.0/28", "198.51.100.0/25", "fd00::/65"],
  services: [undefined, "tcp/80", "udp/53", "icmp/8", "icmp6", "tcp/8000-8100, sctp/9", "ip/47"],
  defaults,
};
export const singles = smallWorld(manyKinds, 1);
export const empty = smallWorld(manyKinds, 0);

/** Three rules, so that order counts twice. */
export const triples = smallWorld({ skeletons: [disjoint], peers: ["any", "a", "b"], services: ["tcp/80"], defaults: ["deny"] }, 3);

export interface WorldsOutcome {
  readonly policies: number;
  readonly flows: number;
  readonly decisions: number;
  readonly told: number;
  /** The first policies with something wrong, as `.ctv` with a comment on each thing. */
  readonly disagreements: readonly string[];
}

export interface WorldsOptions {
  /** As many policies of each world, evenly spread; default: all. */
  readonly most?: number;
  readonly cross?: boolean;
  /** Called after every thousandth policy. */
  readonly progress?: (policies: number) => void;
}

/** Decides the policies of some worlds, and stops at the fifth that is wrong. */
export function decideWorlds(worlds: readonly SmallWorld[], { most = Infinity, cross = false, progress }: WorldsOptions = {}): WorldsOutcome {
  const total = { policies: 0, flows: 0, decisions: 0, told: 0 };
  const disagreements: string[] = [];
  for (const world of worlds) {
    for (const sketch of sampleWorld(world, most)) {
      const { flows, decisions, told, faults } = decideEverywhere(universeOf(makePolicy(sketch)), { cross });
      total.policies++;
      total.flows += flows;
      total.decisions += decisions;
      total.told += told;
      if (total.policies % 1000 === 0) progress?.(total.policies);
      if (faults.length > 0) disagreements.push(counterexample(sketch, faults));
      if (disagreements.length === 5) return { ...total, disagreements };
    }
  }
  return { ...total, disagreements };
}

/** A policy as source, and what is wrong with it. */
export function counterexample(sketch: PolicySketch, faults: readonly string[], pods?: string): string {
  const notes = [
    ...(pods === undefined ? [] : [`podCidrs ${pods}`]),
    ...faults.slice(0, 5),
    ...(faults.length > 5 ? [`and ${faults.length - 5} more`] : []),
  ];
  return `${printPolicy(makePolicy(sketch))}\n${notes.map((note) => `// ${note}\n`).join("")}`;
}

/** A line for the record in CONTRIBUTING.md. */
function summary(name: string, { policies, flows, decisions, told, disagreements }: WorldsOutcome): string {
  return `${name}: ${policies} policies, ${flows} flows, ${decisions} decisions of targets, ${told} told to differ, ${disagreements.length} policies with disagreements\n`;
}

/** Decides whole worlds (with `CTV_POLICIES` set, as many policies of each), tells how far it is, and sums up on standard error. */
export function decideAtLength(name: string, worlds: readonly SmallWorld[]): WorldsOutcome {
  const most = Number(process.env.CTV_POLICIES ?? Infinity);
  const outcome = decideWorlds(worlds, { most, progress: (policies) => process.stderr.write(`${name}: ${policies} policies\n`) });
  process.stderr.write(summary(name, outcome));
  return outcome;
}
