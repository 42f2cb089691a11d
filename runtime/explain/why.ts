/**
 * What happens to a new connection on this node, and why: the switch's own flows, read from it now, are followed as a packet would
 * follow them, and what decided is led back to the rule at its file and line.
 */
import type { Endpoint } from "../../compiler/target/openflow/bind/inventory.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import { registers } from "../../compiler/target/openflow/registers.js";
import type { BitField } from "../../compiler/target/openflow/registers.js";
import { lookUp, simulate } from "../../compiler/target/openflow/read/simulate.js";
import type { Packet, Run } from "../../compiler/target/openflow/read/simulate.js";
import { tableName, tables as numbers } from "../../compiler/target/openflow/tables.js";
import type { FlowStatistics } from "../openflow/flows.js";
import type { WireGroup } from "../openflow/groups.js";
import { cookieParts } from "../openflow/flows.js";
import { decisionSources, placeText } from "../service/sourcemap.js";
import { arrivalOf, packetFields } from "./packet.js";
import type { Arrival } from "./packet.js";
import { presentTables } from "./present.js";
import type { PresentTables } from "./present.js";
import { providedPackets, TRANSLATED } from "./provider.js";
import type { ConnectionQuestion } from "./question.js";

export interface DecidingRule {
  readonly rule: string;
  readonly text: string;
  readonly place: string;
  readonly action: "allow" | "deny";
  readonly audit: boolean;
  /** The flow in the policy table that gives the decision, and its counters. */
  readonly flow?: { readonly text: string; readonly packets: number; readonly bytes: number };
  /** All packets of connections that the rule let pass. */
  readonly account?: { readonly packets: number; readonly bytes: number };
}

export interface Way {
  readonly verdict: "allowed" | "denied" | "dropped";
  /** Where it goes: `output:2`; empty when it goes nowhere. */
  readonly outputs: readonly string[];
  /** What decided, on the side of the source first. None where the packet never came to the policy. */
  readonly rules: readonly DecidingRule[];
  /** The tables the packet went through. */
  readonly way: readonly string[];
}

/** What becomes of a connection to a service address with one of its providers. */
export interface ProviderWay extends Way {
  readonly address: string;
  readonly port: number;
  /** The endpoint that has the address, where one is known. */
  readonly endpoint?: string;
}

export interface Explanation extends Omit<Way, "verdict"> {
  /** `mixed`: it depends on the provider. */
  readonly verdict: Way["verdict"] | "mixed";
  readonly arrives: string;
  /** Where the destination is a service address: its providers, of which the switch chooses one for each connection. */
  readonly providers?: readonly ProviderWay[];
}

/** Connection state of a first packet: new and tracked (`ovs-fields(7)`, `ct_state`). */
const NEW = 0x21n;

export interface Explainable {
  readonly question: ConnectionQuestion;
  readonly node: string;
  readonly program: Program;
  readonly flows: readonly FlowStatistics[];
  readonly groups: readonly WireGroup[];
  readonly endpoints: readonly Endpoint[];
}

/** @throws QuestionError where the connection does not touch this node. */
export function explain({ question, node, program, flows, groups, endpoints }: Explainable): Explanation & { readonly arrival: Arrival } {
  const present = presentTables(flows);
  const arrival = arrivalOf(question, node, program, present.tables);
  const fields = packetFields(question, arrival, program);
  const run = simulate(present.tables, fields, numbers.input, [NEW, NEW, NEW]);
  const first = { arrival, arrives: arrival.by };
  const provided = providedPackets(run, groups);
  if (provided.length === 0) return { ...first, ...wayOf(run, program, present) };
  const nameOf = (address: string): string | undefined => endpoints.find(({ addresses }) => addresses.includes(address))?.name;
  const providers = provided.map(({ address, port, table, packet }): ProviderWay => {
    const on = simulate(present.tables, packet, table, [TRANSLATED, TRANSLATED]);
    const endpoint = nameOf(address);
    return { address, port, ...(endpoint === undefined ? {} : { endpoint }), ...wayOf(on, program, present) };
  });
  const verdicts = new Set(providers.map(({ verdict }) => verdict));
  return { ...first, verdict: verdicts.size === 1 ? providers[0].verdict : "mixed", outputs: [], rules: [], way: tablesOf(run), providers };
}

const tablesOf = (run: Run): readonly string[] => [...new Set(run.tables)].map(tableName);

function wayOf(run: Run, program: Program, present: PresentTables): Way {
  // A group that the switch has no longer leads nowhere.
  const outputs = run.outputs.filter((output) => !output.startsWith("group:"));
  const decisions = [registers.sourceDecision, registers.destinationDecision].map((field) => Number(bitsOf(run.packet, field)));
  const rules = [...new Set(decisions)].flatMap((decision) => ruleOf(decision, program, present, run.packet));
  const denied = bitsOf(run.packet, registers.denied) === 1n;
  return {
    verdict: outputs.length > 0 ? "allowed" : denied ? "denied" : "dropped",
    outputs,
    rules,
    way: tablesOf(run),
  };
}

function ruleOf(decision: number, program: Program, present: PresentTables, packet: Packet): readonly DecidingRule[] {
  const source = decisionSources(program).find((entry) => entry.decision === decision);
  if (source === undefined) return [];
  const { rule, text, position, action, audit } = source;
  const tenant = program.tenants.find(({ name }) => name === source.tenant)?.id ?? 0;
  const asked = new Map(packet).set(registers.tenant.field, withBits(packet, registers.tenant, BigInt(tenant)));
  const found = lookUp(present.tables.get(numbers.policy) ?? [], asked).flow;
  const flow = found === undefined ? undefined : present.flowOf(found);
  const counted = (present.tables.get(numbers.account) ?? []).find(({ cookie }) => idOf(cookie) === decision);
  const account = counted === undefined ? undefined : present.flowOf(counted)?.statistics;
  return [
    {
      rule,
      text,
      place: placeText(position),
      action,
      audit,
      ...(flow === undefined ? {} : { flow: { text: flow.text, packets: flow.statistics.packets, bytes: flow.statistics.bytes } }),
      ...(account === undefined ? {} : { account: { packets: account.packets, bytes: account.bytes } }),
    },
  ];
}

function idOf(cookie: bigint): number | undefined {
  return cookieParts({ high: Number(cookie >> 32n), low: Number(cookie & 0xffffffffn) })?.id;
}

function bitsOf(packet: Packet, { field, offset, width }: BitField): bigint {
  return ((packet.get(field) ?? 0n) >> BigInt(offset)) & ((1n << BigInt(width)) - 1n);
}

function withBits(packet: Packet, { field, offset, width }: BitField, value: bigint): bigint {
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(offset);
  return ((packet.get(field) ?? 0n) & ~mask) | (value << BigInt(offset));
}
