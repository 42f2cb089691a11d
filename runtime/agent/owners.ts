/**
 * Flows by their place in the tables. Where several owners want a flow in one place (endpoints with one address bar it each), the owner
 * whose name comes first has it, as in `bindNode`.
 */
import type { Flow } from "../../compiler/target/openflow/flow.js";
import { encodeInstructions, encodePlace, wireCookie } from "../openflow/flows.js";
import type { WireCookie, WireFlow } from "../openflow/flows.js";

/** All flows of an owner share one, so that a flow needs no room for its owner's name. */
export interface OwnedCookie extends WireCookie {
  readonly owner: string;
}

export interface OwnedFlow extends WireFlow {
  readonly cookie: OwnedCookie;
}

/** Makes flows of one owner. They share what is equal: there are many of them. */
export function flowMaker(owner: string, generation: number): (flow: Flow) => OwnedFlow {
  let last: Flow["cookie"] | undefined;
  let cookie: OwnedCookie = { high: 0, low: 0, owner };
  return (flow) => {
    if (last === undefined || last.kind !== flow.cookie.kind || last.id !== flow.cookie.id) {
      last = flow.cookie;
      cookie = { ...wireCookie(last, generation), owner };
    }
    return { place: encodePlace(flow.table, flow.priority, flow.match), instructions: shared(encodeInstructions(flow.actions)), cookie };
  };
}

/** Most instructions are one of a few: keeping each once saves the memory of the others. */
const instructionTexts = new Map<string, string>();
const SHARED_LIMIT = 4096;

function shared(text: string): string {
  const known = instructionTexts.get(text);
  if (known !== undefined) return known;
  if (instructionTexts.size >= SHARED_LIMIT) instructionTexts.clear();
  instructionTexts.set(text, text);
  return text;
}

export interface FlowOwners {
  /** Replaces flows of one owner. */
  readonly replace: (old: readonly OwnedFlow[], next: readonly OwnedFlow[]) => void;
  readonly clear: () => void;
  readonly wanted: ReadonlyMap<string, OwnedFlow>;
  /** Starts a round of changes: of some flows, or of so many that it is not worth noting which. */
  readonly begin: (extent: "some" | "most") => void;
  /** The places whose flow is another than at the round's start; nothing where that was not noted. */
  readonly touched: () => ReadonlySet<string> | undefined;
  /** Flows that came into places that had none since this was last called, in a round of most flows. */
  readonly filled: () => readonly OwnedFlow[];
  /** In a round of most flows, places that have lost a flow that they were filled with. */
  readonly changed: () => ReadonlySet<string>;
}

export function flowOwners(): FlowOwners {
  const wanted = new Map<string, OwnedFlow>();
  /** Flows that would be in a place if the one in `wanted` were not. */
  const rivals = new Map<string, readonly OwnedFlow[]>();
  let before: Map<string, OwnedFlow | undefined> | undefined;
  let filled: OwnedFlow[] = [];
  let changed = new Set<string>();

  const note = (key: string): void => {
    if (before === undefined) changed.add(key);
    else if (!before.has(key)) before.set(key, wanted.get(key));
  };

  const remove = (flow: OwnedFlow): void => {
    const waiting = rivals.get(flow.place);
    const holder = wanted.get(flow.place);
    if (holder?.cookie.owner === flow.cookie.owner) {
      note(flow.place);
      const [heir, ...rest] = waiting ?? [];
      if (heir === undefined) wanted.delete(flow.place);
      else wanted.set(flow.place, heir);
      setRivals(flow.place, rest);
    } else if (waiting !== undefined) {
      setRivals(
        flow.place,
        waiting.filter(({ cookie }) => cookie.owner !== flow.cookie.owner),
      );
    }
  };

  const setRivals = (key: string, flows: readonly OwnedFlow[]): void => {
    if (flows.length === 0) rivals.delete(key);
    else rivals.set(key, flows);
  };

  const add = (flow: OwnedFlow): void => {
    const holder = wanted.get(flow.place);
    if (holder === undefined) {
      if (before === undefined) filled.push(flow);
      else note(flow.place);
      wanted.set(flow.place, flow);
      return;
    }
    if (holder.cookie.owner === flow.cookie.owner) return;
    const all = [holder, ...(rivals.get(flow.place) ?? []), flow].sort((a, b) => (a.cookie.owner < b.cookie.owner ? -1 : 1));
    const [first, ...rest] = all;
    if (first !== holder) {
      note(flow.place);
      wanted.set(flow.place, first);
    }
    setRivals(flow.place, rest);
  };

  return {
    replace: (old, next) => {
      for (const flow of old) remove(flow);
      for (const flow of next) add(flow);
    },
    clear: () => {
      wanted.clear();
      rivals.clear();
    },
    wanted,
    begin: (extent) => {
      before = extent === "some" ? new Map() : undefined;
      filled = [];
      changed = new Set();
    },
    touched: () => {
      if (before === undefined) return undefined;
      const keys = new Set<string>();
      for (const [key, was] of before) {
        const is = wanted.get(key);
        if (was === undefined || is === undefined || was.instructions !== is.instructions || !sameCookie(was, is)) {
          if (was !== is) keys.add(key);
        }
      }
      return keys;
    },
    filled: () => {
      const flows = filled;
      filled = [];
      return flows;
    },
    changed: () => changed,
  };
}

const sameCookie = (a: WireFlow, b: WireFlow): boolean => a.cookie.high === b.cookie.high && a.cookie.low === b.cookie.low;
