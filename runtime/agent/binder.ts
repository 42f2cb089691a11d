/**
 * The wanted flows of a node, kept up to date: of a change of the program or of some endpoints only those flows are made again that
 * depend on it. INVARIANT (held by a property test): after any updates the flows are those of `bindNode` for the last input.
 */
import { isDeepStrictEqual } from "node:util";
import { commonFlows, nodeFlows, policingOf, programFlows } from "../../compiler/target/openflow/bind/bind.js";
import { nodeContext } from "../../compiler/target/openflow/bind/context.js";
import type { NodeContext } from "../../compiler/target/openflow/bind/context.js";
import type { BindProblem, Endpoint, InventoryNode } from "../../compiler/target/openflow/bind/inventory.js";
import { blockedProblems, doubleName, ENDPOINT_LIMIT, endpointResolver, settleEndpoint } from "../../compiler/target/openflow/bind/resolve.js";
import type { AddressHolder, EndpointDraft, ResolvedEndpoint } from "../../compiler/target/openflow/bind/resolve.js";
import type { Flow } from "../../compiler/target/openflow/flow.js";
import { hash32, stableIds } from "../../compiler/target/openflow/hash.js";
import type { Policing } from "../../compiler/target/openflow/profiles.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import type { WireFlow } from "../openflow/flows.js";
import { encodeGroup } from "../openflow/groups.js";
import type { WireGroup } from "../openflow/groups.js";
import { flowMaker, flowOwners } from "./owners.js";
import type { OwnedFlow } from "./owners.js";
import { endpointEncoder } from "./stencil.js";
import type { EndpointEncoder } from "./stencil.js";

export interface BindInput {
  readonly program: Program;
  readonly generation: number;
  readonly nodes: readonly InventoryNode[];
  /** The name of this node, which `nodes` has. */
  readonly node: string;
  readonly endpoints: readonly Endpoint[];
}

export interface BindResult {
  /** Places in the tables (`WireFlow.place`) whose flow is another than before this update; nothing where most may be. Good until the next one. */
  readonly touched: () => ReadonlySet<string> | undefined;
  /** Of a round in which most flows came anew: places whose flow was not yielded, or has become another. */
  readonly late: () => Iterable<string>;
  readonly groups: readonly WireGroup[];
  readonly problems: readonly BindProblem[];
  /** Names of endpoints that came, went or changed. */
  readonly endpoints: ReadonlySet<string>;
}

export interface Binder {
  /**
   * Takes an input in. Where most flows may become others, it yields from time to time the flows that came since into places that had none, so
   * that they can be sent while the others are made; no place comes twice, and its flow may still become another. A round that is left before
   * its end is no loss: the next one makes everything anew.
   */
  readonly round: (input: BindInput) => Generator<readonly WireFlow[], BindResult>;
  /** A round from its start to its end. */
  readonly update: (input: BindInput) => BindResult;
  readonly wanted: ReadonlyMap<string, WireFlow>;
  /** What the flows say about the endpoints that have an address. */
  readonly endpointsAt: (address: string) => readonly ResolvedEndpoint[];
  readonly endpointCount: () => number;
  /** Limits on the node's ports. */
  readonly policing: () => readonly Policing[];
}

interface Held {
  readonly endpoint: Endpoint;
  readonly draft?: EndpointDraft;
  entry?: ResolvedEndpoint;
  flows: readonly OwnedFlow[];
}

/** Endpoints between two looks at what there is to send: about a millisecond's work. */
const STRETCH = 64;

const noFlows: readonly OwnedFlow[] = [];

/** Owners of flows that are no endpoint's; no endpoint's name has a NUL. */
const PROGRAM = "\0program";
const NODE = "\0node";
const COMMON = "\0common";

/** What endpoints' flows depend on: all but the rules. */
function endpointPart(program: Program): unknown {
  const { memberships, networks, dimensions, classes, places, impossible, loadBalancers, profiles, fabric } = program;
  const tenants = program.tenants.map(({ id, namespaces }) => ({ id, namespaces }));
  return { tenants, memberships, networks, dimensions, classes, places, impossible, loadBalancers, profiles, fabric };
}

export function makeBinder(): Binder {
  const owners = flowOwners();
  const held = new Map<string, Held>();
  const holders = new Map<string, AddressHolder[]>();
  /** Endpoints whose traffic is limited. */
  const limited = new Map<string, ResolvedEndpoint>();
  const problems = new Map<string, readonly BindProblem[]>();
  let ids = idGiver();
  let last: { readonly input: BindInput; readonly context: NodeContext; readonly encodeEndpoint: EndpointEncoder } | undefined;
  let ownFlows: ReadonlyMap<string, readonly OwnedFlow[]> = new Map();
  let resolve: (endpoint: Endpoint) => EndpointDraft | BindProblem = () => ({ message: "there is no program" });
  let groups: readonly WireGroup[] = [];
  let doubles: readonly BindProblem[] = [];

  const encode = (flows: readonly Flow[], owner: string, generation: number): readonly OwnedFlow[] => flows.map(flowMaker(owner, generation));

  const replaceOwn = (owner: string, flows: readonly Flow[], generation: number): void => {
    const next = encode(flows, owner, generation);
    owners.replace(ownFlows.get(owner) ?? [], next);
    ownFlows = new Map(ownFlows).set(owner, next);
  };

  const forget = (name: string, affected: Set<string>): void => {
    const known = held.get(name);
    if (known === undefined) return;
    for (const { text } of known.draft?.addresses ?? []) {
      const rest = (holders.get(text) ?? []).filter((holder) => holder.name !== name);
      if (rest.length === 0) holders.delete(text);
      else holders.set(text, rest);
      for (const holder of rest) affected.add(holder.name);
    }
    owners.replace(known.flows, []);
    held.delete(name);
    limited.delete(name);
    problems.delete(name);
    ids.release(name);
  };

  const take = (endpoint: Endpoint, affected: Set<string>): void => {
    const draft = resolve(endpoint);
    if ("message" in draft) {
      held.set(endpoint.name, { endpoint, flows: noFlows });
      problems.set(endpoint.name, [draft]);
    } else {
      held.set(endpoint.name, { endpoint, draft, flows: noFlows });
      const holder: AddressHolder = { name: endpoint.name, domain: draft.domain };
      for (const { text } of draft.addresses) {
        const others = holders.get(text);
        if (others !== undefined) for (const other of others) affected.add(other.name);
        holders.set(text, others === undefined ? [holder] : [...others, holder]);
      }
    }
    ids.take(endpoint.name);
  };

  const refresh = (endpoint: Endpoint, affected: Set<string>): void => {
    const known = held.get(endpoint.name);
    if (known !== undefined && (known.endpoint === endpoint || isDeepStrictEqual(known.endpoint, endpoint))) return;
    forget(endpoint.name, affected);
    affected.add(endpoint.name);
    take(endpoint, affected);
  };

  /** Brings endpoints from one list to the next. Of most changes, only the stretch in which the lists differ is looked at. */
  const refreshSome = (old: readonly Endpoint[], next: readonly Endpoint[], affected: Set<string>): void => {
    const span = doubles.length === 0 ? changedSpan(old, next) : undefined;
    if (span !== undefined && [...span.next.keys()].every((name) => span.old.has(name) || !held.has(name))) {
      for (const name of span.old) if (!span.next.has(name)) forget(name, affected);
      for (const endpoint of span.next.values()) refresh(endpoint, affected);
      return;
    }
    const all = byName(next);
    doubles = all.doubles;
    for (const name of [...held.keys()]) if (!all.endpoints.has(name)) forget(name, affected);
    for (const endpoint of all.endpoints.values()) refresh(endpoint, affected);
  };

  const forgetAll = (program: Program): void => {
    owners.clear();
    ownFlows = new Map();
    for (const map of [held, holders, limited, problems]) map.clear();
    ids = idGiver();
    resolve = endpointResolver(program);
  };

  const settle = (name: string, encodeEndpoint: EndpointEncoder, generation: number): void => {
    const known = held.get(name);
    if (known?.draft === undefined) return;
    const entry = settleEndpoint(known.draft, ids.of(name), (text) => holders.get(text) ?? []);
    const flows = encodeEndpoint(entry, name, generation);
    owners.replace(known.flows, flows);
    known.entry = entry;
    if (entry.policing === undefined) limited.delete(name);
    else limited.set(name, entry);
    known.flows = flows;
    const faults = [...known.draft.problems, ...blockedProblems(entry)];
    if (faults.length === 0) problems.delete(name);
    else problems.set(name, faults);
  };

  const inOrder = (): readonly ResolvedEndpoint[] =>
    [...held.keys()].sort().flatMap((name) => {
      const entry = held.get(name)?.entry;
      return entry === undefined ? [] : [entry];
    });

  function* round(input: BindInput): Generator<readonly WireFlow[], BindResult> {
    const { program, generation, node } = input;
    const before = last;
    const sameNode = before !== undefined && before.input.node === node && isDeepStrictEqual(before.input.nodes, input.nodes);
    const sameProgram = before?.input.program === program;
    const context = sameNode && sameProgram ? before.context : nodeContext(program, input.nodes, node);
    if (context === undefined) throw new Error(`the inventory has no node ${node}`);
    const encodeEndpoint = context === before?.context ? before.encodeEndpoint : endpointEncoder(context);
    const moved = before === undefined || before.input.node !== node ? undefined : movedNodes(before.input.nodes, input.nodes);
    const keepsEndpoints =
      before !== undefined &&
      moved !== undefined &&
      !moved.has(node) &&
      (sameProgram || isDeepStrictEqual(endpointPart(before.input.program), endpointPart(program)));
    const unsettled = new Set<string>();
    // Until the round is over there is nothing to build on.
    last = undefined;
    owners.begin(keepsEndpoints ? "some" : "most");
    if (!keepsEndpoints) forgetAll(program);
    if (!keepsEndpoints || !sameProgram) replaceOwn(PROGRAM, programFlows(program), generation);
    if (!sameProgram || !sameNode || before.input.generation !== generation) replaceOwn(NODE, nodeFlows(context), generation);

    if (keepsEndpoints) {
      refreshSome(before.input.endpoints, input.endpoints, unsettled);
      if (moved.size > 0) for (const [name, { endpoint }] of held) if (moved.has(endpoint.node)) unsettled.add(name);
    } else {
      const all = byName(input.endpoints);
      doubles = all.doubles;
      for (const endpoint of all.endpoints.values()) {
        take(endpoint, unsettled);
        // An endpoint that comes later and has the same address makes this one unsettled again.
        settle(endpoint.name, encodeEndpoint, generation);
        if (held.size % STRETCH === 0) yield owners.filled();
      }
    }
    if (!keepsEndpoints) yield owners.filled();
    for (const name of ids.settle(held.keys())) unsettled.add(name);
    for (const name of unsettled) settle(name, encodeEndpoint, generation);

    const hasCommon = program.fabric.arp === "flood" || program.loadBalancers.length > 0;
    if (!sameProgram || !sameNode || (hasCommon && unsettled.size > 0)) {
      const common = commonFlows(context, hasCommon ? inOrder() : []);
      replaceOwn(COMMON, common.flows, generation);
      groups = common.groups.map(encodeGroup);
    }
    last = { input, context, encodeEndpoint };
    const endpoints = keepsEndpoints ? unsettled : new Set(held.keys());
    const late = (): Iterable<string> => new Set([...owners.changed(), ...owners.filled().map(({ place }) => place)]);
    return { touched: owners.touched, late, groups, problems: [...doubles, ...[...problems.values()].flat()], endpoints };
  }

  return {
    round,
    update: (input) => {
      const steps = round(input);
      let next = steps.next();
      while (next.done !== true) next = steps.next();
      return next.value;
    },
    wanted: owners.wanted,
    endpointsAt: (address) => (holders.get(address) ?? []).flatMap(({ name }) => held.get(name)?.entry ?? []),
    endpointCount: () => held.size,
    policing: () => (last === undefined ? [] : policingOf(last.context, [...limited.values()])),
  };
}

/** Names of nodes that came, went or changed. */
function movedNodes(old: readonly InventoryNode[], next: readonly InventoryNode[]): ReadonlySet<string> {
  const before = new Map(old.map((entry) => [entry.name, entry]));
  const moved = new Set(before.keys());
  for (const entry of next) {
    if (isDeepStrictEqual(before.get(entry.name), entry)) moved.delete(entry.name);
    else moved.add(entry.name);
  }
  return moved;
}

/**
 * Where two lists differ when what is the same at their start and end is left out; nothing when a name comes twice in there. Most changes
 * are of one endpoint, and a list of ten thousand need not be looked up name by name for it.
 */
function changedSpan(
  old: readonly Endpoint[],
  next: readonly Endpoint[],
): { readonly old: ReadonlySet<string>; readonly next: ReadonlyMap<string, Endpoint> } | undefined {
  let start = 0;
  while (start < old.length && start < next.length && old[start] === next[start]) start++;
  let end = 0;
  while (end < old.length - start && end < next.length - start && old[old.length - 1 - end] === next[next.length - 1 - end]) end++;
  const middle = next.slice(start, next.length - end);
  const byName = new Map(middle.map((endpoint) => [endpoint.name, endpoint]));
  return byName.size < middle.length ? undefined : { old: new Set(old.slice(start, old.length - end).map(({ name }) => name)), next: byName };
}

/** Of two endpoints of one name the first counts. */
function byName(endpoints: readonly Endpoint[]): { readonly endpoints: ReadonlyMap<string, Endpoint>; readonly doubles: readonly BindProblem[] } {
  const found = new Map<string, Endpoint>();
  const doubles: BindProblem[] = [];
  for (const endpoint of endpoints) {
    if (found.has(endpoint.name)) doubles.push(doubleName(endpoint));
    else found.set(endpoint.name, endpoint);
  }
  return { endpoints: found, doubles };
}

/**
 * The ids of `stableIds`, one by one. As long as every name has the number of its hash, a name's coming and going moves no
 * other's; where two hashes meet, all are given anew, as the order of names then counts.
 */
function idGiver(): {
  readonly take: (name: string) => void;
  readonly release: (name: string) => void;
  readonly of: (name: string) => number;
  /** After some were taken and released: the names whose number is another now. */
  readonly settle: (names: Iterable<string>) => readonly string[];
} {
  const ids = new Map<string, number>();
  /** As signed numbers, which take no object each. */
  const taken = new Set<number>();
  let moved = false;
  let again = false;
  const natural = (name: string): number => (hash32(name) % ENDPOINT_LIMIT) + 1;
  return {
    take: (name) => {
      const id = natural(name);
      if (taken.has(id | 0)) again = true;
      ids.set(name, id);
      taken.add(id | 0);
    },
    release: (name) => {
      const id = ids.get(name);
      ids.delete(name);
      if (id !== undefined) taken.delete(id | 0);
      if (moved) again = true;
    },
    of: (name) => ids.get(name) ?? 0,
    settle: (names) => {
      if (!again) return [];
      again = false;
      const next = stableIds(names, ENDPOINT_LIMIT);
      const changed = [...next].filter(([name, id]) => ids.get(name) !== id).map(([name]) => name);
      ids.clear();
      taken.clear();
      moved = false;
      for (const [name, id] of next) {
        ids.set(name, id);
        taken.add(id | 0);
        if (id !== natural(name)) moved = true;
      }
      return changed;
    },
  };
}
