/**
 * What may pass between all named sets of ends, as a sparse matrix.
 *
 * Nearly always a rule speaks of all ends of a name or of none, and then the rules that speak of both names of a pair decide all flows
 * between them alike: they are read in their order, service by service. Only where a rule cuts a name (an address inside a network, groups
 * that overlap) are the flows of that pair looked at as sets, on the services that are left.
 */
import type { Tenant } from "../policy/model.js";
import { possiblePart } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { boundedCache } from "../space/boundedCache.js";
import { noAddresses } from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import { allEnds, intersectEnds } from "../space/ends.js";
import type { EndSet } from "../space/ends.js";
import { flowBox, flowProduct, flowServices } from "../space/flows.js";
import type { FlowSet } from "../space/flows.js";
import * as services from "../space/service.js";
import type { ServiceSet } from "../space/service.js";
import { namingOf } from "./names.js";
import type { NamedEnds } from "./names.js";
import { decidedParts } from "./parts.js";
import type { Reach } from "./reach.js";
import { shareFinder } from "./shares.js";
import type { Share } from "./shares.js";

/** A row of the matrix: what may pass from one named set to each other, where anything may. */
export interface ConnectivityRow {
  readonly source: NamedEnds;
  readonly to: readonly Reach[];
}

export interface Connectivity {
  /** Every name that has endpoints which can exist, in the order of rows and columns. */
  readonly names: readonly NamedEnds[];
  readonly rows: readonly ConnectivityRow[];
}

/** What may pass between all named sets. Sparse: pairs between which nothing may pass are left out. */
export function connectivity(universe: Universe): Connectivity {
  const all = namingOf(universe).all.map((named) => ({ named, families: familiesOf(universe, named.ends) }));
  const known = all.filter(({ families }) => families !== 0).map((entry): Name => ({ ...entry, tenants: tenantsOf(universe, entry.named) }));
  const names = known.map(({ named }) => named);
  const sharesOf = shareFinder(universe, names);
  const tables = universe.policy.tenants.map((tenant) => tableOf(universe, tenant, known, sharesOf));
  return { names, rows: known.map((source, row) => ({ source: source.named, to: rowOf(universe, known, tables, source, row) })) };
}

interface Name {
  readonly named: NamedEnds;
  /** Address families in which an end of it can exist, as bits: 1 for IPv4, 2 for IPv6. */
  readonly families: number;
  /** Tenants that have a say about its ends. About those of a name with several, they need not have it about all. */
  readonly tenants: ReadonlySet<string>;
}

function tenantsOf(universe: Universe, { ends }: NamedEnds): ReadonlySet<string> {
  const touched = [...universe.tenantEnds].filter(([, own]) => familiesOf(universe, intersectEnds(ends, own)) !== 0);
  return new Set(touched.map(([name]) => name));
}

function familiesOf(universe: Universe, ends: EndSet): number {
  const exists = (addresses: (own: AddressSet) => AddressSet): boolean =>
    ends.some((box) => possibleEnds(universe, [{ ...box, addresses: addresses(box.addresses) }]));
  return (exists(({ v4 }) => ({ ...noAddresses, v4 })) ? 1 : 0) | (exists(({ v6 }) => ({ ...noAddresses, v6 })) ? 2 : 0);
}

function possibleEnds(universe: Universe, ends: EndSet): boolean {
  return flowProduct(ends, allEnds, services.everyService).some((box) => possiblePart(universe, box) !== undefined);
}

/** The services on which flows can exist in each combination of families. */
const possibleServices: readonly ServiceSet[] = [services.noService, services.familyServices(4), services.familyServices(6), services.everyService];

/** The services of a set that can exist, by the combination of families; equal questions have one answer, and a matrix asks few. */
const existing = possibleServices.map((possible) => boundedCache(4096, (set: ServiceSet) => services.intersectServices(set, possible)));

/** A rule as the pairs see it. */
interface TableRule {
  readonly allows: boolean;
  readonly service: ServiceSet;
  readonly to: readonly Share[];
  /** What is said of a pair of which no earlier rule speaks: about all of its flows, and about some. */
  readonly first: { readonly whole: Say; readonly part: Say };
}

interface Table {
  readonly tenant: Tenant;
  /** For each name, the rules whose source has ends of it, in order, with what they have. */
  readonly leaving: readonly (readonly { readonly rule: TableRule; readonly whole: boolean }[])[];
}

function tableOf(universe: Universe, tenant: Tenant, names: readonly Name[], sharesOf: (ends: EndSet) => readonly Share[]): Table {
  const leaving = names.map((): { rule: TableRule; whole: boolean }[] => []);
  for (const rule of tenant.rules) {
    const spoken = { allows: rule.action === "allow", service: rule.service.services };
    const first = { whole: sayNext(nothingSaid, spoken, true), part: sayNext(nothingSaid, spoken, false) };
    const made: TableRule = { ...spoken, first, to: sharesOf(universe.endsOf(rule.destination)) };
    for (const { name, whole } of sharesOf(universe.endsOf(rule.source))) leaving[name].push({ rule: made, whole });
  }
  return { tenant, leaving };
}

/** What one tenant says about the flows of a pair. */
interface Say {
  /** Services that no rule has decided yet. */
  readonly open: ServiceSet;
  readonly allowed: ServiceSet;
  /** Services on which a rule decides a part of the flows. */
  readonly parted: ServiceSet;
}

const nothingSaid: Say = { open: services.everyService, allowed: services.noService, parted: services.noService };

/** What is said when a rule speaks next, of all flows of the pair (`whole`) or of some. */
function sayNext(say: Say, { allows, service }: Pick<TableRule, "allows" | "service">, whole: boolean): Say {
  const decides = services.intersectServices(say.open, service);
  if (services.isEmptyService(decides)) return say;
  return {
    open: services.subtractServices(say.open, decides),
    allowed: whole && allows ? services.unionServices(say.allowed, decides) : say.allowed,
    parted: whole ? say.parted : services.unionServices(say.parted, decides),
  };
}

function rowOf(universe: Universe, names: readonly Name[], tables: readonly Table[], source: Name, row: number): readonly Reach[] {
  const says = tables.map((table) => saysOf(table, row, names.length));
  return names.flatMap((destination, column): readonly Reach[] => {
    const families = source.families & destination.families;
    const possible = possibleServices[families];
    let always: ServiceSet = possible;
    let unsure: ServiceSet = services.noService;
    let asked = false;
    tables.forEach(({ tenant }, at) => {
      const bySource = source.tenants.has(tenant.name);
      const byDestination = destination.tenants.has(tenant.name);
      if (!bySource && !byDestination) return;
      asked = true;
      const say = says[at][column];
      const passing = passingOf(tenant, say);
      always = always === possible ? existing[families](passing) : services.intersectServices(always, passing);
      if (say !== undefined && say.parted.length > 0) unsure = services.unionServices(unsure, say.parted);
      // Of several tenants, each may have a say about some of the ends only.
      if ((bySource && source.tenants.size > 1) || (byDestination && destination.tenants.size > 1)) unsure = possible;
    });
    if (!asked) return [];
    const open = services.intersectServices(unsure, possible);
    if (services.isEmptyService(open)) return cell(destination.named, possible, always, services.noService);
    const looked = lookedUp(universe, flowProduct(source.named.ends, destination.named.ends, open));
    const sure = services.subtractServices(always, open);
    return cell(
      destination.named,
      possible,
      services.unionServices(sure, services.subtractServices(looked.allowed, looked.denied)),
      services.intersectServices(looked.allowed, looked.denied),
    );
  });
}

/** What a tenant lets pass between all ends of a pair. */
function passingOf({ defaultAction }: Tenant, say: Say | undefined): ServiceSet {
  if (defaultAction === "deny") return say?.allowed ?? services.noService;
  return say === undefined ? services.everyService : services.unionServices(say.allowed, say.open);
}

/** What the tenant's rules say from a name to each other, by its position; nothing where none speaks. */
function saysOf({ leaving }: Table, row: number, width: number): readonly (Say | undefined)[] {
  const says = Array.from({ length: width }, (): Say | undefined => undefined);
  for (const { rule, whole: wholeSource } of leaving[row]) {
    for (const { name: column, whole: wholeDestination } of rule.to) {
      const whole = wholeSource && wholeDestination;
      const say = says[column];
      says[column] = say !== undefined ? sayNext(say, rule, whole) : whole ? rule.first.whole : rule.first.part;
    }
  }
  return says;
}

/** The services of a set of flows on which some can exist that are allowed, and on which some can that are denied. */
function lookedUp(universe: Universe, asked: FlowSet): { readonly allowed: ServiceSet; readonly denied: ServiceSet } {
  const found = { allowed: services.noService, denied: services.noService };
  for (const { flows, outcome } of decidedParts(universe, asked)) {
    if (outcome === "untouched") continue;
    const side = outcome === "allow" ? "allowed" : "denied";
    for (;;) {
      const left = flowBox(flows.source, flows.destination, services.subtractServices(flows.service, found[side]));
      const possible = left === undefined ? undefined : possiblePart(universe, left);
      if (possible === undefined) break;
      found[side] = services.unionServices(found[side], flowServices(possible));
    }
  }
  return found;
}

function cell(peer: NamedEnds, possible: ServiceSet, always: ServiceSet, sometimes: ServiceSet): readonly Reach[] {
  if (services.isEmptyService(always) && services.isEmptyService(sometimes)) return [];
  // What cannot exist is left open: "any service" reads better than all services but ICMPv6.
  return [{ peer, always: services.servicesWithin(possible, always) ? services.everyService : always, sometimes }];
}
