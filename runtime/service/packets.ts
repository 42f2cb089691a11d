/**
 * One structured line for each connection that a `log` rule or an audited one decided. The switch sends the first packets; a denied
 * connection is tried again and again, so a connection that was told lately is not told again, and there is a bound on lines a second.
 */
import type { Program } from "../../compiler/target/openflow/program.js";
import { packetReasons } from "../../compiler/target/openflow/staticflows.js";
import type { PacketIn } from "../openflow/packetin.js";
import { readHead } from "./packethead.js";
import type { PacketHead } from "./packethead.js";
import { decisionSources, placeText } from "./sourcemap.js";
import type { DecisionSource } from "./sourcemap.js";

export interface ConnectionLine extends PacketHead {
  readonly verdict: "allowed" | "denied" | "audited";
  /** What decided on the side of the source and of the destination, where it is known: rule, and file and line. */
  readonly rules: readonly { readonly rule: string; readonly place: string }[];
}

export interface PacketLog {
  readonly take: (packet: PacketIn) => void;
  /** Lines that were left out because there were too many. */
  readonly dropped: () => number;
}

export interface PacketLogOptions {
  readonly program: () => Program | undefined;
  readonly write: (line: ConnectionLine) => void;
  /** Milliseconds from any fixed time on. */
  readonly now: () => number;
  readonly perSecond?: number;
}

/** A connection is told again after so many milliseconds. */
const AGAIN = 60_000;
const REMEMBERED = 10_000;
const PER_SECOND = 100;

export function packetLog({ program, write, now, perSecond = PER_SECOND }: PacketLogOptions): PacketLog {
  const told = new Map<string, number>();
  let sources: { readonly program: Program; readonly byDecision: ReadonlyMap<number, DecisionSource> } | undefined;
  let tokens = perSecond;
  let filled = now();
  let dropped = 0;

  const sourceOf = (decision: number): DecisionSource | undefined => {
    const current = program();
    if (current === undefined) return undefined;
    if (sources?.program !== current)
      sources = { program: current, byDecision: new Map(decisionSources(current).map((entry) => [entry.decision, entry])) };
    return sources.byDecision.get(decision);
  };
  const hasToken = (at: number): boolean => {
    tokens = Math.min(perSecond, tokens + ((at - filled) * perSecond) / 1000);
    filled = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
  return {
    dropped: () => dropped,
    take: (packet) => {
      const verdict = verdictOf(packet);
      const head = readHead(packet.packet);
      if (verdict === undefined || head === undefined) return;
      const at = now();
      const key = `${verdict} ${JSON.stringify(head)}`;
      const last = told.get(key);
      if (last !== undefined && at - last < AGAIN) return;
      if (!hasToken(at)) {
        dropped++;
        return;
      }
      told.delete(key);
      told.set(key, at);
      const [oldest] = told.keys();
      if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest);
      write({ verdict, ...head, rules: rulesOf(packet, sourceOf) });
    },
  };
}

function verdictOf({ userdata }: PacketIn): ConnectionLine["verdict"] | undefined {
  const names = ["allowed", "denied", "audited"] as const;
  return names.find((name) => packetReasons[name] === userdata[0]);
}

function rulesOf({ metadata }: PacketIn, sourceOf: (decision: number) => DecisionSource | undefined): ConnectionLine["rules"] {
  const decisions = metadata.flatMap(({ field, value }) => (field === "reg12" || field === "reg13" ? [Number(value)] : []));
  return [...new Set(decisions)].flatMap((decision) => {
    const source = sourceOf(decision);
    return source === undefined ? [] : [{ rule: source.rule, place: placeText(source.position) }];
  });
}
