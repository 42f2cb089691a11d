/**
 * What the policy makes of each endpoint: its tenants, classes and network. The same on every node.
 */
import { containsAddress, formatAddress, parseAddress, parsePrefix, prefixSet, unionAllAddresses } from "../../../space/address.js";
import type { Address } from "../../../space/address.js";
import { stableIds } from "../hash.js";
import type { Policing } from "../profiles.js";
import type { Program, ProgramNetwork } from "../program.js";
import { identifier } from "./identity.js";
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
  /** What its packets are marked with. */
  readonly dscp?: number;
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
  /** Limits on what it sends. */
  readonly policing?: Omit<Policing, "port">;
}

export interface Resolved {
  /** In order of name. */
  readonly endpoints: readonly ResolvedEndpoint[];
  readonly problems: readonly BindProblem[];
}

/** Ids of endpoints are `1..ENDPOINT_LIMIT`. */
export const ENDPOINT_LIMIT = 0xfffffffe;

/** What an endpoint is by itself, whatever else there is. */
export interface EndpointDraft {
  readonly endpoint: Endpoint;
  readonly mac: number;
  readonly domain: number;
  readonly network?: ProgramNetwork;
  /** `text` is the address in normal form. */
  readonly addresses: readonly (ResolvedAddress & { readonly text: string })[];
  readonly policing?: Omit<Policing, "port">;
  readonly problems: readonly BindProblem[];
}

/** An endpoint that has an address: several may. */
export interface AddressHolder {
  readonly name: string;
  readonly domain: number;
}

export function resolveEndpoints(program: Program, inventory: Inventory): Resolved {
  const draft = endpointResolver(program);
  const problems: BindProblem[] = [];
  const ids = stableIds(
    inventory.endpoints.map(({ name }) => name),
    ENDPOINT_LIMIT,
  );
  const seen = new Set<string>();
  const holders = new Map<string, AddressHolder[]>();
  const drafts = [...inventory.endpoints].sort(byName).flatMap((endpoint): readonly EndpointDraft[] => {
    const made = seen.has(endpoint.name) ? doubleName(endpoint) : draft(endpoint);
    seen.add(endpoint.name);
    if ("message" in made) {
      problems.push(made);
      return [];
    }
    problems.push(...made.problems);
    for (const { text } of made.addresses) {
      const holder = { name: endpoint.name, domain: made.domain };
      const known = holders.get(text);
      if (known === undefined) holders.set(text, [holder]);
      else known.push(holder);
    }
    return [made];
  });
  const endpoints = drafts.map((entry) => settleEndpoint(entry, ids.get(entry.endpoint.name) ?? 0, (text) => holders.get(text) ?? []));
  return { endpoints, problems: [...problems, ...endpoints.flatMap(blockedProblems)] };
}

/** What is wrong with the second of two endpoints of one name. */
export function doubleName(endpoint: Endpoint): BindProblem {
  return { endpoint: endpoint.name, message: `endpoint ${endpoint.name} is left out: there are two endpoints of this name` };
}

/** Looks at endpoints one by one. The result is a problem for an endpoint that is left out. */
export function endpointResolver(program: Program): (endpoint: Endpoint) => EndpointDraft | BindProblem {
  const identify = identifier(program);
  const networkAt = networkFinder(program);
  return (endpoint) => {
    const mac = macNumber(endpoint.mac);
    if (mac === undefined)
      return { endpoint: endpoint.name, message: `endpoint ${endpoint.name} is left out: "${endpoint.mac}" is not a MAC address` };
    const problems: BindProblem[] = [];
    const identityOf = identify(endpoint);
    const addresses: EndpointDraft["addresses"][number][] = [];
    let policing: EndpointDraft["policing"];
    for (const written of endpoint.addresses) {
      const address = parseAddress(written);
      if (address === undefined) {
        problems.push({ endpoint: endpoint.name, message: `endpoint ${endpoint.name}: "${written}" is not an address` });
        continue;
      }
      const { members, classes, blocked, profile } = identityOf(address);
      addresses.push({ address, text: formatAddress(address), members, classes, blocked, ambiguous: false, dscp: profile?.dscp });
      if (profile?.rate !== undefined) policing ??= { rate: profile.rate, burst: profile.burst ?? 0 };
    }
    const owner = program.tenants.find((tenant) => endpoint.namespace !== undefined && tenant.namespaces.includes(endpoint.namespace));
    const network = networkAt(
      owner?.id,
      addresses.map(({ address }) => address),
    );
    return {
      endpoint,
      mac,
      domain: owner?.id ?? network?.tenant ?? 0,
      network,
      addresses,
      policing,
      problems,
    };
  };
}

/**
 * The endpoint among the others. An address that several have is fine where they are in several tenants, then it is ambiguous outside
 * these; in one tenant it is a fault.
 */
export function settleEndpoint(draft: EndpointDraft, id: number, holdersOf: (address: string) => readonly AddressHolder[]): ResolvedEndpoint {
  const { endpoint, mac, domain, network, policing } = draft;
  const addresses = draft.addresses.map((resolved): ResolvedAddress => {
    const holders = holdersOf(resolved.text);
    if (holders.length <= 1) return resolved;
    const others = holders.filter(({ name }) => name !== endpoint.name);
    const rivals = others.filter((other) => other.domain === domain).map(({ name }) => name);
    const rival = rivals.sort()[0];
    return {
      ...resolved,
      ambiguous: true,
      ...(rivals.length === 0 ? {} : { blocked: `endpoint ${rival} of the same tenant has the same address` }),
    };
  });
  return { endpoint, id, mac, domain, network, addresses, policing };
}

/** Why some of an endpoint's addresses get no traffic. */
export function blockedProblems({ endpoint, addresses }: ResolvedEndpoint): readonly BindProblem[] {
  return addresses.flatMap(({ address, blocked }) =>
    blocked === undefined
      ? []
      : [{ endpoint: endpoint.name, message: `endpoint ${endpoint.name} gets no traffic at ${formatAddress(address)}: ${blocked}` }],
  );
}

const byName = (a: Endpoint, b: Endpoint): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

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
