/**
 * Rules of the agents that differ in their ports alone, as one: Contiv says a range of ports as a rule for each, which is most of a large
 * folder. Rules of one priority have no order, so that putting some of them together changes nothing.
 */
import { protocolNumber } from "../../../space/service.js";
import type { ReadingProblem } from "../../target.js";
import type { AgentRule } from "./agent.js";

/** At least one; all with the same sides, protocol, action and priority, and all or none with a port at each end. */
export type RuleBundle = readonly [AgentRule, ...AgentRule[]];

export function hasPorts(rule: AgentRule): boolean {
  return rule.protocol === protocolNumber.tcp || rule.protocol === protocolNumber.udp;
}

/** What the switch matches but for ports, whatever the action. */
interface Match {
  /** Rules by their ports: two with the same ones are one flow of the switch. */
  readonly byPorts: Map<number, AgentRule>;
  readonly bundles: Map<number, [AgentRule, ...AgentRule[]]>;
}

const IDS = 2 ** 26;

/** The match of a rule, by its sides and then by the rest. */
function matchOf(matches: Map<number, Map<number, Match>>, { source, destination, protocol, opening, priority }: AgentRule): Match {
  const sides = source.id * IDS + destination.id;
  const between = matches.get(sides) ?? new Map<number, Match>();
  if (between.size === 0) matches.set(sides, between);
  const rest = (priority * 256 + protocol) * 2 + (opening ? 1 : 0);
  const known = between.get(rest);
  if (known !== undefined) return known;
  const made: Match = { byPorts: new Map(), bundles: new Map() };
  between.set(rest, made);
  return made;
}

/** Puts rules together, highest priority first; problems are flows of the switch that come from two of them. */
export function bundleRules(rules: readonly AgentRule[]): { readonly bundles: readonly RuleBundle[]; readonly problems: readonly ReadingProblem[] } {
  const matches = new Map<number, Map<number, Match>>();
  const bundles: RuleBundle[] = [];
  const problems: ReadingProblem[] = [];
  for (const rule of rules) {
    const { byPorts, bundles: known } = matchOf(matches, rule);
    const ports = hasPorts(rule) ? rule.sourcePort * 65536 + rule.destinationPort : 0;
    const other = byPorts.get(ports);
    if (other === undefined) byPorts.set(ports, rule);
    else {
      const message = `becomes the same flow as ${other.path}: the agent keeps one of them, and deleting either removes it`;
      problems.push({ path: rule.path, message });
    }
    const kind = (rule.allow ? 4 : 0) + (rule.sourcePort === 0 ? 0 : 2) + (rule.destinationPort === 0 ? 0 : 1);
    const bundle = known.get(kind);
    if (bundle !== undefined) bundle.push(rule);
    else {
      const made: [AgentRule, ...AgentRule[]] = [rule];
      known.set(kind, made);
      bundles.push(made);
    }
  }
  return { bundles: bundles.sort(([a], [b]) => b.priority - a.priority), problems };
}
