/**
 * Who is asked: the tables around the policy table, read by running packets through them.
 */
import { connectionState } from "./fields.js";
import type { ReadAction, ReadFlow } from "./flowtext.js";
import { makeTables, simulate } from "./simulate.js";
import type { Packet, Tables } from "./simulate.js";
import type { Program } from "../program.js";
import { registers } from "../registers.js";
import type { BitField } from "../registers.js";
import { tables } from "../tables.js";

/** Who is asked for a pair of sets of tenants, by their ids (0: none). */
export interface Dispatch {
  readonly asked: (source: number, destination: number) => readonly number[];
  /** Pairs that a flow speaks of by name; any other asks whom its two sides ask by themselves. */
  readonly pairs: readonly (readonly [source: number, destination: number])[];
  readonly problems: readonly string[];
}

const ASKED = "asked ";
const FORWARD = "forward";

/** The packet with a number in some bits of a field. */
export function withBits(packet: Packet, bits: BitField, value: number): Packet {
  const shift = BigInt(bits.offset);
  return new Map(packet).set(bits.field, ((packet.get(bits.field) ?? 0n) & ~(((1n << BigInt(bits.width)) - 1n) << shift)) | (BigInt(value) << shift));
}

/** Ethernet types of IPv4 and IPv6. */
export const families = [0x0800n, 0x86ddn];

/** The tables around the policy table, which is left empty. */
export function tablesAround(flows: readonly ReadFlow[]): Tables {
  // Counting flows do nothing; then there is no need to look through all of them.
  const idle = flows.every((flow) => flow.table !== tables.account || flow.actions.every((action) => action.kind === "drop"));
  return makeTables([...flows.filter((flow) => flow.table !== tables.policy && !(idle && flow.table === tables.account)), ...forwardMarker]);
}

/**
 * A tenant counts as asked when the packet comes to the policy table for it and its "no" there drops the packet. That is tried out,
 * with other flows in the policy table's place.
 */
export function readDispatch(program: Program, flows: readonly ReadFlow[], around: Tables): Dispatch {
  const recording = withPolicy(
    around,
    program.tenants.map(({ id }) => tenantFlow(id, [{ kind: "output", text: `${ASKED}${id}` }])),
  );
  const cache = new Map<number, readonly number[]>();
  const problems: string[] = [];
  const asked = (source: number, destination: number): readonly number[] => {
    const key = source * 0x10000 + destination;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const packet = withBits(
      withBits(new Map([["dl_type", families[0]]]), registers.sourceMembers, source),
      registers.destinationMembers,
      destination,
    );
    const { outputs } = simulate(recording, packet, tables.askSource);
    if (!outputs.includes(FORWARD)) problems.push(`a flow from tenants ${source} to ${destination} is dropped although no tenant says so`);
    const met = outputs.flatMap((text) => (text.startsWith(ASKED) ? [Number(text.slice(ASKED.length))] : []));
    const found = met.filter(
      (tenant) => simulate(withPolicy(around, [tenantFlow(tenant, [refusal])]), packet, tables.askSource).outputs.length === 0,
    );
    cache.set(key, found);
    return found;
  };
  const { pairs, odd } = namedPairs(flows);
  return { asked, pairs, problems: [...odd, ...stateProblems(around), ...verdictProblems(around), ...problems] };
}

function withPolicy(around: Tables, policy: readonly ReadFlow[]): Tables {
  return new Map(around).set(tables.policy, policy);
}

/** Flows between the policy's tables that match on both sets of tenants at once. */
function namedPairs(flows: readonly ReadFlow[]): Pick<Dispatch, "pairs"> & { readonly odd: readonly string[] } {
  const inside = new Set<number>([tables.askSource, tables.askDestination, tables.verdict]);
  const pairs: (readonly [number, number])[] = [];
  const odd: string[] = [];
  for (const flow of flows) {
    const members = flow.match.get(registers.sourceMembers.field);
    if (!inside.has(flow.table) || members === undefined) continue;
    if (members.mask === 0xffffffffn) pairs.push([Number(members.value & 0xffffn), Number(members.value >> 16n)]);
    else if (members.mask !== 0xffffn && members.mask !== 0xffff0000n) odd.push(`the flow of line ${flow.line} matches a part of a set of tenants`);
  }
  return { pairs, odd };
}

const flow = (table: number, match: ReadFlow["match"], actions: ReadFlow["actions"]): ReadFlow => ({
  table,
  priority: 1,
  cookie: 0n,
  match,
  actions,
  line: 0,
});

/** The policy files end where forwarding begins; getting there is what counts. */
const forwardMarker: readonly ReadFlow[] = [flow(tables.forward, new Map(), [{ kind: "output", text: FORWARD }])];

function tenantFlow(tenant: number, actions: ReadFlow["actions"]): ReadFlow {
  const { field, offset, width } = registers.tenant;
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(offset);
  return flow(tables.policy, new Map([[field, { value: BigInt(tenant) << BigInt(offset), mask }]]), actions);
}

const deniedBit = 1n << BigInt(registers.denied.offset);
const refusal: ReadAction = { kind: "set", field: registers.denied.field, value: { value: deniedBit, mask: deniedBit } };

/** What connection states have to lead to: the policy for first packets, and no way past it but for allowed connections. */
function stateProblems(list: Tables): readonly string[] {
  const run = (names: readonly string[], mark: bigint, family: bigint): { readonly policy: boolean; readonly out: boolean } => {
    const packet: Packet = new Map([
      ["dl_type", family],
      ["ct_mark", mark],
    ]);
    const { tables: visited, outputs } = simulate(list, packet, tables.track, [connectionState(names)]);
    return { policy: visited.includes(tables.askSource), out: outputs.length > 0 };
  };
  return families.flatMap((family) => {
    const say = (wrong: boolean, message: string): readonly string[] => (wrong ? [message] : []);
    const fresh = run(["trk", "new"], 0n, family);
    const reply = run(["trk", "est", "rpl"], 1n, family);
    const established = run(["trk", "est"], 1n, family);
    const related = run(["trk", "rel"], 1n, family);
    const unasked = [
      run(["trk", "est", "rpl"], 0n, family),
      run(["trk", "rel"], 0n, family),
      run(["trk", "inv"], 0n, family),
      run(["trk", "inv"], 1n, family),
    ];
    return [
      ...say(!fresh.policy || !fresh.out, "first packets do not come to the policy"),
      ...say(reply.policy || !established.out || !related.out, "packets of allowed connections do not pass"),
      ...say(
        unasked.some(({ out }) => out),
        "packets pass that belong to no allowed connection",
      ),
    ];
  });
}

/** A denied packet goes nowhere, one that is not denied goes on, whatever else is noted about it. */
function verdictProblems(list: Tables): readonly string[] {
  const notes = [registers.logged, registers.fromNode, registers.audited];
  const combinations = notes.reduce<readonly Packet[]>(
    (packets, bit) => packets.flatMap((packet) => [packet, withBits(packet, bit, 1)]),
    families.map((type) => new Map([["dl_type", type]])),
  );
  const wrong = combinations.some(
    (packet) =>
      simulate(list, withBits(packet, registers.denied, 1), tables.verdict).outputs.length > 0 ||
      simulate(list, packet, tables.verdict).outputs.length === 0,
  );
  return wrong ? ["the verdict table does not do what the policy table decided"] : [];
}
