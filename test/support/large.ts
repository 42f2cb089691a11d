/** Large made-up policies for measuring, the same for the same numbers. */
import type { PolicySketch, RuleSketch } from "./policy.js";

export interface LargeSizes {
  readonly rules: number;
  readonly groups: number;
  readonly cidrs: number;
  /** Rules in a policy; every policy has a priority of its own. */
  readonly rulesPerPolicy: number;
}

/** A generator of whole numbers below a bound (xorshift), so that every run measures the same policy. */
function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/**
 * One tenant with groups by label, a hundred to a network; rules between groups, one in five with an outside CIDR and a port range,
 * one in fifty with `any` or `world`, one in seven a deny.
 */
export function largePolicy({ rules, groups, cidrs, rulesPerPolicy }: LargeSizes): PolicySketch {
  const random = randomNumbers(20_240_607);
  const networkCount = Math.ceil(groups / 100);
  const networks = Object.fromEntries(Array.from({ length: networkCount }, (_, index) => [`net-${index}`, `10.${index}.0.0/16`]));
  const groupNames = Array.from({ length: groups }, (_, index) => `group-${index}`);
  const group = (): string => groupNames[random(groups)];
  const cidr = (index: number): string => `${100 + ((index >> 8) & 63)}.${index & 255}.${(index * 7) & 255}.0/${20 + (index % 9)}`;
  const rule = (index: number): RuleSketch => {
    const action = random(7) === 0 ? "deny" : "allow";
    const port = 1 + random(300);
    if (index % 5 === 0 && cidrs > 0) {
      const outside = cidr(random(cidrs));
      const service = `tcp/${port}-${port + random(100)}`;
      return random(2) === 0 ? { action, from: outside, to: group(), service } : { action, from: group(), to: outside, service };
    }
    if (index % 50 === 1) {
      const wide = random(2) === 0 ? "any" : "world";
      return random(2) === 0
        ? { action, from: wide, to: group(), service: `tcp/${port}` }
        : { action, from: group(), to: wide, service: `tcp/${port}` };
    }
    return { action, from: group(), to: group(), service: random(3) === 0 ? `tcp/${port}, udp/${port}` : `tcp/${port}` };
  };
  const policies = Array.from({ length: Math.ceil(rules / rulesPerPolicy) }, (_, block) => ({
    name: `policy-${block}`,
    priority: block,
    rules: Array.from({ length: Math.min(rulesPerPolicy, rules - block * rulesPerPolicy) }, (_unused, index) => rule(block * rulesPerPolicy + index)),
  }));
  return {
    tenants: [
      {
        name: "large",
        networks,
        groups: Object.fromEntries(groupNames.map((name, index) => [name, { match: `app=${name}`, in: `net-${Math.floor(index / 100)}` }])),
        policies,
      },
    ],
  };
}
