/**
 * Brings the switch from what it holds to what is wanted. Changes are computed first as a difference, and sent in one bundle.
 *
 * An empty switch is filled in another way, which is twice as fast. As long as its first table lets no packet through to the others,
 * these may change in any order, and no packet notices. So they are filled flow by flow over several connections; then the rest, the first
 * table among it, goes in as one bundle. To a packet the tables are those before or those after, as ever. When something goes wrong on
 * the way, what was filled in is taken out again.
 */
import type { Modification, Pieces } from "../openflow/bundle.js";
import type { SwitchConnection } from "../openflow/connection.js";
import type { WireFlow } from "../openflow/flows.js";
import { loadInLanes } from "../openflow/lanes.js";
import { SwitchRefusal } from "../openflow/questions.js";
import { bareFlows } from "./bare.js";
import type { UnknownPolicy } from "./bare.js";
import type { Binder, BindInput, BindResult } from "./binder.js";
import type { Shadow } from "./shadow.js";
import { stopwatch } from "./stopwatch.js";

export interface Changed {
  /** Flows and groups that were changed. */
  readonly changes: number;
  /** Milliseconds that binding and comparing took. */
  readonly making: number;
  /** Milliseconds from the first change to the switch's last answer; beside `making`, where there is much to change. */
  readonly switch: number;
}

export interface Changer {
  /** Reads what the switch holds. */
  readonly read: Shadow["read"];
  /** Binds, compares, changes. `onBound` gets what was found on the way, before the switch has it. Rejects when the switch has changed nothing. */
  readonly bind: (connection: SwitchConnection, input: BindInput, onBound: (result: BindResult) => void) => Promise<Changed>;
  /** Leaves no flows of ours but those of a switch without a policy. */
  readonly bare: (connection: SwitchConnection, unknown: UnknownPolicy) => Promise<Changed>;
}

/** Fewer endpoints than this are not worth further connections. */
const MANY = 500;
/** Flows that are compared between two looks at what can be sent. */
const STRETCH = 512;

/** `openLane` opens a further connection to the same bridge. */
export function makeChanger(binder: Binder, shadow: Shadow, openLane: () => Promise<SwitchConnection>): Changer {
  /** The next comparison has to be of all flows. */
  let whole = true;

  /** Sends changes while they are made, and keeps the shadow true whatever comes of it. */
  const send = async (connection: SwitchConnection, pieces: Pieces): Promise<Changed> => {
    const clock = stopwatch();
    shadow.begin();
    try {
      await connection.apply(clock.measure(pieces));
      return clock.times();
    } catch (error) {
      shadow.undo();
      whole = true;
      throw error;
    }
  };

  /** Binds; gives the changes of the first flows while the others are not bound yet. */
  function* differences(input: BindInput, onBound: (result: BindResult) => void): Generator<readonly Modification[]> {
    const binding = binder.round(input);
    let step = binding.next();
    while (step.done !== true) {
      // Of several flows in one place only one is wanted.
      yield shadow.changesTo(step.value.filter((flow) => binder.wanted.get(flow.place) === flow));
      step = binding.next();
    }
    onBound(step.value);
    yield shadow.changes(binder.wanted, step.value.groups, whole ? undefined : step.value.touched());
  }

  /**
   * Binds; gives the flows that may go behind a first table that leads nowhere, as far as there is nothing in their places. Returns what
   * is left to do.
   */
  function* additions(input: BindInput, onBound: (result: BindResult) => void): Generator<readonly Modification[], readonly Modification[]> {
    const binding = binder.round(input);
    let step = binding.next();
    while (step.done !== true) {
      yield shadow.additions(step.value);
      step = binding.next();
    }
    onBound(step.value);
    const { groups, touched, late } = step.value;
    // A round in which most flows came anew has told of all of them.
    if (touched() === undefined) return shadow.afterAdditions(binder.wanted, groups, late());
    let flows: WireFlow[] = [];
    for (const flow of binder.wanted.values()) {
      if (flows.push(flow) < STRETCH) continue;
      yield shadow.additions(flows);
      flows = [];
    }
    yield shadow.additions(flows);
    return shadow.afterAdditions(binder.wanted, groups, []);
  }

  const fill = async (connection: SwitchConnection, input: BindInput, onBound: (result: BindResult) => void): Promise<Changed> => {
    const clock = stopwatch();
    shadow.begin();
    try {
      let rest: readonly Modification[] = [];
      function* filling(): Generator<readonly Modification[]> {
        rest = yield* additions(input, onBound);
      }
      await loadInLanes(openLane, clock.measure(filling()));
      await connection.apply(clock.measure([rest]));
      setImmediate(shadow.settle);
      return clock.times();
    } catch (error) {
      await takeOut(connection);
      throw error;
    }
  };

  const takeOut = async (connection: SwitchConnection): Promise<void> => {
    whole = true;
    const filled = shadow.undo();
    // What the switch refused to take in, it may refuse to take out. Where it is something else, only a new connection and its reading say what there is.
    await connection.load([filled]).catch((error: unknown) => {
      if (!(error instanceof SwitchRefusal)) connection.close();
    });
  };

  return {
    read: (connection) => {
      whole = true;
      return shadow.read(connection);
    },
    bind: async (connection, input, onBound) => {
      if (whole && input.endpoints.length >= MANY && shadow.isBare()) {
        if (!shadow.isBarred()) await send(connection, [shadow.changes(bareFlows("deny"), [])]);
        try {
          const changed = await fill(connection, input, onBound);
          whole = false;
          return changed;
        } catch (error) {
          // Only further connections failed, perhaps because the switch allows no more: then it goes by the one that there is.
          if (error instanceof SwitchRefusal) throw error;
        }
      }
      const changed = await send(connection, differences(input, onBound));
      whole = false;
      return changed;
    },
    bare: async (connection, unknown) => {
      whole = true;
      return send(connection, [shadow.changes(bareFlows(unknown), [])]);
    },
  };
}
