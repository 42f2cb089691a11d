/**
 * The policy table as sets of flows: what each tenant says, flow by flow in the order in which the switch tries them.
 */
import { allEnds, intersectEnds } from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { allAddresses } from "../../../space/address.js";
import type { Family } from "../../../space/address.js";
import { endBox } from "../../../space/ends.js";
import { flowProduct, intersectFlows } from "../../../space/flows.js";
import type { FlowSet } from "../../../space/flows.js";
import {
  everyService,
  intersectServices,
  protocolService,
  unionAllServices,
  unionServices,
  servicesEqual,
  familyServices,
  hasPorts,
} from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import { registers } from "../registers.js";
import { tables } from "../tables.js";
import type { ReadValue } from "./fields.js";
import type { ReadAction, ReadFlow, TextProblem } from "./flowtext.js";
import { isClause } from "./simulate.js";
import type { EndSpace } from "./space.js";

/** An entry of a tenant's list. */
export interface TableEntry {
  readonly priority: number;
  readonly action: "allow" | "deny";
  readonly cookie: bigint;
  readonly line: number;
  readonly flows: FlowSet;
}

export interface TenantTable {
  /** Highest priority first; at one priority what wins over the rest comes first. */
  readonly entries: readonly TableEntry[];
  readonly problems: readonly TextProblem[];
}

/** One flow's match, cut into the three dimensions. */
interface Piece {
  readonly sourceKey: string;
  readonly destinationKey: string;
  readonly source: EndSet;
  readonly destination: EndSet;
  readonly v4: ServiceSet;
  readonly v6: ServiceSet;
}

class Unclear extends Error {}

const family4 = endBox({ addresses: { v4: allAddresses.v4, v6: [] } });
const family6 = endBox({ addresses: { v4: [], v6: allAddresses.v6 } });

/** The policy table's flows that packets meet for a tenant, in order. Nearly all flows are for one tenant alone, so that each is looked at once. */
export function flowsByTenant(flows: readonly ReadFlow[]): (tenant: number) => readonly ReadFlow[] {
  const own = new Map<number, ReadFlow[]>();
  const shared: ReadFlow[] = [];
  for (const flow of flows) {
    if (flow.table !== tables.policy) continue;
    const asked = flow.match.get(registers.tenant.field);
    if (asked === undefined || (asked.mask & 0xffffn) !== 0xffffn) {
      shared.push(flow);
      continue;
    }
    const tenant = Number(asked.value & 0xffffn);
    const known = own.get(tenant);
    if (known === undefined) own.set(tenant, [flow]);
    else known.push(flow);
  }
  return (tenant) => {
    const all = own.get(tenant) ?? [];
    return shared.length === 0 ? all : [...all, ...shared.filter((flow) => asksFor(flow, tenant))].sort((a, b) => a.line - b.line);
  };
}

/** Reads the policy table for one tenant: `own` is what packets meet for it. */
export function tenantTable(space: EndSpace, own: readonly ReadFlow[]): TenantTable {
  const problems: TextProblem[] = [];
  const cache = new Map<ReadValue, AskedEnds>();
  const piecesOf = (list: readonly ReadFlow[]): readonly Piece[] =>
    list.flatMap((flow) => {
      try {
        return readPiece(space, flow, cache) ?? [];
      } catch (error) {
        if (!(error instanceof Unclear)) throw error;
        problems.push({ line: flow.line, message: error.message });
        return [];
      }
    });

  const entries: TableEntry[] = [];
  for (const flow of own.filter(isClause)) {
    const ids = flow.actions.flatMap((action) => (action.kind === "conjunction" ? [action.id] : []));
    // OVS counts matching flows before it counts clauses (`min_n_clauses` in classifier.c).
    if (new Set(ids).size < ids.length) problems.push({ line: flow.line, message: "one flow cannot be two clauses of one conjunction" });
  }
  for (const [priority, level] of byPriority(own)) {
    const plain = level.filter((flow) => !isClause(flow) && !flow.match.has("conj_id"));
    for (const group of groupFlows(plain)) {
      const verdict = verdictOf(group[0]);
      if (verdict === undefined)
        problems.push({ line: group[0].line, message: "a flow of the policy table has to note a decision and nothing else" });
      else entries.push({ priority, action: verdict, cookie: group[0].cookie, line: group[0].line, flows: toFlows(piecesOf(group)) });
    }
    for (const [id, clauses] of conjunctionsOf(level)) {
      const { of, byClause, line } = clauses;
      const action = level.find((flow) => !isClause(flow) && flow.match.get("conj_id")?.value === id);
      const verdict = action === undefined ? undefined : verdictOf(action);
      const clean = action !== undefined && [...action.match.keys()].every((field) => field === "conj_id" || field === registers.tenant.field);
      if (action === undefined || verdict === undefined || !clean) {
        problems.push({ line, message: `conjunction ${id} has no action flow at its priority that holds for all of it` });
        continue;
      }
      const dimensions = Array.from({ length: of }, (_, index) => byClause.get(index + 1) ?? []);
      const sets = dimensions.map((list) => toFlows(piecesOf(list)));
      entries.push({
        priority,
        action: verdict,
        cookie: action.cookie,
        line: action.line,
        flows: sets.reduce((all, set) => intersectFlows(all, set)),
      });
    }
  }
  return { entries, problems };
}

function asksFor(flow: ReadFlow, tenant: number): boolean {
  const asked = flow.match.get(registers.tenant.field);
  if (asked === undefined) return true;
  return (BigInt(tenant) & asked.mask) === (asked.value & 0xffffn);
}

function byPriority(flows: readonly ReadFlow[]): readonly (readonly [number, readonly ReadFlow[]])[] {
  const levels = new Map<number, ReadFlow[]>();
  for (const flow of flows) {
    const known = levels.get(flow.priority);
    if (known === undefined) levels.set(flow.priority, [flow]);
    else known.push(flow);
  }
  return [...levels].sort(([a], [b]) => b - a);
}

/** Flows with one cookie and one effect are read together. */
function groupFlows(flows: readonly ReadFlow[]): readonly (readonly ReadFlow[])[] {
  const groups: ReadFlow[][] = [];
  const byEffect = { allow: new Map<bigint, ReadFlow[]>(), deny: new Map<bigint, ReadFlow[]>(), none: new Map<bigint, ReadFlow[]>() };
  for (const flow of flows) {
    const effect = byEffect[verdictOf(flow) ?? "none"];
    const known = effect.get(flow.cookie);
    if (known !== undefined) {
      known.push(flow);
      continue;
    }
    const group = [flow];
    effect.set(flow.cookie, group);
    groups.push(group);
  }
  return groups;
}

interface ReadConjunction {
  readonly of: number;
  readonly byClause: Map<number, ReadFlow[]>;
  readonly line: number;
}

function conjunctionsOf(level: readonly ReadFlow[]): ReadonlyMap<bigint, ReadConjunction> {
  const found = new Map<bigint, ReadConjunction>();
  for (const flow of level) {
    for (const action of flow.actions) {
      if (action.kind !== "conjunction") continue;
      const entry = found.get(action.id) ?? { of: action.of, byClause: new Map(), line: flow.line };
      found.set(action.id, entry);
      entry.byClause.set(action.clause, [...(entry.byClause.get(action.clause) ?? []), flow]);
    }
  }
  return found;
}

/** A flow of the policy table may write notes for the verdict, and nothing that sends the packet elsewhere. */
function verdictOf(flow: ReadFlow): "allow" | "deny" | undefined {
  let denied = false;
  for (const action of flow.actions) {
    if (!isNote(action)) return undefined;
    if (action.kind === "set" && action.field === registers.denied.field && (action.value.value & (1n << BigInt(registers.denied.offset))) !== 0n)
      denied = true;
  }
  return denied ? "deny" : "allow";
}

const noteFields = new Set<string>([registers.decision.field, registers.denied.field]);
const noteBits = [registers.denied, registers.logged, registers.audited].reduce((mask, { offset }) => mask | (1n << BigInt(offset)), 0n);

function isNote(action: ReadAction): boolean {
  if (action.kind !== "set" || !noteFields.has(action.field)) return false;
  return action.field !== registers.denied.field || (action.value.mask & ~noteBits) === 0n;
}

/** What a match on a field says of the ends of a flow: nothing of a side whose field it is not. */
interface AskedEnds {
  readonly source: EndSet | undefined;
  readonly destination: EndSet | undefined;
  /** Tells it from others. */
  readonly number: number;
}

/** The match of a flow, or nothing when no packet of IP can meet it. */
function readPiece(space: EndSpace, flow: ReadFlow, cache: Map<ReadValue, AskedEnds>): Piece | undefined {
  const sides = { source: "", destination: "" };
  const ends: { source: EndSet; destination: EndSet } = { source: allEnds, destination: allEnds };
  let type: bigint | undefined;
  let protocol: bigint | undefined;
  const details: [string, ReadValue][] = [];
  for (const [field, value] of flow.match) {
    if (field === "conj_id" || field === registers.tenant.field) {
      if (field === registers.tenant.field && value.mask >> 16n !== 0n) throw new Unclear("the policy table does not look at the network");
      continue;
    }
    if (field === "dl_type") type = value.value;
    else if (field === "nw_proto") protocol = value.value;
    else if (field === "tp_dst" || field === "icmp_type" || field === "icmp_code") details.push([field, value]);
    else {
      const asked = cache.get(value) ?? {
        source: space.endsOf("source", field, value),
        destination: space.endsOf("destination", field, value),
        number: cache.size,
      };
      cache.set(value, asked);
      if (asked.source === undefined && asked.destination === undefined) throw new Unclear(`the reader cannot tell which flows have such a ${field}`);
      for (const side of ["source", "destination"] as const) {
        const found = asked[side];
        if (found === undefined || found === allEnds) continue;
        sides[side] += `${asked.number};`;
        ends[side] = ends[side] === allEnds ? found : intersectEnds(ends[side], found);
      }
    }
  }
  const services = readServices(protocol, details);
  const [v4, v6] = [type === undefined || type === 0x0800n, type === undefined || type === 0x86ddn];
  return {
    sourceKey: sides.source,
    destinationKey: sides.destination,
    source: ends.source,
    destination: ends.destination,
    v4: v4 ? intersectServices(services, familyServices(4)) : [],
    v6: v6 ? intersectServices(services, familyServices(6)) : [],
  };
}

/** Points of the service line that a protocol, port and ICMP match take. */
function readServices(protocol: bigint | undefined, details: readonly (readonly [string, ReadValue])[]): ServiceSet {
  if (protocol === undefined) {
    if (details.length > 0) throw new Unclear("ports mean nothing without a protocol");
    return everyService;
  }
  const number = Number(protocol);
  const base = number * 65536;
  let found = protocolService(number);
  for (const [field, { value, mask }] of details) {
    if ((field === "tp_dst") !== hasPorts(number)) throw new Unclear(`protocol ${number} has no ${field}`);
    found = intersectServices(
      found,
      maskedPoints(base, field === "icmp_type" ? Number(value) << 8 : Number(value), field === "icmp_type" ? Number(mask) << 8 : Number(mask)),
    );
  }
  return found;
}

/** All `base + x`, x in 0..65535, with `x & mask == value`. */
function maskedPoints(base: number, value: number, mask: number): ServiceSet {
  const free = 0xffff & ~mask;
  // The low free bits make up ranges, the others repeat them.
  const low = free & ~(free + 1) & ((free ^ (free + 1)) >>> 1);
  const high = free & ~low;
  const ranges: ServiceSet[] = [];
  for (let part = high; ; part = (part - 1) & high) {
    ranges.push([base + (value | part), base + (value | part) + low]);
    if (part === 0) break;
  }
  return unionAllServices(ranges);
}

/** Pieces that differ in the service only become one box where the families allow it. */
function toFlows(pieces: readonly Piece[]): FlowSet {
  const groups = new Map<string, Piece>();
  for (const piece of pieces) {
    const key = `${piece.sourceKey}|${piece.destinationKey}`;
    const known = groups.get(key);
    groups.set(key, known === undefined ? piece : { ...known, v4: unionServices(known.v4, piece.v4), v6: unionServices(known.v6, piece.v6) });
  }
  return [...groups.values()].flatMap((piece) => boxes(piece));
}

/** Leaves the ends' own boxes as they are where that says the same: indexes know boxes by identity. */
function boxes({ source, destination, v4, v6 }: Piece): FlowSet {
  const both = unionServices(v4, v6);
  const agrees = (family: Family, services: ServiceSet): boolean =>
    servicesEqual(intersectServices(both, familyServices(family)), services) || !hasFamily(source, family) || !hasFamily(destination, family);
  if (agrees(4, v4) && agrees(6, v6)) return flowProduct(source, destination, both);
  const only = (family: typeof family4, services: ServiceSet): FlowSet =>
    family === undefined ? [] : flowProduct(source === allEnds ? [family] : intersectEnds(source, [family]), destination, services);
  return [...only(family4, v4), ...only(family6, v6)];
}

function hasFamily(ends: EndSet, family: Family): boolean {
  return ends.some((box) => (family === 4 ? box.addresses.v4 : box.addresses.v6).length > 0);
}
