/**
 * Rules that another rule of the same priority says already: two rules with the same ends, service and priority are one flow for the agent,
 * which takes no match twice (contiv.md §3.6, hazard 1).
 */
import type { Remote } from "./match.js";
import { prefixText } from "./match.js";
import type { ContivRule } from "./strata.js";

/** Ports that are said of the same ends with this protocol and priority. */
interface Taken {
  readonly protocol: string;
  readonly priority: number;
  ports: readonly number[];
}

/** What is said to an end from another one, by both: between two groups it is one flow, whichever of them has the rule. */
type TakenBetween = Map<string, Map<string, Taken[]>>;

/** The own end of a rule for every group. */
const every = "*";

const none: readonly number[] = [];

/** The other end of a match as the agent sees it: a group by its name, with which no address is mixed up for the space before it. */
function remoteText(remote: Remote): string {
  switch (remote.kind) {
    case "any":
    case "world":
      return "";
    case "group":
      return remote.group;
    case "prefix":
      return ` ${prefixText(remote.prefix)}`;
    case "member":
      return `${remote.group} ${prefixText(remote.prefix)}`;
  }
}

/** The ports of a rule that are not taken; the same list where that is all of them, as nearly always. */
function withoutAny(ports: readonly number[], one: readonly number[], other: readonly number[]): readonly number[] {
  if (one.length + other.length === 0) return ports;
  const taken = new Set([...one, ...other]);
  return ports.filter((port) => !taken.has(port));
}

function takenBy(taken: readonly Taken[] | undefined, { protocol, priority }: ContivRule): Taken | undefined {
  return taken?.find((each) => each.protocol === protocol && each.priority === priority);
}

/** Takes what the rule says first, and gives the ports of it. */
function take(takenBetween: TakenBetween, rule: ContivRule): readonly number[] {
  const { match, protocol, priority } = rule;
  const isIn = match.direction === "in";
  const own = match.own ?? every;
  const remote = remoteText(match.remote);
  const [from, to] = isIn ? [remote, own] : [own, remote];
  let bySource = takenBetween.get(to);
  if (bySource === undefined) takenBetween.set(to, (bySource = new Map()));
  let list = bySource.get(from);
  if (list === undefined) bySource.set(from, (list = []));
  const same = takenBy(list, rule);
  const wide = own === every ? undefined : takenBy(isIn ? takenBetween.get(every)?.get(remote) : bySource.get(every), rule);
  const ports = withoutAny(rule.ports, same?.ports ?? none, wide?.ports ?? none);
  if (same === undefined) list.push({ protocol, priority, ports });
  else same.ports = [...same.ports, ...ports];
  return ports;
}

/** Leaves out what is said already. What stands for every group comes first: the rule of one group that says the same is left out, wherever it stands. */
export function withoutRepeats(rules: readonly ContivRule[]): readonly ContivRule[] {
  const takenBetween: TakenBetween = new Map();
  const wide = rules.map((rule) => (rule.match.own === undefined ? take(takenBetween, rule) : none));
  const fresh = rules.map((rule, at) => (rule.match.own === undefined ? wide[at] : take(takenBetween, rule)));
  if (fresh.every((ports, at) => ports === rules[at].ports)) return rules;
  return rules.flatMap((rule, at) => {
    const ports = fresh[at];
    return ports.length === rule.ports.length ? [rule] : ports.length === 0 ? [] : [{ ...rule, ports }];
  });
}
