/** An index of what a tenant's rules allow, for finding what a rule that denies can meet without looking at all of it. */
import { once } from "../../../once.js";
import { servicePoint } from "../../../space/service.js";
import type { Half } from "./entry.js";
import { isEveryPort } from "./service.js";

/** The halves of one source by destination and service, for rules that name both ends and a port. */
type Exact = ReadonlyMap<string, ReadonlyMap<number, readonly Half[]>>;

export interface Index {
  readonly all: readonly Half[];
  readonly bySource: () => ReadonlyMap<string, readonly Half[]>;
  readonly byDestination: () => ReadonlyMap<string, readonly Half[]>;
  /** Of sources with more than a few halves, as they are asked for. */
  readonly exact: Map<string, Exact>;
}

/** So many halves are looked at one by one sooner than they are put in order. */
const FEW = 16;

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

function byEnd(halves: readonly Half[], end: "source" | "destination"): ReadonlyMap<string, readonly Half[]> {
  const lists = new Map<string, Half[]>();
  for (const half of halves) put(lists, half[end].key, half);
  return lists;
}

export function indexOf(halves: readonly Half[]): Index {
  return { all: halves, bySource: once(() => byEnd(halves, "source")), byDestination: once(() => byEnd(halves, "destination")), exact: new Map() };
}

function exactOf({ exact }: Index, source: string, halves: readonly Half[]): Exact {
  const known = exact.get(source);
  if (known !== undefined) return known;
  const made = new Map<string, Map<number, Half[]>>();
  for (const half of halves) {
    const { key } = half.destination;
    let byService = made.get(key);
    if (byService === undefined) made.set(key, (byService = new Map()));
    put(byService, serviceKey(half), half);
  }
  exact.set(source, made);
  return made;
}

/** Keys of terms that can meet one with this key; nothing: all of them. */
function meetingKeys(key: string): readonly string[] | undefined {
  if (key === "*" || key === "#") return undefined;
  return key === "~" ? ["~", "*", "#"] : [key, "*", "#"];
}

function pick(lists: ReadonlyMap<string, readonly Half[]>, keys: readonly string[]): readonly (readonly Half[])[] {
  return keys.flatMap((key) => [lists.get(key) ?? []]);
}

/** Lists of halves among which are all that a rule that denies can meet. It has one port, or means every port. */
export function candidates(index: Index, deny: Half): readonly (readonly Half[])[] {
  const sources = meetingKeys(deny.source.key);
  const destinations = meetingKeys(deny.destination.key);
  if (sources === undefined) return destinations === undefined ? [index.all] : pick(index.byDestination(), destinations);
  if (destinations === undefined || deny.protocol === 0 || isEveryPort(deny.ports)) return pick(index.bySource(), sources);
  const services = [servicePoint(deny.protocol, deny.ports[0]), servicePoint(deny.protocol, 0), servicePoint(0, 0), wayBack, severalPorts];
  return sources.flatMap((source) => {
    const halves = index.bySource().get(source) ?? [];
    if (halves.length <= FEW) return [halves];
    const exact = exactOf(index, source, halves);
    return destinations.flatMap((destination) => {
      const lists = exact.get(destination);
      return lists === undefined ? [] : services.flatMap((service) => [lists.get(service) ?? []]);
    });
  });
}

/** Whether a rule that denies and something that is allowed are about a service in common. */
export function servicesMeet(deny: Half, half: Half): boolean {
  if (deny.protocol !== 0 && half.protocol !== 0 && deny.protocol !== half.protocol) return false;
  return half.way === "back" || isEveryPort(deny.ports) || isEveryPort(half.ports) || half.ports.includes(deny.ports[0]);
}
