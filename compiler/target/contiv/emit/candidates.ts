/** An index of what a tenant's rules allow, for finding what a rule that denies can meet without looking at all of it. */
import { servicePoint } from "../../../space/service.js";
import type { Half } from "./entry.js";
import { isEveryPort } from "./service.js";

export interface Index {
  /** By source, destination and service, for rules that name both ends and a port. */
  readonly exact: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, readonly Half[]>>>;
  readonly bySource: ReadonlyMap<string, readonly Half[]>;
  readonly byDestination: ReadonlyMap<string, readonly Half[]>;
  readonly all: readonly Half[];
}

/** Keys of services that no one port is the key of. */
const wayBack = -1;
const severalPorts = -2;

function serviceKey({ way, protocol, ports }: Half): number {
  if (way === "back") return wayBack;
  return ports.length > 1 ? severalPorts : servicePoint(protocol, ports[0]);
}

function put<Key>(lists: Map<Key, Half[]>, key: Key, half: Half): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [half]);
  else list.push(half);
}

function inner<Key, Value>(maps: Map<string, Map<Key, Value>>, key: string): Map<Key, Value> {
  const known = maps.get(key);
  if (known !== undefined) return known;
  const made = new Map<Key, Value>();
  maps.set(key, made);
  return made;
}

export function indexOf(halves: readonly Half[]): Index {
  const exact = new Map<string, Map<string, Map<number, Half[]>>>();
  const bySource = new Map<string, Half[]>();
  const byDestination = new Map<string, Half[]>();
  for (const half of halves) {
    const { source, destination } = half;
    put(inner(inner(exact, source.key), destination.key), serviceKey(half), half);
    put(bySource, source.key, half);
    put(byDestination, destination.key, half);
  }
  return { exact, bySource, byDestination, all: halves };
}

/** Keys of terms that can meet one with this key; nothing: all of them. */
function meetingKeys(key: string): readonly string[] | undefined {
  if (key === "*" || key === "#") return undefined;
  return key === "~" ? ["~", "*", "#"] : [key, "*", "#"];
}

/** Lists of halves among which are all that a rule that denies can meet. It has one port, or means every port. */
export function candidates(index: Index, deny: Half): readonly (readonly Half[])[] {
  const sources = meetingKeys(deny.source.key);
  const destinations = meetingKeys(deny.destination.key);
  const pick = (lists: ReadonlyMap<string, readonly Half[]>, keys: readonly string[]): readonly (readonly Half[])[] =>
    keys.flatMap((key) => [lists.get(key) ?? []]);
  if (sources === undefined) return destinations === undefined ? [index.all] : pick(index.byDestination, destinations);
  if (destinations === undefined || deny.protocol === 0 || isEveryPort(deny.ports)) return pick(index.bySource, sources);
  const services = [servicePoint(deny.protocol, deny.ports[0]), servicePoint(deny.protocol, 0), servicePoint(0, 0), wayBack, severalPorts];
  return sources.flatMap((source) =>
    destinations.flatMap((destination) => {
      const lists = index.exact.get(source)?.get(destination);
      return lists === undefined ? [] : services.flatMap((service) => [lists.get(service) ?? []]);
    }),
  );
}

/** Whether a rule that denies and something that is allowed are about a service in common. */
export function servicesMeet(deny: Half, half: Half): boolean {
  if (deny.protocol !== 0 && half.protocol !== 0 && deny.protocol !== half.protocol) return false;
  return half.way === "back" || isEveryPort(deny.ports) || isEveryPort(half.ports) || half.ports.includes(deny.ports[0]);
}
