/**
 * TCP packet by packet, with the agent's rules and nothing of the reader above them: replies pass, and nothing else does. (What is said
 * of the world matches every address for packets that open nothing, so it is left out here.)
 */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { evaluate } from "../../../../compiler/verdict/evaluate.js";
import type { AgentRule, Side } from "../../../../compiler/target/contiv/read/agent.js";
import { allow, deny } from "../../../support/policy.js";
import type { RuleSketch } from "../../../support/policy.js";
import { emittedRules } from "./emitted.js";
import type { Emitted } from "./emitted.js";

const groups = ["a", "b", "c"];
const services = [80, 443, 8080];
const client = 50_000;
const address = 0x0a_00_00_05;

interface Packet {
  readonly from: string;
  readonly to: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly opening: boolean;
}

function matches(rule: AgentRule, packet: Packet): boolean {
  const holds = ({ group, addresses }: Side, end: string): boolean =>
    (group === undefined || group === end) && (addresses === undefined || (addresses[0] <= address && address <= addresses[1]));
  return (
    holds(rule.source, packet.from) &&
    holds(rule.destination, packet.to) &&
    (rule.protocol === 0 || rule.protocol === 6) &&
    (rule.protocol === 0 || rule.sourcePort === 0 || rule.sourcePort === packet.sourcePort) &&
    (rule.protocol === 0 || rule.destinationPort === 0 || rule.destinationPort === packet.destinationPort) &&
    (!rule.opening || packet.opening)
  );
}

function passes(emitted: Emitted, packet: Packet): boolean {
  const found = emitted.agents.filter((rule) => matches(rule, packet)).sort((a, b) => b.priority - a.priority);
  return found[0]?.allow ?? true;
}

function verdict({ universe }: Emitted, from: string, to: string, port: number): boolean {
  const end = (group: string) => ({ namespace: "t", labels: { app: group }, address: { family: 4 as const, value: address } });
  return evaluate(universe.policy, { source: end(from), destination: end(to), protocol: 6, detail: port }).outcome === "allow";
}

const pairs = groups.flatMap((from) => groups.map((to) => ({ from, to })));

function wrongOpenings(emitted: Emitted): readonly Packet[] {
  return pairs
    .flatMap(({ from, to }) =>
      [...services, client].flatMap((destinationPort) =>
        [...services, client].map((sourcePort) => ({ from, to, sourcePort, destinationPort, opening: true })),
      ),
    )
    .filter((packet) => passes(emitted, packet) !== verdict(emitted, packet.from, packet.to, packet.destinationPort));
}

/**
 * Packets between a service and a client: those of an allowed connection have to pass, and those of a connection that no rule allows must
 * not (a rule that an earlier one overrules lets pass what opens nothing).
 */
function wrongOthers(rules: readonly RuleSketch[]): readonly Packet[] {
  const emitted = emittedRules(rules);
  const generous = emittedRules(rules.filter(({ action }) => action === "allow"));
  return pairs
    .flatMap(({ from, to }) =>
      services.flatMap((port) => [
        { from, to, sourcePort: client, destinationPort: port, opening: false },
        { from, to, sourcePort: port, destinationPort: client, opening: false },
      ]),
    )
    .filter((packet) => {
      const allowedIn = (policy: Emitted): boolean =>
        verdict(policy, packet.from, packet.to, packet.destinationPort) || verdict(policy, packet.to, packet.from, packet.sourcePort);
      return passes(emitted, packet) ? !allowedIn(generous) : allowedIn(emitted);
    });
}

const peer = fc.constantFrom(...groups, "any", "a, b");
const ports = fc.constantFrom("tcp/80", "tcp/443", "tcp/80, tcp/8080", "tcp/79-81");
const rule: fc.Arbitrary<RuleSketch> = fc.oneof(
  fc.tuple(peer, peer, ports).map(([from, to, service]) => allow(from, to, service)),
  fc.tuple(peer, peer, fc.oneof(ports, fc.constant("tcp"), fc.constant(undefined))).map(([from, to, service]) => deny(from, to, service)),
);

describe("TCP, packet by packet", () => {
  it("opens what the source allows, whatever port the client has, and passes the packets of that alone", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 5 }), (rules) => {
        expect(wrongOpenings(emittedRules(rules))).toEqual([]);
        expect(wrongOthers(rules)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("opens what the source allows where everything is allowed by default", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 5 }), (rules) => {
        expect(wrongOpenings(emittedRules(rules, { default: "allow" }))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("lets no server open a connection from its own port", () => {
    const emitted = emittedRules([allow("a", "b", "tcp/80")]);
    expect(passes(emitted, { from: "b", to: "a", sourcePort: 80, destinationPort: 22, opening: true })).toBe(false);
    expect(passes(emitted, { from: "b", to: "a", sourcePort: 80, destinationPort: client, opening: false })).toBe(true);
  });

  it("keeps replies of what another rule allows when a rule denies the way back", () => {
    const emitted = emittedRules([deny("b", "a"), allow("a", "b", "tcp/80")]);
    expect(passes(emitted, { from: "b", to: "a", sourcePort: 80, destinationPort: client, opening: false })).toBe(true);
  });
});
