/**
 * Small worlds: every policy up to a size over a small alphabet, and every end and flow that such a policy could tell apart.
 * In the manner of OVN's exhaustive expression tests: what holds on all of these seldom fails elsewhere.
 */
import type { Action, Peer, PeerExpression, Policy } from "../../compiler/policy/model.js";
import { isPossibleEnd } from "../../compiler/policy/universe.js";
import type { Universe } from "../../compiler/policy/universe.js";
import type { Address, AddressSet } from "../../compiler/space/address.js";
import type { End } from "../../compiler/space/ends.js";
import type { Flow } from "../../compiler/space/flows.js";
import { familyServices, containsService, hasPorts, isIcmp, pointDetail, pointProtocol, servicePoint } from "../../compiler/space/service.js";
import type { ServiceSet } from "../../compiler/space/service.js";
import { belongs, inExpression, inGroup } from "../../compiler/verdict/evaluate.js";
import type { PolicySketch, RuleSketch, TenantSketch } from "./policy.js";

/** What the rules of the policies are made of. */
export interface Alphabet {
  /** Tenants to fill with rules; the rules go to the first, one policy block. */
  readonly skeletons: readonly PolicySketch[];
  readonly peers: readonly string[];
  /** `undefined` stands for every service. */
  readonly services: readonly (string | undefined)[];
  readonly defaults: readonly Action[];
}

/** All policies with exactly `rules` rules over an alphabet, by number. */
export interface SmallWorld {
  readonly size: number;
  /** The sketch with this number, 0..size-1. */
  readonly at: (index: number) => PolicySketch;
}

const skeleton = (tenant: Omit<TenantSketch, "name">, others: readonly TenantSketch[] = [], externals?: PolicySketch["externals"]): PolicySketch => ({
  tenants: [{ name: "t", ...tenant }, ...others],
  ...(externals === undefined ? {} : { externals }),
});

/** Groups `a` and `b` in every skeleton: disjoint, overlapping, nested, machines, two tenants with one subnet. */
export const smallAlphabet: Alphabet = {
  skeletons: [
    skeleton({ networks: { net: "10.0.0.0/24" }, groups: { a: { match: "app=a", in: "net" }, b: { match: "app=b", in: "net" } } }),
    skeleton({ networks: { net: "10.0.0.0/24" }, groups: { a: { match: "app=a", in: "net" }, b: { match: "tier=b", in: "net" } } }),
    skeleton({ networks: { net: "10.0.0.0/24" }, groups: { a: { match: "app=a" }, b: { match: "app=a, tier!=b" } } }),
    skeleton({ groups: { a: { match: "app in (a|c)" }, b: { hosts: "192.0.2.1" } } }, [], { office: "198.51.100.0/24" }),
    skeleton({
      networks: { net: "10.0.0.0/24, fd00::/64" },
      groups: { a: { match: "app=a", in: "net" }, b: { match: "not app", hosts: "10.0.0.8" } },
    }),
    skeleton({ networks: { net: "10.0.0.0/24" }, groups: { a: { match: "app=a" }, b: { match: "app=b" } } }, [
      {
        name: "u",
        networks: { net: "10.0.0.0/25" },
        groups: { b: { match: "app=b" } },
        exports: ["b"],
        policies: [{ name: "own", rules: [{ action: "allow", from: "t/a", to: "b", service: "tcp/80" }] }],
      },
    ]),
  ],
  peers: ["any", "world", "a", "b", "any except a", "198.51.100.0/25"],
  services: [undefined, "tcp/80", "tcp/80-81, udp/53"],
  defaults: ["deny", "allow"],
};

/** Every policy with exactly `rules` rules: `skeletons * defaults * (2 * peers^2 * services)^rules` of them. */
export function smallWorld(alphabet: Alphabet, rules: number): SmallWorld {
  const { skeletons, peers, services, defaults } = alphabet;
  const actions: readonly Action[] = ["allow", "deny"];
  const size = skeletons.length * defaults.length * (actions.length * peers.length ** 2 * services.length) ** rules;
  const at = (index: number): PolicySketch => {
    let rest = index;
    const pick = <T>(from: readonly T[]): T => {
      const picked = from[rest % from.length];
      rest = Math.floor(rest / from.length);
      return picked;
    };
    const chosen = pick(skeletons);
    const defaultAction = pick(defaults);
    const made = Array.from({ length: rules }, (): RuleSketch => {
      const service = pick(services);
      return { action: pick(actions), from: pick(peers), to: pick(peers), ...(service === undefined ? {} : { service }) };
    });
    const [first, ...others] = chosen.tenants;
    return { ...chosen, tenants: [{ ...first, default: defaultAction, policies: [{ name: "p", rules: made }] }, ...others] };
  };
  return { size, at };
}

/** `count` policies of a small world, spread evenly over it; all of them when it has no more. */
export function* sampleWorld(world: SmallWorld, count: number): Generator<PolicySketch> {
  // A step that is odd and no multiple of the alphabet's small sizes walks through all positions of every wheel.
  const step = Math.max(1, Math.floor(world.size / count)) | 1;
  for (let taken = 0, index = 0; taken < Math.min(count, world.size); taken++, index = (index + step) % world.size) yield world.at(index);
}

interface Alphabets {
  readonly addressSets: readonly AddressSet[];
  readonly serviceSets: readonly ServiceSet[];
  readonly labelValues: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Everything in the policy that tells ends and services apart. */
function alphabetsOf(universe: Universe): Alphabets {
  const { policy, surroundings } = universe;
  const addressSets: AddressSet[] = [policy.externals, surroundings.podAddresses];
  const serviceSets: ServiceSet[] = [];
  const labelValues = new Map<string, Set<string>>();
  const visitPeer = (peer: Peer): void => {
    if (peer.kind === "addresses") addressSets.push(peer.addresses);
    else if (peer.kind === "set") visit(peer.expression);
  };
  const visit = (expression: PeerExpression): void => [...expression.include, ...expression.except].forEach(visitPeer);
  const claims = [...policy.tenants.flatMap((tenant) => tenant.rules), ...policy.tests.flatMap((test) => test.expectations)];
  for (const claim of claims) {
    visit(claim.source);
    visit(claim.destination);
    serviceSets.push(claim.service.services);
  }
  for (const tenant of policy.tenants) {
    addressSets.push(...tenant.networks.map((network) => network.addresses), ...tenant.groups.map((group) => group.hosts));
    for (const group of tenant.groups) {
      for (const [key, set] of group.selector?.labels ?? []) {
        const known = labelValues.get(key) ?? new Set();
        set.values.forEach((value) => known.add(value));
        labelValues.set(key, known);
      }
    }
  }
  return { addressSets, serviceSets, labelValues };
}

/** One address of every part into which the sets cut the address space: the first, and for the last part the last as well. */
export function representativeAddresses(sets: readonly AddressSet[]): readonly Address[] {
  const v4 = new Set<number>([0, 0xffff_ffff]);
  const v6 = new Set<bigint>([0n, (1n << 128n) - 1n]);
  for (const set of sets) {
    for (let i = 0; i < set.v4.length; i += 2) {
      v4.add(set.v4[i]);
      if (set.v4[i + 1] < 0xffff_ffff) v4.add(set.v4[i + 1] + 1);
    }
    for (let i = 0; i < set.v6.length; i += 2) {
      v6.add(set.v6[i]);
      if (set.v6[i + 1] < (1n << 128n) - 1n) v6.add(set.v6[i + 1] + 1n);
    }
  }
  return [...[...v4].map((value): Address => ({ family: 4, value })), ...[...v6].map((value): Address => ({ family: 6, value }))];
}

/** The first and the last service point of every part into which the sets cut the services, and one of every protocol with a name. */
export function representativeServices(sets: readonly ServiceSet[]): readonly number[] {
  const points = new Set([
    servicePoint(6, 1),
    servicePoint(17, 1),
    servicePoint(132, 1),
    servicePoint(1, 0),
    servicePoint(58, 0),
    servicePoint(47, 0),
  ]);
  for (const set of sets) {
    for (let i = 0; i < set.length; i += 2) {
      points.add(set[i]);
      points.add(set[i + 1]);
      if (set[i + 1] < 255 * 65536 + 65535) points.add(set[i + 1] + 1);
    }
  }
  // A flow of a protocol without ports has detail 0, and ICMP is told apart by type only.
  const usual = [...points].map((point) => {
    const protocol = pointProtocol(point);
    return hasPorts(protocol) ? point : servicePoint(protocol, isIcmp(protocol) ? pointDetail(point) & 0xff00 : 0);
  });
  return [...new Set(usual)];
}

function labelCombinations(labelValues: Alphabets["labelValues"]): readonly Readonly<Record<string, string>>[] {
  let out: Readonly<Record<string, string>>[] = [{}];
  for (const [key, known] of labelValues) {
    out = out.flatMap((labels) => [labels, ...[...known, "other"].map((value) => ({ ...labels, [key]: value }))]);
  }
  return out;
}

/**
 * Every end that the policy could tell apart and that can exist: each namespace (one of no tenant, and none, included) with each
 * combination of the labels it asks for and each representative address.
 */
export function interestingEnds(universe: Universe): readonly End[] {
  const { addressSets, labelValues } = alphabetsOf(universe);
  const combinations = labelCombinations(labelValues);
  const namespaces = [...universe.tenantOfNamespace.keys(), "elsewhere"];
  const out: End[] = [];
  for (const at of representativeAddresses(addressSets)) {
    out.push({ labels: {}, address: at });
    for (const namespace of namespaces) for (const labels of combinations) out.push({ namespace, labels, address: at });
  }
  return out.filter((end) => isPossibleEnd(universe, end));
}

/** A service of every part into which the policy cuts the services. */
export function interestingServices(universe: Universe): readonly number[] {
  return representativeServices(alphabetsOf(universe).serviceSets);
}

/** Every flow between interesting ends over every interesting service that its family can carry. */
export function* interestingFlows(universe: Universe, ends: readonly End[] = interestingEnds(universe)): Generator<Flow> {
  const points = interestingServices(universe);
  for (const source of ends) {
    for (const destination of ends) {
      if (source.address.family !== destination.address.family) continue;
      for (const point of points) {
        if (!containsService(familyServices(source.address.family), point)) continue;
        yield { source, destination, protocol: pointProtocol(point), detail: pointDetail(point) };
      }
    }
  }
}

/**
 * The ends with those left out that `tell` cannot tell from an earlier one, for tests that cannot afford every pair.
 * `tell` gives all that matters about an end, as a text.
 */
export function distinctEnds(ends: readonly End[], tell: (end: End) => string): readonly End[] {
  const seen = new Map<string, End>();
  for (const end of ends) {
    const key = tell(end);
    if (!seen.has(key)) seen.set(key, end);
  }
  return [...seen.values()];
}

/** What the policy's own meaning can see of an end: its tenants, the groups and the rules' peers it is in, its family. */
export function seenByPolicy(policy: Policy): (end: End) => string {
  const claims = [...policy.tenants.flatMap((tenant) => tenant.rules), ...policy.tests.flatMap((test) => test.expectations)];
  const expressions = claims.flatMap((claim) => [claim.source, claim.destination]);
  return (end) => {
    const facts = [
      ...policy.tenants.map((tenant) => belongs(policy, tenant, end)),
      ...policy.tenants.flatMap((tenant) => tenant.groups.map((group) => inGroup(group, end))),
      ...expressions.map((expression) => inExpression(policy, expression, end)),
    ];
    return `${end.address.family}:${facts.map((fact) => (fact ? "1" : "0")).join("")}`;
  };
}
