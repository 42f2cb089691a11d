/** Asks the switch itself what it does with a connection's first packet (`ofproto/trace`), to hold against our own reading of its flows. */
import type { SwitchControl } from "../conntrack/control.js";
import { packetText } from "./packet.js";
import type { Arrival } from "./packet.js";
import type { ConnectionQuestion } from "./question.js";

export interface Trace {
  readonly passes: boolean;
  /** The switch's words. */
  readonly text: string;
}

export async function traceConnection(control: SwitchControl, bridge: string, question: ConnectionQuestion, arrival: Arrival): Promise<Trace> {
  const states = ["trk,new", "trk,new", "trk,new"].flatMap((state) => ["--ct-next", state]);
  const text = await control.run("ofproto/trace", bridge, packetText(question, arrival), ...states);
  return { passes: tracePasses(text), text };
}

/** Whether a packet comes out: what the last pass through the tables does, apart from what is no way out. */
export function tracePasses(text: string): boolean {
  const last = [...text.matchAll(/^Datapath actions: (.*)$/gm)].at(-1)?.[1] ?? "drop";
  return withoutCalls(last)
    .split(",")
    .some((action) => /^\d+$/.test(action.trim()) || action.includes("clone"));
}

/** Ports stand alone between commas; `ct(…)`, `userspace(…)`, `recirc(…)` and `set(…)` are no ports. A tunnel is `clone(tnl_push(…),…)`. */
function withoutCalls(actions: string): string {
  let depth = 0;
  let out = "";
  for (const character of actions) {
    if (character === "(") depth++;
    if (depth === 0) out += character;
    if (character === ")") depth--;
  }
  return out;
}
