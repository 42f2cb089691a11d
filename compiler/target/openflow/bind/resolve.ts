/**
 * What the policy makes of each endpoint: its tenants, classes and network. The same on every node.
 */
import { containsAddress, formatAddress, parseAddress, parsePrefix, prefixSet, unionAllAddresses } from "../../../space/address.js";
import type { Address, AddressSet } from "../../../space/address.js";
import { endIndex } from "../../../space/endIndex.js";
import { endInSet } from "../../../space/ends.js";
import type { End, EndBox } from "../../../space/ends.js";
import { oneOf, onlyAbsent } from "../../../space/values.js";
import { stableIds } from "../hash.js";
import { placeFinder } from "../places.js";
import type { Program, ProgramNetwork } from "../program.js";
import { inRegion } from "../region.js";
import { macNumber } from "./inventory.js";
import type { BindProblem, Endpoint, Inventory } from "./inventory.js";

/** An endpoint's address, as the tables know it. */
export interface ResolvedAddress {
  readonly address: Address;
  /** Id of the set of tenants. */
  readonly members: number;
  /** Positions in the program's classes. */
  readonly classes: readonly number[];
  /** Why it gets no traffic. */
  readonly blocked?: string;
  /** Endpoints of other tenants have it too, so it means nothing outside its tenant. */
  readonly ambiguous: boolean;
}

export interface ResolvedEndpoint {
  readonly endpoint: Endpoint;
  /** Not 0. */
  readonly id: number;
  readonly mac: number;
  /** Id of the tenant in whose address space it is; 0: of none. */
  readonly domain: number;
  readonly network?: ProgramNetwork;
  readonly addresses: readonly ResolvedAddress[];
}

export interface Resolved {
  /** In order of name. */
  readonly endpoints: readonly ResolvedEndpoint[];
  readonly problems: readonly BindProblem[];
}

const ENDPOINT_LIMIT = 0xfffffffe;

export function resolveEndpoints(program: Program, inventory: Inventory): Resolved {
  const problems: BindProblem[] = [];
  const identify = identifier(program);
  const networkAt = networkFinder(program);
  const ids = stableIds(
    inventory.endpoints.map(({ name }) => name),
    ENDPOINT_LIMIT,
  );
  const seen = new Set<string>();
  const found = [...inventory.endpoints].sort(byName).flatMap((endpoint): ResolvedEndpoint[] => {
    const mac = macNumber(endpoint.mac);
    const fault = seen.has(endpoint.name)
      ? "there are two endpoints of this name"
      : mac === undefined
        ? `"${endpoint.mac}" is not a MAC address`
        : undefined;
    seen.add(endpoint.name);
    if (fault !== undefined || mac === undefined) {
      problems.push({ endpoint: endpoint.name, message: `endpoint ${endpoint.name} is left out: ${fault ?? ""}` });
      return [];
    }
    const addresses = endpoint.addresses.flatMap((text) => {
      const address = parseAddress(text);
      if (address === undefined) problems.push({ endpoint: endpoint.name, message: `endpoint ${endpoint.name}: "${text}" is not an address` });
      return address === undefined ? [] : [{ address, ...identify(endpoint, address), ambiguous: false }];
    });
    const owner = program.tenants.find((tenant) => endpoint.namespace !== undefined && tenant.namespaces.includes(endpoint.namespace));
    const network = networkAt(
      owner?.id,
      addresses.map(({ address }) => address),
    );
    return [{ endpoint, id: ids.get(endpoint.name) ?? 0, mac, domain: owner?.id ?? network?.tenant ?? 0, network, addresses }];
  });
  const endpoints = settleSharedAddresses(found);
  for (const { endpoint, addresses } of endpoints) {
    for (const { address, blocked } of addresses) {
      if (blocked !== undefined)
        problems.push({ endpoint: endpoint.name, message: `endpoint ${endpoint.name} gets no traffic at ${formatAddress(address)}: ${blocked}` });
    }
  }
  return { endpoints, problems };
}

const byName = (a: Endpoint, b: Endpoint): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Evaluates the selectors, those that an index cannot rule out. */
function identifier(program: Program): (endpoint: Endpoint, address: Address) => Pick<ResolvedAddress, "members" | "classes" | "blocked"> {
  const boxes = program.classes.flatMap((entry, index) => entry.include.map((box) => ({ index, box })));
  const index = endIndex(boxes.map(({ box }) => box));
  const placeOf = placeFinder(program.places);
  return (endpoint, address) => {
    const labels = endpoint.labels ?? {};
    const end: End = { labels, address, ...(endpoint.namespace === undefined ? {} : { namespace: endpoint.namespace }) };
    const near = new Set(index.overlapping(pointBox(end)).map((at) => boxes[at].index));
    const classes = [...near].filter((at) => inRegion(program.classes[at], end)).sort((a, b) => a - b);
    const owner = program.tenants.find((tenant) => endpoint.namespace !== undefined && tenant.namespaces.includes(endpoint.namespace));
    const members = owner?.id ?? placeOf(address)?.members ?? 0;
    const blocked =
      endpoint.namespace !== undefined && endInSet(program.impossible, end) ? "the policy places such workloads at other addresses" : undefined;
    return { members, classes, ...(blocked === undefined ? {} : { blocked }) };
  };
}

function pointBox(end: End): EndBox {
  const addresses: AddressSet =
    end.address.family === 4 ? { v4: [end.address.value, end.address.value], v6: [] } : { v4: [], v6: [end.address.value, end.address.value] };
  return {
    namespace: end.namespace === undefined ? onlyAbsent : oneOf([end.namespace]),
    labels: end.namespace === undefined ? new Map() : new Map(Object.entries(end.labels).map(([key, value]) => [key, oneOf([value])])),
    addresses,
  };
}

/** The network that holds one of the addresses: of the endpoint's own tenant, or of any where it has none. */
function networkFinder(program: Program): (tenant: number | undefined, addresses: readonly Address[]) => ProgramNetwork | undefined {
  const known = program.networks.map((network) => ({
    network,
    addresses: unionAllAddresses(network.prefixes.flatMap((text) => parsePrefix(text) ?? []).map(prefixSet)),
  }));
  return (tenant, addresses) =>
    known.find(
      (entry) => (tenant === undefined || entry.network.tenant === tenant) && addresses.some((address) => containsAddress(entry.addresses, address)),
    )?.network;
}

/** An address that several endpoints have: fine in several tenants, then it is ambiguous outside them; a fault in one. */
function settleSharedAddresses(endpoints: readonly ResolvedEndpoint[]): readonly ResolvedEndpoint[] {
  const holders = new Map<string, { readonly domain: number; readonly name: string }[]>();
  for (const { endpoint, domain, addresses } of endpoints) {
    for (const { address } of addresses) {
      const text = formatAddress(address);
      holders.set(text, [...(holders.get(text) ?? []), { domain, name: endpoint.name }]);
    }
  }
  return endpoints.map((entry) => ({
    ...entry,
    addresses: entry.addresses.map((resolved) => {
      const others = (holders.get(formatAddress(resolved.address)) ?? []).filter(({ name }) => name !== entry.endpoint.name);
      const rival = others.find(({ domain }) => domain === entry.domain);
      return {
        ...resolved,
        ambiguous: others.length > 0,
        ...(rival === undefined ? {} : { blocked: `endpoint ${rival.name} of the same tenant has the same address` }),
      };
    }),
  }));
}
