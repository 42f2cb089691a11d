/**
 * Asks the switch itself what it does with a connection's first packet (`ofproto/trace`), to hold against our own reading of its flows.
 *
 * Of a connection to a service address the switch's trace ends where a provider is chosen, by a hash that only the datapath makes. So it is
 * asked whether the packet comes there, and then, for every provider, about a connection to that provider and its port, about which the
 * policy is asked as well.
 */
import { parseAddress } from "../../compiler/space/address.js";
import type { Endpoint } from "../../compiler/target/openflow/bind/inventory.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import type { SwitchControl } from "../conntrack/control.js";
import { packetText } from "./packet.js";
import type { Arrival } from "./packet.js";
import type { ConnectionQuestion } from "./question.js";
import type { Explanation, ProviderWay, Way } from "./why.js";

export interface Trace {
  readonly passes: boolean;
  /** The switch's words. */
  readonly text: string;
}

/** What the switch does with a connection to one of the providers. */
export interface ProviderTrace extends Trace {
  readonly address: string;
  readonly port: number;
  readonly agrees: boolean;
}

export interface Traced {
  /** At a service address it passes where a connection to some provider does. */
  readonly trace: Trace;
  /** At a service address. */
  readonly providers?: readonly ProviderTrace[];
  /** Whether the switch does what our reading of its flows says. */
  readonly agree: boolean;
}

export interface Traceable {
  readonly control: SwitchControl;
  readonly bridge: string;
  readonly question: ConnectionQuestion;
  readonly program: Program;
  readonly explanation: Explanation & { readonly arrival: Arrival };
  readonly endpoints: readonly Endpoint[];
}

export async function traceExplained(traceable: Traceable): Promise<Traced> {
  const { question, explanation } = traceable;
  const trace = await traced(traceable, question);
  const { providers, verdict } = explanation;
  if (providers === undefined) return { trace, agree: agrees(trace, verdict) };
  const each: ProviderTrace[] = [];
  for (const provider of providers) each.push(await providerTraced(traceable, provider));
  const comesToGroup = /^\s*group:\d+/m.test(trace.text);
  const passes = comesToGroup && each.some((provider) => provider.passes);
  return { trace: { ...trace, passes }, providers: each, agree: comesToGroup && each.every((provider) => provider.agrees) };
}

async function providerTraced(traceable: Traceable, { address, port, endpoint: name, verdict }: ProviderWay): Promise<ProviderTrace> {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new Error(`${address} is no address`);
  const endpoint = traceable.endpoints.find((entry) => entry.name === name);
  const destination = { address: parsed, ...(endpoint === undefined ? {} : { endpoint }) };
  const trace = await traced(traceable, { ...traceable.question, destination, detail: port });
  return { ...trace, address, port, agrees: agrees(trace, verdict) };
}

const agrees = ({ passes }: Trace, verdict: Way["verdict"] | "mixed"): boolean => passes === (verdict === "allowed");

async function traced({ control, bridge, program, explanation }: Traceable, question: ConnectionQuestion): Promise<Trace> {
  const states = ["trk,new", "trk,new", "trk,new"].flatMap((state) => ["--ct-next", state]);
  const text = await control.run("ofproto/trace", bridge, packetText(question, explanation.arrival, program), ...states);
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
