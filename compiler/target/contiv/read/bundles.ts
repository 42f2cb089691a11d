/**
 * Rules of the agents that differ in their ports alone, as one: Contiv says a range of ports as a rule for each, which is most of a large
 * folder. Rules of one priority have no order, so that putting some of them together changes nothing.
 */
import { noService, portService, protocolNumber, unionAllServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import type { ReadingProblem } from "../../target.js";
import type { AgentRule } from "./agent.js";

/** Rules with the same sides, protocol, action and priority, all or none of them with a port at each end. */
export interface RuleBundle {
  readonly first: AgentRule;
  /** All of them, `first` too. */
  readonly rules: readonly AgentRule[];
  /** The ports that they name, as services of their protocol; none where they name none. A rule names one at most, at either end. */
  readonly ports: ServiceSet;
}

export function hasPorts(rule: AgentRule): boolean {
  return rule.protocol === protocolNumber.tcp || rule.protocol === protocolNumber.udp;
}

/** What the switch matches but for ports, whatever the action. */
interface Match {
  /** Rules by their ports: two with the same ones are one flow of the switch. */
  readonly byPorts: Map<number, AgentRule>;
  readonly bundles: Map<number, OpenBundle>;
}

/** A bundle that rules are still added to. */
interface OpenBundle {
  readonly first: AgentRule;
  readonly rules: AgentRule[];
}

function portsOf({ first, rules }: OpenBundle): ServiceSet {
  const ported = hasPorts(first) && first.sourcePort + first.destinationPort > 0;
  return ported ? unionAllServices(rules.map(portOf)) : noService;
}

/** A rule by itself. */
export function single(rule: AgentRule): RuleBundle {
  const alone = { first: rule, rules: [rule] };
  return { ...alone, ports: portsOf(alone) };
}

/** The port that a rule names, at whichever end, as a service. */
function portOf({ protocol, sourcePort, destinationPort }: AgentRule): ServiceSet {
  const port = sourcePort === 0 ? destinationPort : sourcePort;
  return portService(protocol, port, port);
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
  const bundles: OpenBundle[] = [];
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
    if (bundle !== undefined) bundle.rules.push(rule);
    else {
      const made: OpenBundle = { first: rule, rules: [rule] };
      known.set(kind, made);
      bundles.push(made);
    }
  }
  const ordered = bundles.sort((a, b) => b.first.priority - a.first.priority);
  return { bundles: ordered.map((bundle) => ({ ...bundle, ports: portsOf(bundle) })), problems };
}
