/**
 * Rules of the agents that differ in their ports alone, as one. Rules of one priority have no order, so that putting some of them together
 * changes nothing.
 */
import { noService, portService, protocolNumber, servicePoint, unionAllServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import type { ReadingProblem } from "../../target.js";
import type { AgentRule } from "./agent.js";
import type { RuleSeries } from "./series.js";

/** What the agents make of a series of rule objects, at one end of one group. */
export interface AgentSeries {
  /** What becomes of the first object; the rules of the others differ in their path and in the port that it names, at either end. */
  readonly first: AgentRule;
  readonly objects: Pick<RuleSeries, "files" | "ports">;
  /** The ports that they name, as services of their protocol; none where they name none. A rule names one at most. */
  readonly ports: ServiceSet;
}

/** Rules with the same sides, protocol, action and priority, all or none of them with a port at each end. */
export interface RuleBundle {
  readonly first: AgentRule;
  /** The ports that they name, as those of a series. */
  readonly ports: ServiceSet;
  /** All of them, `first` too, by themselves. */
  readonly rules: () => readonly AgentRule[];
}

function isPorted(protocol: number): boolean {
  return protocol === protocolNumber.tcp || protocol === protocolNumber.udp;
}

export function hasPorts({ protocol }: AgentRule): boolean {
  return isPorted(protocol);
}

/** The ports that rule objects with one protocol name, all or none of them, as services of it. */
export function portsOf(protocol: number, ports: readonly number[]): ServiceSet {
  if (!isPorted(protocol) || ports[0] === 0) return noService;
  if (ports.length === 1) return portService(protocol, ports[0], ports[0]);
  const ranges: number[] = [];
  for (const port of Uint16Array.from(ports).sort()) {
    const point = servicePoint(protocol, port);
    if (ranges.length > 0 && ranges[ranges.length - 1] >= point - 1) ranges[ranges.length - 1] = point;
    else ranges.push(point, point);
  }
  return ranges;
}

function rulesOf({ first, objects: { files, ports } }: AgentSeries): readonly AgentRule[] {
  return files.map(({ path }, at) => ({ ...first, path, ...(first.sourcePort === 0 ? { destinationPort: ports[at] } : { sourcePort: ports[at] }) }));
}

/** A rule by itself. */
export function alone(rule: AgentRule): RuleBundle {
  const port = rule.sourcePort === 0 ? rule.destinationPort : rule.sourcePort;
  return { first: rule, ports: portsOf(rule.protocol, [port]), rules: () => [rule] };
}

/** What the switch matches but for ports, whatever the action: all series with it. */
interface Match {
  readonly series: AgentSeries[];
  readonly bundles: OpenBundle[];
}

/** A bundle that series are still added to. */
interface OpenBundle {
  readonly first: AgentRule;
  readonly series: AgentSeries[];
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
  const made: Match = { series: [], bundles: [] };
  between.set(rest, made);
  return made;
}

/** Whether rules of one match have the same action, and ports at the same ends. */
function isAlike(a: AgentRule, b: AgentRule): boolean {
  return a.allow === b.allow && (a.sourcePort === 0) === (b.sourcePort === 0) && (a.destinationPort === 0) === (b.destinationPort === 0);
}

/** The ports that a rule is a flow of the switch by: two rules of one match with the same ones are one flow. */
function flowPorts(rule: AgentRule): number {
  return hasPorts(rule) ? rule.sourcePort * 65536 + rule.destinationPort : 0;
}

/** How many flows of the switch come from series of one match. */
function countFlows(series: readonly AgentSeries[]): number {
  const named = (isThere: (rule: AgentRule) => boolean): number => {
    const ports = unionAllServices(series.flatMap((each) => (isThere(each.first) ? [each.ports] : [])));
    let count = 0;
    for (let at = 0; at < ports.length; at += 2) count += ports[at + 1] - ports[at] + 1;
    return count;
  };
  const portless = series.some(({ first }) => flowPorts(first) === 0) ? 1 : 0;
  return (
    portless + named(({ sourcePort }) => sourcePort !== 0) + named(({ sourcePort, destinationPort }) => sourcePort === 0 && destinationPort !== 0)
  );
}

/** Flows of the switch that come from two rules. */
function collisions({ series }: Match): readonly ReadingProblem[] {
  if (series.length === 1 && series[0].objects.files.length === 1) return [];
  const objects = series.reduce((sum, each) => sum + each.objects.files.length, 0);
  if (objects === countFlows(series)) return [];
  const byPorts = new Map<number, AgentRule>();
  return series.flatMap(rulesOf).flatMap((rule) => {
    const ports = flowPorts(rule);
    const other = byPorts.get(ports);
    if (other === undefined) byPorts.set(ports, rule);
    if (other === undefined) return [];
    const message = `becomes the same flow as ${other.path}: the agent keeps one of them, and deleting either removes it`;
    return [{ path: rule.path, message }];
  });
}

/** Puts rules together, highest priority first; problems are flows of the switch that come from two of them. */
export function bundleRules(all: readonly AgentSeries[]): { readonly bundles: readonly RuleBundle[]; readonly problems: readonly ReadingProblem[] } {
  const matches = new Map<number, Map<number, Match>>();
  const bundles: OpenBundle[] = [];
  for (const each of all) {
    const match = matchOf(matches, each.first);
    match.series.push(each);
    const bundle = match.bundles.find(({ first }) => isAlike(first, each.first));
    if (bundle !== undefined) bundle.series.push(each);
    else {
      const made: OpenBundle = { first: each.first, series: [each] };
      match.bundles.push(made);
      bundles.push(made);
    }
  }
  const problems = [...matches.values()].flatMap((between) => [...between.values()].flatMap(collisions));
  const ordered = bundles.sort((a, b) => b.first.priority - a.first.priority);
  return { bundles: ordered.map(bundleOf), problems };
}

function bundleOf({ first, series }: OpenBundle): RuleBundle {
  return { first, ports: unionAllServices(series.map(({ ports }) => ports)), rules: () => series.flatMap(rulesOf) };
}
