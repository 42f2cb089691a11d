/**
 * What the agent does and when, as a pure function from state and event to state and effects. The loop (`agent.ts`) carries effects out
 * and brings what comes of them back as events.
 *
 * INVARIANTS
 *  - The switch is changed only after its flows have been read (`adopt`), and by one change at a time.
 *  - Nothing is bound before every endpoint source has spoken: an endpoint that is merely not known yet would lose its traffic.
 *  - Flows of ours that are there stay until there is something better: no policy, no endpoints or no store change nothing.
 *  - A program that the switch refuses is not tried again before another one comes or the next audit; meanwhile endpoints are bound to
 *    the last good one.
 *  - A program is kept on disk only once the switch holds it. So the disk may have an older one than the switch; then the switch's
 *    flows stay until a store has said what is newest.
 */
import type { AgentReport, PublishedProgram } from "./sources.js";

export interface AgentState {
  readonly node: string;
  /** The newest program. */
  readonly candidate?: PublishedProgram;
  /** Whether it is the disk that says so, and no store yet. */
  readonly fromDisk: boolean;
  /** The program that the switch holds or held last. */
  readonly good?: PublishedProgram;
  /** Generation of the newest program that the switch refused. */
  readonly refused?: number;
  /** Endpoint sources that have not delivered yet. */
  readonly waitingFor: ReadonlySet<string>;
  /** Whether the bridge is there and has the ports that it should have. */
  readonly bridgeReady: boolean;
  readonly link: "away" | "reading" | "idle" | "changing";
  /** Something that the flows depend on is newer than the flows. */
  readonly stale: boolean;
  /** Flows of ours in the switch, as far as known. */
  readonly flows: number;
  readonly endpoints: number;
  /** The generation that the switch holds; 0: none. */
  readonly generation: number;
  readonly lastChange?: number;
  /** What is wrong, by what it is about. */
  readonly errors: ReadonlyMap<string, string>;
  /** Milliseconds until a failed change is tried again. */
  readonly pause: number;
}

export type AgentEvent =
  | { readonly kind: "program"; readonly published: PublishedProgram }
  | { readonly kind: "inventory"; readonly source: string }
  | { readonly kind: "bridge"; readonly problem?: string }
  /** Something is wrong with what `about` names, or with an empty message no longer. */
  | { readonly kind: "trouble"; readonly about: string; readonly message: string }
  | { readonly kind: "connected" }
  | { readonly kind: "disconnected"; readonly reason?: string }
  | { readonly kind: "adopted"; readonly flows: number; readonly generation: number }
  | {
      readonly kind: "changed";
      readonly published?: PublishedProgram;
      readonly changes: number;
      readonly flows: number;
      readonly endpoints: number;
      readonly at: number;
    }
  /** The switch took none of a change. */
  | { readonly kind: "failed"; readonly published?: PublishedProgram; readonly reason: string }
  /** Time to try again, or to compare with the switch. */
  | { readonly kind: "retry" }
  | { readonly kind: "audit" };

export type AgentEffect =
  /** Read the switch's flows. */
  | { readonly kind: "adopt" }
  /** Bind, compare, change. Without a program: nothing passes but what the configuration says. */
  | { readonly kind: "change"; readonly published?: PublishedProgram }
  /** Write the program to disk as the last good one. */
  | { readonly kind: "keep"; readonly published: PublishedProgram }
  /** Cut connections that the program in force denies. */
  | { readonly kind: "cut"; readonly published: PublishedProgram }
  | { readonly kind: "retryAfter"; readonly milliseconds: number }
  | { readonly kind: "report" };

export interface Step {
  readonly state: AgentState;
  readonly effects: readonly AgentEffect[];
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const BRIDGE = "bridge";
const SWITCH = "switch";
const KEPT = "kept";
/** The switch has this many bits of a generation (`docs/agent.md`). */
const GENERATIONS = 0x10000;

export function firstState(node: string, sources: readonly string[], kept?: PublishedProgram): AgentState {
  return {
    node,
    ...(kept === undefined ? {} : { candidate: kept, good: kept }),
    fromDisk: kept !== undefined,
    waitingFor: new Set(sources),
    bridgeReady: false,
    link: "away",
    stale: true,
    flows: 0,
    endpoints: 0,
    generation: 0,
    errors: new Map(),
    pause: FIRST_PAUSE,
  };
}

export function step(state: AgentState, event: AgentEvent): Step {
  switch (event.kind) {
    case "program":
      return takeProgram(state, event.published);
    case "inventory":
      return proceed({ ...state, waitingFor: without(state.waitingFor, event.source), stale: true, errors: cleared(state, event.source) });
    case "bridge": {
      const errors = withError(state, BRIDGE, event.problem ?? "");
      return proceed({ ...state, bridgeReady: event.problem === undefined, stale: true, errors }, [{ kind: "report" }]);
    }
    case "trouble":
      return { state: { ...state, errors: withError(state, event.about, event.message) }, effects: [{ kind: "report" }] };
    case "connected":
      return { state: { ...state, link: "reading", errors: cleared(state, SWITCH) }, effects: [{ kind: "adopt" }] };
    case "disconnected":
      return {
        state: { ...state, link: "away", stale: true, flows: 0, generation: 0, errors: withError(state, SWITCH, event.reason ?? "") },
        effects: [{ kind: "report" }],
      };
    case "adopted":
      if (state.link !== "reading") return { state, effects: [] };
      return afterReading({ ...state, link: "idle", stale: true, flows: event.flows, generation: event.generation });
    case "changed":
      return afterChange(state, event);
    case "failed":
      return afterFailure(state, event.published, event.reason);
    case "retry":
      return proceed({ ...state, stale: true });
    case "audit":
      return state.link === "idle"
        ? { state: { ...state, link: "reading", refused: undefined }, effects: [{ kind: "adopt" }] }
        : { state, effects: [] };
  }
}

function takeProgram(state: AgentState, published: PublishedProgram): Step {
  const { candidate } = state;
  // A store delivers what the disk had already, or was set back behind our back: what is in force stays.
  if (candidate !== undefined && published.generation <= candidate.generation) return { state, effects: [] };
  return proceed({ ...state, candidate: published, fromDisk: false, stale: true, pause: FIRST_PAUSE, errors: cleared(state, KEPT) });
}

/** The program to bind: the newest, unless the switch refused it. */
export function wantedProgram(state: AgentState): PublishedProgram | undefined {
  const { candidate, good, refused } = state;
  return candidate !== undefined && candidate.generation === refused ? good : candidate;
}

/** Whether the switch holds a newer program than the only one that is known, which is from disk. */
function isBehind({ candidate, fromDisk, flows, generation }: AgentState): boolean {
  if (candidate === undefined || !fromDisk || flows === 0 || generation === 0) return false;
  const ahead = (((generation - candidate.generation) % GENERATIONS) + GENERATIONS) % GENERATIONS;
  return ahead > 0 && ahead < GENERATIONS / 2;
}

function afterReading(state: AgentState): Step {
  const behind = isBehind(state)
    ? `the switch holds generation ${state.generation} and the disk has only generation ${state.candidate?.generation ?? 0}: the switch's flows stay until the store answers`
    : "";
  return proceed({ ...state, errors: withError(state, KEPT, behind) }, [{ kind: "report" }]);
}

/** Starts a change where one is due and nothing is in its way. */
function proceed(state: AgentState, effects: readonly AgentEffect[] = []): Step {
  if (state.link !== "idle" || !state.stale || isBehind(state)) return { state, effects };
  const published = wantedProgram(state);
  const ready = published !== undefined && state.waitingFor.size === 0 && state.bridgeReady;
  if (ready) return { state: { ...state, link: "changing", stale: false }, effects: [...effects, { kind: "change", published }] };
  if (state.flows > 0) return { state, effects };
  // An empty switch, and not enough known to fill it.
  return { state: { ...state, link: "changing" }, effects: [...effects, { kind: "change" }] };
}

function afterChange(state: AgentState, event: AgentEvent & { readonly kind: "changed" }): Step {
  if (state.link !== "changing") return { state, effects: [] };
  const { published, changes, flows, endpoints, at } = event;
  const effects: AgentEffect[] = [];
  const errors = published !== undefined && published.generation === state.candidate?.generation ? cleared(state, SWITCH) : state.errors;
  let next: AgentState = { ...state, link: "idle", flows, endpoints, errors, pause: FIRST_PAUSE, ...(changes > 0 ? { lastChange: at } : {}) };
  if (published !== undefined) {
    if (published.generation !== state.good?.generation) effects.push({ kind: "keep", published });
    if (changes > 0) effects.push({ kind: "cut", published });
    next = { ...next, good: published, generation: published.generation };
  }
  effects.push({ kind: "report" });
  return proceed(next, effects);
}

function afterFailure(state: AgentState, published: PublishedProgram | undefined, reason: string): Step {
  if (state.link !== "changing") return { state, effects: [] };
  const isNew = published !== undefined && published.generation === state.candidate?.generation && published.generation !== state.good?.generation;
  const message = isNew ? `the switch refuses generation ${published.generation}: ${reason}` : `the switch refuses a change: ${reason}`;
  const next: AgentState = { ...state, link: "idle", errors: withError(state, SWITCH, message), ...(isNew ? { refused: published.generation } : {}) };
  // With the last good program to fall back to, endpoints may go on at once.
  if (isNew && state.good !== undefined) return proceed({ ...next, stale: true }, [{ kind: "report" }]);
  return {
    state: { ...next, pause: Math.min(state.pause * 2, LONGEST_PAUSE) },
    effects: [{ kind: "report" }, { kind: "retryAfter", milliseconds: state.pause }],
  };
}

const without = (set: ReadonlySet<string>, name: string): ReadonlySet<string> => new Set([...set].filter((entry) => entry !== name));
const cleared = (state: AgentState, about: string): ReadonlyMap<string, string> => withError(state, about, "");

function withError(state: AgentState, about: string, message: string): ReadonlyMap<string, string> {
  if ((state.errors.get(about) ?? "") === message) return state.errors;
  const errors = new Map(state.errors);
  if (message === "") errors.delete(about);
  else errors.set(about, message);
  return errors;
}

/** What the node says about itself. */
export function reportOf(state: AgentState): AgentReport {
  const waiting = [...state.waitingFor].map((source) => `${source}: nothing has come yet`);
  return {
    node: state.node,
    generation: state.generation,
    flows: state.flows,
    endpoints: state.endpoints,
    errors: [...[...state.errors].map(([about, message]) => `${about}: ${message}`), ...waiting],
    connected: state.link !== "away",
    ...(state.lastChange === undefined ? {} : { lastChange: state.lastChange }),
  };
}
