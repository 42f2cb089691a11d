/** Arbitraries of fast-check for the algebra and for small policies. Alphabets are small, so that sets meet often; edges are in them. */
import fc from "fast-check";
import * as address from "../../compiler/space/address.js";
import type { Address, AddressSet, Prefix } from "../../compiler/space/address.js";
import { endBox } from "../../compiler/space/ends.js";
import type { End, EndBox, EndSet } from "../../compiler/space/ends.js";
import { flowBox } from "../../compiler/space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../../compiler/space/flows.js";
import { normalise, numberStepping } from "../../compiler/space/intervals.js";
import type { Ranges } from "../../compiler/space/intervals.js";
import * as service from "../../compiler/space/service.js";
import type { ServiceSet } from "../../compiler/space/service.js";
import * as values from "../../compiler/space/values.js";
import type { ValueSet } from "../../compiler/space/values.js";
import type { GroupSketch, PolicySketch, RuleSketch, TenantSketch } from "./policy.js";

/** Ranges within 0..`last`, in normal form. */
export function rangesUpTo(last: number): fc.Arbitrary<Ranges<number>> {
  const pair = fc.tuple(fc.nat(last), fc.nat(last)).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
  return fc.array(pair, { maxLength: 5 }).map((pairs) => normalise(pairs, numberStepping));
}

const edgesV4 = ["0.0.0.0", "10.0.0.0", "10.0.0.1", "10.0.0.255", "10.0.1.0", "127.255.255.255", "128.0.0.0", "255.255.255.255"];
const edgesV6 = [
  "::",
  "::1",
  "fd00::",
  "fd00::1",
  "fd00:0:0:1::",
  "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "8000::",
  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

/** Few addresses, edges of both families among them. */
export const someAddresses: readonly Address[] = [...edgesV4, ...edgesV6].flatMap((text) => address.parseAddress(text) ?? []);

/** Any address at all. */
export const anyAddress: fc.Arbitrary<Address> = fc.oneof(
  fc.constantFrom(...someAddresses),
  fc.nat(0xffff_ffff).map((value): Address => ({ family: 4, value })),
  fc.bigInt(0n, (1n << 128n) - 1n).map((value): Address => ({ family: 6, value })),
);

/** Prefixes with any host bits and any length, 0 and the full length often. */
export const anyPrefix: fc.Arbitrary<Prefix> = anyAddress.chain((at) =>
  fc
    .oneof(fc.constantFrom(0, 1, address.bits(at.family) - 1, address.bits(at.family)), fc.nat(address.bits(at.family)))
    .map((length) => ({ address: at, length })),
);

const fewPrefixes: readonly Prefix[] = [
  "0.0.0.0/0",
  "10.0.0.0/24",
  "10.0.0.0/25",
  "10.0.0.1/32",
  "128.0.0.0/1",
  "255.255.255.255/32",
  "::/0",
  "fd00::/64",
  "fd00::1/128",
  "8000::/1",
].flatMap((text) => address.parsePrefix(text) ?? []);

/** Unions of few prefixes and ranges between the edges, everything and nothing included. */
export const addressSet: fc.Arbitrary<AddressSet> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(address.allAddresses, address.noAddresses) },
  {
    weight: 5,
    arbitrary: fc
      .array(
        fc.oneof(
          fc.constantFrom(...fewPrefixes).map(address.prefixSet),
          fc.tuple(fc.constantFrom(...someAddresses), fc.constantFrom(...someAddresses)).map(([a, b]) => address.addressRange(a, b)),
        ),
        { maxLength: 3 },
      )
      .map(address.unionAllAddresses),
  },
);

const valueAlphabet = ["a", "b", "c"];

/** Sets over the values a, b, c: listed, all but the listed, absent in or out; now and then empty or everything. */
export const valueSet: fc.Arbitrary<ValueSet> = fc
  .tuple(fc.constantFrom("in" as const, "notIn" as const), fc.subarray(valueAlphabet), fc.boolean())
  .map(([kind, listed, absent]) => ({ kind, values: listed, absent }));

/** Values that tell all such sets apart: each listed one, one that no set lists, and absence. */
export const someValues: readonly (string | undefined)[] = [...valueAlphabet, "other", undefined];

/** TCP and UDP ports at the edges, ICMP types, whole protocols, everything, nothing. */
export const serviceSet: fc.Arbitrary<ServiceSet> = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.constantFrom(6, 17, 132), fc.constantFrom(0, 1, 79, 80, 81, 65535), fc.constantFrom(0, 1, 79, 80, 81, 65535))
        .map(([protocol, a, b]) => service.portService(protocol, Math.min(a, b), Math.max(a, b))),
      fc.tuple(fc.constantFrom(1, 58), fc.constantFrom(0, 8, 255)).map(([protocol, type]) => service.icmpService(protocol, type)),
      fc.constantFrom(0, 6, 47, 255).map(service.protocolService),
      fc.constant(service.everyService),
    ),
    { maxLength: 3 },
  )
  .map(service.unionAllServices);

/** Points at the edges of all such sets. */
export const somePoints: readonly number[] = [
  ...[6, 17, 132].flatMap((protocol) => [0, 1, 2, 79, 80, 81, 82, 65534, 65535].map((port) => service.servicePoint(protocol, port))),
  ...[1, 58].flatMap((protocol) => [0, 1, 8, 255].map((type) => service.servicePoint(protocol, type * 256))),
  ...[0, 47, 254, 255].map((protocol) => service.servicePoint(protocol, 0)),
];

const labelKeys = ["app", "tier"];

const labelSets = fc
  .tuple(fc.subarray(labelKeys), fc.array(valueSet, { minLength: labelKeys.length, maxLength: labelKeys.length }))
  .map(([keys, sets]) => new Map(keys.map((key, index) => [key, sets[index]])));

/** Boxes of ends in normal form; `undefined` where the parts leave nothing. */
export const maybeEndBox: fc.Arbitrary<EndBox | undefined> = fc
  .record({ namespace: fc.oneof(fc.constant(values.anyValue), valueSet), labels: labelSets, addresses: addressSet })
  .map(endBox);

export const endSet: fc.Arbitrary<EndSet> = fc.array(maybeEndBox, { maxLength: 3 }).map((boxes) => boxes.flatMap((box) => box ?? []));

/** Ends at every edge of the alphabets; a bare one has no labels. */
export const anyEnd: fc.Arbitrary<End> = fc
  .record({
    namespace: fc.constantFrom(...someValues),
    app: fc.constantFrom(...someValues),
    tier: fc.constantFrom(...someValues),
    address: fc.constantFrom(...someAddresses),
  })
  .map(({ namespace, app, tier, address: at }): End => {
    if (namespace === undefined) return { labels: {}, address: at };
    return { namespace, labels: { ...(app === undefined ? {} : { app }), ...(tier === undefined ? {} : { tier }) }, address: at };
  });

export const flowSet: fc.Arbitrary<FlowSet> = fc
  .array(
    fc
      .tuple(maybeEndBox, maybeEndBox, serviceSet)
      .map(([source, destination, services]): FlowBox | undefined => flowBox(source, destination, services)),
    { maxLength: 3 },
  )
  .map((boxes) => boxes.flatMap((box) => box ?? []));

/** Legal flows: both ends of one family, ICMP with IPv4, ICMPv6 with IPv6. */
export const anyFlow: fc.Arbitrary<Flow> = fc
  .record({ source: anyEnd, destination: anyEnd, point: fc.constantFrom(...somePoints) })
  .filter(
    ({ source, destination, point }) =>
      source.address.family === destination.address.family && service.containsService(service.familyServices(source.address.family), point),
  )
  .map(({ source, destination, point }) => ({
    source,
    destination,
    protocol: service.pointProtocol(point),
    detail: service.pointDetail(point),
  }));

const groupAlphabet: readonly GroupSketch[] = [
  { match: "app=a" },
  { match: "app=b" },
  { match: "app in (a|b)" },
  { match: "app!=a" },
  { match: "has app, tier=a" },
  { match: "not app" },
  { match: "app=a, tier not in (a|b)" },
  { hosts: "192.0.2.1" },
  { hosts: "192.0.2.0/31, fd01::1" },
  { match: "app=c", hosts: "192.0.2.3" },
  { match: "tier=b", in: "net" },
  {},
];

const networkAlphabet = ["10.0.0.0/24", "10.0.0.0/25", "10.0.1.0/24, fd00::/64", "fd00::/64"];
const externalAlphabet = ["198.51.100.0/24", "198.51.100.7", "203.0.113.0/24, fd02::/16"];
const literalAlphabet = ["10.0.0.0/28", "10.0.0.1", "0.0.0.0/0", "::/0", "192.0.2.1", "fd00::1", "10.0.0.0/8"];
const serviceAlphabet = [
  "tcp/80",
  "tcp/0-79",
  "tcp/1-65535",
  "udp/0",
  "tcp/80-90",
  "udp/53",
  "tcp/0-65535",
  "icmp/8",
  "icmp6",
  "tcp/443, udp/443",
  "ip/47",
  undefined,
];

/** How many of each thing a policy has at most. */
export interface PolicySizes {
  readonly tenants: number;
  readonly groups: number;
  readonly policies: number;
  readonly rules: number;
  readonly tests: number;
}

const usualSizes: PolicySizes = { tenants: 2, groups: 3, policies: 2, rules: 4, tests: 0 };

interface RawRule {
  readonly action: "allow" | "deny";
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly exceptFrom: readonly number[];
  readonly service: string | undefined;
  readonly log: boolean;
}

const rawRule: fc.Arbitrary<RawRule> = fc.record({
  action: fc.constantFrom("allow" as const, "deny" as const),
  from: fc.array(fc.nat(99), { minLength: 1, maxLength: 2 }),
  to: fc.array(fc.nat(99), { minLength: 1, maxLength: 2 }),
  exceptFrom: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(fc.nat(99), { minLength: 1, maxLength: 1 }) }),
  service: fc.constantFrom(...serviceAlphabet),
  log: fc.boolean(),
});

/** A rule whose numbers are names of what the tenant can see. */
function namedRule(raw: RawRule, names: readonly string[]): RuleSketch {
  const pick = (numbers: readonly number[]): string => [...new Set(numbers.map((number) => names[number % names.length]))].join(", ");
  const except = raw.exceptFrom.length === 0 ? "" : ` except ${pick(raw.exceptFrom)}`;
  return {
    action: raw.action,
    from: pick(raw.from) + except,
    to: pick(raw.to),
    ...(raw.service === undefined ? {} : { service: raw.service }),
    ...(raw.log ? { log: true } : {}),
  };
}

/**
 * Sketches of small policies: one or more tenants, overlapping and disjoint groups, machines, networks, both families, externals,
 * exports, priorities, both defaults. Shrinks to few rules with short peers.
 */
export function policySketch(sizes: Partial<PolicySizes> = {}): fc.Arbitrary<PolicySketch> {
  const most = { ...usualSizes, ...sizes };
  const rawTenant = fc.record({
    default: fc.constantFrom("deny" as const, "allow" as const),
    network: fc.option(fc.constantFrom(...networkAlphabet), { nil: undefined }),
    groups: fc.array(fc.constantFrom(...groupAlphabet), { maxLength: most.groups }),
    twoNamespaces: fc.boolean(),
    policies: fc.array(fc.record({ priority: fc.constantFrom(0, 0, 10), rules: fc.array(rawRule, { maxLength: most.rules }) }), {
      maxLength: most.policies,
    }),
  });
  return fc
    .record({
      tenants: fc.array(rawTenant, { minLength: 1, maxLength: most.tenants }),
      external: fc.option(fc.constantFrom(...externalAlphabet), { nil: undefined }),
      tests: fc.array(fc.array(rawRule, { minLength: 1, maxLength: 2 }), { maxLength: most.tests }),
    })
    .map(({ tenants, external, tests }): PolicySketch => {
      const tenantName = (index: number): string => `t${index + 1}`;
      const outer = ["any", "world", ...(external === undefined ? [] : ["office"]), ...literalAlphabet];
      const exported = tenants.flatMap((tenant, index) => (tenant.groups.length > 0 ? [`${tenantName(index)}/g1`] : []));
      const made = tenants.map((tenant, index): TenantSketch => {
        const name = tenantName(index);
        const groups = Object.fromEntries(
          tenant.groups.map((group, at) => [`g${at + 1}`, group.in !== undefined && tenant.network === undefined ? { match: group.match } : group]),
        );
        const names = [
          ...Object.keys(groups),
          ...(tenant.network === undefined ? [] : ["net"]),
          ...exported.filter((other) => !other.startsWith(`${name}/`)),
          ...outer,
        ];
        return {
          name,
          default: tenant.default,
          groups,
          ...(tenant.twoNamespaces ? { namespaces: [name, `${name}-x`] } : {}),
          ...(tenant.network === undefined ? {} : { networks: { net: tenant.network } }),
          ...(tenant.groups.length > 0 ? { exports: ["g1"] } : {}),
          policies: tenant.policies.map((block, at) => ({
            name: `p${at + 1}`,
            priority: block.priority,
            rules: block.rules.map((raw) => namedRule(raw, names)),
          })),
        };
      });
      return {
        tenants: made,
        ...(external === undefined ? {} : { externals: { office: external } }),
        ...(most.tests === 0
          ? {}
          : {
              tests: tests.map((raws, at) => ({
                name: `test ${at + 1}`,
                expect: raws.map((raw) => namedRule({ ...raw, log: false }, [...exported, ...outer])),
              })),
            }),
      };
    });
}

/** `podCidrs` of a project, or none. */
export const podCidrs: fc.Arbitrary<string | undefined> = fc.constantFrom(undefined, undefined, "10.0.0.0/16", "10.244.0.0/16, fd00::/48");
