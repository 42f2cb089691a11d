/**
 * What the policy program says about a connection that the switch has, as the tables would say it about the connection's first packet.
 */
import { containsAddress, formatAddress, parsePrefix, prefixSet, unionAllAddresses } from "../../compiler/space/address.js";
import type { Address } from "../../compiler/space/address.js";
import { containsService, servicePoint } from "../../compiler/space/service.js";
import { inSharedSpace, overlappingNetworks } from "../../compiler/target/openflow/bind/spaces.js";
import type { ResolvedEndpoint } from "../../compiler/target/openflow/bind/resolve.js";
import { placeFinder } from "../../compiler/target/openflow/places.js";
import type { Condition, Program } from "../../compiler/target/openflow/program.js";
import { sharedZone } from "../../compiler/target/openflow/registers.js";
import type { Connection } from "./entries.js";

/** What the tables know about an end. */
interface Identity {
  /** Id of the set of tenants. */
  readonly members: number;
  /** Positions in the program's classes. */
  readonly classes: ReadonlySet<number>;
  readonly address: Address;
}

export type ConnectionJudge = (connection: Connection) => boolean;

/**
 * Says whether a connection may go on. `endpointsAt` gives the endpoints that have an address (in normal form). No where an end can no
 * longer be what it was in the connection's zone. An answer is remembered, so one judge is good for one state of program and endpoints.
 */
export function connectionJudge(program: Program, endpointsAt: (address: string) => readonly ResolvedEndpoint[]): ConnectionJudge {
  const placeOf = placeFinder(program.places);
  const shared = overlappingNetworks(program);
  const single: ReadonlySet<number> = new Set(program.tenants.map(({ id }) => id));
  const tenantsOf = new Map([
    ...program.tenants.map(({ id }) => [id, [id]] as const),
    ...program.memberships.map(({ id, tenants }) => [id, tenants] as const),
  ]);
  const conditions = program.conditions.map(conditionTest);
  const rulesOf = new Map(program.tenants.map(({ id }) => [id, program.rules.filter(({ tenant }) => tenant === id)]));
  const defaults = new Map(program.tenants.map((tenant) => [tenant.id, tenant.defaultAction === "allow" || tenant.audit]));
  const answers = new Map<string, boolean>();

  /** What the address can mean in a zone: a tenant's own first. */
  const identify = (address: Address, zone: number): Identity | undefined => {
    const holders = endpointsAt(formatAddress(address)).flatMap((entry) =>
      entry.addresses
        .filter((resolved) => resolved.blocked === undefined && formatAddress(resolved.address) === formatAddress(address))
        .map((resolved) => ({ entry, resolved })),
    );
    const own = zone === sharedZone ? undefined : holders.find(({ entry }) => entry.domain === zone);
    const elsewhere = holders.find(({ resolved }) => !resolved.ambiguous);
    const ofOthers = zone !== sharedZone && inSharedSpace(shared, zone, address) ? undefined : elsewhere;
    const found = own ?? ofOthers;
    if (found !== undefined) return { members: found.resolved.members, classes: new Set(found.resolved.classes), address };
    // An address of endpoints that gets no traffic, or that means nothing here.
    if (holders.length === 0 && endpointsAt(formatAddress(address)).length > 0) return undefined;
    const place = placeOf(address);
    return { members: place?.members ?? 0, classes: new Set(place?.classes ?? []), address };
  };

  const tenantAllows = (tenant: number, source: Identity, destination: Identity, connection: Connection): boolean => {
    const rule = (rulesOf.get(tenant) ?? []).find(
      (candidate) =>
        candidate.source.some((at) => conditions[at](source)) &&
        candidate.destination.some((at) => conditions[at](destination)) &&
        containsService(program.services[candidate.service], servicePoint(connection.protocol, connection.detail ?? 0)),
    );
    return rule === undefined ? (defaults.get(tenant) ?? false) : rule.action === "allow" || rule.audit;
  };

  const judge = (connection: Connection): boolean => {
    if (connection.detail === undefined) return false;
    const [source, destination] = [identify(connection.source, connection.zone), identify(connection.destination, connection.zone)];
    if (source === undefined || destination === undefined) return false;
    if (zoneOf(source.members, destination.members, single) !== connection.zone) return false;
    const asked = new Set([...(tenantsOf.get(source.members) ?? []), ...(tenantsOf.get(destination.members) ?? [])]);
    return [...asked].every((tenant) => tenantAllows(tenant, source, destination, connection));
  };

  return (connection) => {
    const { zone, protocol, detail } = connection;
    const key = `${zone} ${protocol} ${detail} ${formatAddress(connection.source)} ${formatAddress(connection.destination)}`;
    const known = answers.get(key) ?? judge(connection);
    answers.set(key, known);
    return known;
  };
}

/** As table `zone` chooses it: a tenant's own inside it and with the world. */
function zoneOf(source: number, destination: number, tenants: ReadonlySet<number>): number {
  if (tenants.has(source) && (destination === source || destination === 0)) return source;
  return source === 0 && tenants.has(destination) ? destination : sharedZone;
}

function conditionTest(condition: Condition): (end: Identity) => boolean {
  switch (condition.kind) {
    case "every":
      return () => true;
    case "world":
      return ({ members }) => members === 0;
    case "class":
      return ({ classes }) => classes.has(condition.class);
    case "addresses": {
      const within = unionAllAddresses(condition.prefixes.flatMap((text) => parsePrefix(text) ?? []).map(prefixSet));
      return ({ members, address }) => (condition.members === undefined || condition.members.includes(members)) && containsAddress(within, address);
    }
  }
}
