/** Reads the counters of rules from the switch now and then, and puts them into the store where they changed. */
import { COOKIE_OWNER, cookieKinds } from "../../compiler/target/openflow/flow.js";
import type { Agent } from "../agent/agent.js";
import type { OnError } from "../agent/sources.js";
import { makeCounters } from "../stats/counters.js";
import { shareCounts } from "../stats/share.js";
import type { KeyValues } from "../store/keyvalue.js";

export interface CountingOptions {
  readonly agent: Agent;
  readonly store: KeyValues;
  readonly node: string;
  /** Milliseconds. */
  readonly every: number;
  readonly onError: OnError;
}

/** Milliseconds between looks whether there is a switch to read. */
const FIRST_READING = 50;

/** Owner and kind of a cookie. */
const MASK = { high: 0xffff0000, low: 0 };

export function startCounting({ agent, store, node, every, onError }: CountingOptions): { readonly stop: () => Promise<void> } {
  const counters = makeCounters();
  const since = Date.now();
  let shared = "";
  let running: Promise<void> | undefined;
  const round = async (): Promise<void> => {
    const connection = agent.connection();
    if (connection === undefined) return;
    const kinds = [cookieKinds.rule, cookieKinds.default].map((kind) => ({ high: COOKIE_OWNER * 0x1000000 + kind * 0x10000, low: 0 }));
    const flows = await Promise.all(kinds.map((cookie) => connection.flows(cookie, MASK)));
    counters.update(flows.flat(), Date.now());
    const counts = counters.counts();
    const text = JSON.stringify(counts);
    if (text === shared) return;
    await shareCounts(store, { node, since, at: Date.now(), counts });
    shared = text;
  };
  const read = (): void => {
    running ??= round()
      .catch((error: unknown) => onError(error instanceof Error ? error : new Error(String(error))))
      .finally(() => {
        running = undefined;
      });
  };
  // The first reading comes as soon as there is a switch: of what it has counted already nobody knows when.
  const first = setInterval(() => {
    if (agent.connection() === undefined) return;
    clearInterval(first);
    read();
  }, FIRST_READING);
  const timer = setInterval(read, every);
  return {
    stop: async () => {
      clearInterval(first);
      clearInterval(timer);
      await running;
    },
  };
}
