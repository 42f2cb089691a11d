/**
 * What has to be done so that netmaster has what the source asks for: a comparison for people, and requests in a safe order. Pure.
 * Made again after a crash in the middle, it holds the rest of the way.
 */
import { withEntangled } from "./entangled.js";
import { isGuardPolicy } from "./guard.js";
import { fieldDifferences, subnetFinder } from "./normal.js";
import type { FieldDifference } from "./normal.js";
import { nameOf, tenantOf, text } from "./objects.js";
import type { DesiredObject, LiveObject, ObjectName } from "./objects.js";
import { orderRequests } from "./order.js";
import type { Ordered } from "./order.js";
import { homeOf, ownersOf, recordsIn, writeRecord } from "./ownership.js";
import { namesGroup, rebuild } from "./rebuild.js";
import type { Request } from "./request.js";
import { isImmutable, policyOf, sortObjects } from "./sort.js";
import type { Sorted } from "./sort.js";

export interface PlanInput {
  readonly desired: readonly DesiredObject[];
  readonly live: readonly LiveObject[];
  /** Stands for the project in records of ownership. */
  readonly owner: string;
  /** Delete owned objects that the source does not ask for any more. */
  readonly prune: boolean;
  /** Make anew what netmaster cannot change. */
  readonly replace: boolean;
  /** Take over objects that are there and that the project does not own. */
  readonly adopt: boolean;
  /** Endpoints that run in a group, by its key; needed for `groupsInQuestion`. */
  readonly endpoints: ReadonlyMap<string, number>;
}

export type Action = "create" | "change" | "replace" | "delete";

export interface Change {
  readonly action: Action;
  readonly object: DesiredObject;
  readonly fields: readonly FieldDifference[];
  /** What happens to traffic between two requests. */
  readonly window?: string;
}

export interface Hindrance {
  readonly object: DesiredObject;
  readonly message: string;
  readonly help: string;
}

export interface ContivPlan {
  readonly changes: readonly Change[];
  /** Why nothing can be sent as it is. */
  readonly hindrances: readonly Hindrance[];
  /** Owned objects that the source does not ask for any more, and that stay without `prune`. */
  readonly left: readonly LiveObject[];
  readonly requests: readonly Request[];
}

interface Ownership {
  readonly owners: ReadonlyMap<ObjectName, string>;
  readonly isMine: (object: LiveObject) => boolean;
}

function ownershipIn({ live, owner, adopt, desired }: PlanInput): Ownership {
  const owners = ownersOf(live);
  const wanted = new Set(desired.map(nameOf));
  // A rule belongs to whom its policy belongs to.
  const title = (object: LiveObject): ObjectName => (object.kind === "rule" ? `policy ${policyOf(object)}` : nameOf(object));
  const isMine = (object: LiveObject): boolean =>
    owners.get(title(object)) === owner || isGuardPolicy(object) || (adopt && wanted.has(title(object)));
  return { owners, isMine };
}

/** Groups whose endpoints have to be counted before a plan may take the groups away. */
export function groupsInQuestion(
  desired: readonly DesiredObject[],
  live: readonly LiveObject[],
  more: Pick<PlanInput, "prune" | "replace">,
): readonly string[] {
  const wanted = new Set(desired.map(nameOf));
  const groups = live.filter(({ kind }) => kind === "endpointGroup");
  const tenants = new Set(desired.map(tenantOf));
  return groups.filter((group) => (more.prune && !wanted.has(nameOf(group))) || (more.replace && tenants.has(tenantOf(group)))).map(({ key }) => key);
}

const immutableWords: Readonly<Partial<Record<LiveObject["kind"], string>>> = {
  network: "netmaster cannot change a network once it is there",
  endpointGroup: "netmaster cannot move a group to another network or pool of addresses",
  extContractsGroup: "netmaster cannot change contracts once they are there",
};

/** Objects that differ in what netmaster cannot change. */
function immutables({ desired, live }: PlanInput): ReadonlyMap<ObjectName, readonly FieldDifference[]> {
  const there = new Map(live.map((object) => [nameOf(object), object]));
  const subnetOf = subnetFinder([...live, ...desired]);
  return new Map(
    desired.flatMap((object) => {
      const found = there.get(nameOf(object));
      if (found === undefined) return [];
      const fields = fieldDifferences(object.kind, found.body, object.body, subnetOf);
      return fields.length > 0 && isImmutable({ live: found, desired: object, fields }) ? [[nameOf(object), fields] as const] : [];
    }),
  );
}

/** Objects that would be changed or lose rules although another made them. */
function strangers(sorted: Sorted, { owners, isMine }: Ownership, owner: string): readonly Hindrance[] {
  const names = new Map(sorted.desired.map((object) => [nameOf(object), object]));
  const policies = new Map(sorted.live.filter(({ kind }) => kind === "policy").map((object) => [object.key, object]));
  const added = sorted.created.filter((object) => object.kind === "rule" && policies.has(policyOf(object)));
  const touched = [...[...sorted.changed, ...sorted.replaced].map(({ live }) => live), ...added];
  const extra = sorted.deleted.filter(({ kind }) => kind === "rule");
  const found = new Map<ObjectName, Hindrance>();
  for (const object of [...touched, ...extra]) {
    if (object.kind === "global" || isMine(object)) continue;
    const title = object.kind === "rule" ? (policies.get(policyOf(object)) ?? object) : object;
    const other = owners.get(nameOf(title));
    found.set(nameOf(title), {
      object: names.get(nameOf(title)) ?? title,
      message:
        other === undefined
          ? `it is there already, otherwise, and "${owner}" did not make it`
          : `it is recorded as made by "${other}", not by "${owner}"`,
      help: other === undefined ? "--adopt takes it over" : `--owner ${other} if that is this project; --adopt takes it over`,
    });
  }
  return [...found.values()];
}

/** Rules of others that name a group which is to go: they would speak of every group when they are installed again (contiv.md §3.6, hazard 3). */
function namedByOthers(sorted: Sorted): readonly Hindrance[] {
  const going = new Set(sorted.deleted.map(nameOf));
  return sorted.deleted.flatMap((group) => {
    if (group.kind !== "endpointGroup") return [];
    const rule = sorted.live.find((object) => object.kind === "rule" && !going.has(nameOf(object)) && namesGroup(object, group));
    if (rule === undefined) return [];
    const message = `rule ${rule.key} still names it, and would hold for every group when netmaster installs it again`;
    return [{ object: group, message, help: "delete that rule first" }];
  });
}

function stillRunning(sorted: Sorted, endpoints: ReadonlyMap<string, number>): readonly Hindrance[] {
  return sorted.deleted.flatMap((group) => {
    const count = group.kind === "endpointGroup" ? (endpoints.get(group.key) ?? 0) : 0;
    if (count === 0) return [];
    const message = `${count} ${count === 1 ? "endpoint runs" : "endpoints run"} in it, and netmaster deletes no such group`;
    return [{ object: group, message, help: "stop these workloads first" }];
  });
}

function windowOf(action: Action, object: LiveObject, ordered: Ordered): string | undefined {
  if (ordered.halted.has(nameOf(object))) return "its traffic stops while its policies are exchanged";
  if (action !== "replace") return undefined;
  if (object.kind === "serviceLB") return "its address does not answer until it is there again";
  if (object.kind !== "rule") return "everything on it is made anew";
  if (ordered.exposed.has(nameOf(object))) return "until it is there again, it denies nothing: no priority is free for a stand-in";
  return text(object.body, "action") === "allow" ? "until it is there again, what it allows does not pass" : undefined;
}

/** What a person sees, in the source's order, deletions last. */
function changesOf(
  sorted: Sorted,
  gone: ReadonlySet<ObjectName>,
  immutable: ReadonlyMap<ObjectName, readonly FieldDifference[]>,
  ordered: Ordered,
): readonly Change[] {
  const [changed, replaced] = [
    new Map(sorted.changed.map((pair) => [nameOf(pair.desired), pair])),
    new Map(sorted.replaced.map((pair) => [nameOf(pair.desired), pair])),
  ];
  const created = new Set(sorted.created.map(nameOf));
  const change = (action: Action, object: DesiredObject, fields: readonly FieldDifference[]): Change => {
    const window = windowOf(action, object, ordered);
    return { action, object, fields, ...(window === undefined ? {} : { window }) };
  };
  const asked = sorted.desired.flatMap((object): readonly Change[] => {
    const name = nameOf(object);
    const pair = changed.get(name) ?? replaced.get(name);
    if (gone.has(name)) return [change("replace", object, immutable.get(name) ?? [])];
    if (created.has(name)) return [change("create", object, [])];
    return pair === undefined ? [] : [change(replaced.has(name) ? "replace" : "change", object, pair.fields)];
  });
  const guards = sorted.live.filter(isGuardPolicy);
  return [...asked, ...[...sorted.deleted, ...guards].map((object) => change("delete", object, []))];
}

/** Writes ahead what may be made, and in the end what there is. */
function recordRequests(
  input: PlanInput,
  sorted: Sorted,
  { isMine }: Ownership,
): { readonly ahead: readonly Request[]; readonly after: readonly Request[] } {
  const { live, desired, owner } = input;
  const tenants = [...new Set([...desired, ...live].map(tenantOf))].filter((name) => name !== "").sort();
  const firstTenant = [...new Set(desired.map(tenantOf))].filter((name) => name !== "").sort()[0] ?? tenants[0];
  if (firstTenant === undefined) return { ahead: [], after: [] };
  const namesIn = (tenant: string, objects: Iterable<LiveObject>): readonly ObjectName[] => [
    ...new Set([...objects].filter((object) => object.kind !== "rule" && homeOf(object, firstTenant) === tenant).map(nameOf)),
  ];
  const owned = live.filter((object) => isMine(object) && !isGuardPolicy(object));
  const records = recordsIn(live);
  const write = (objects: readonly LiveObject[]): readonly Request[] =>
    tenants.flatMap((tenant) => writeRecord(records, tenant, owner, namesIn(tenant, objects)));
  const ahead = write([...owned, ...desired]);
  return { ahead, after: write([...desired, ...sorted.left]) };
}

export function planContiv(input: PlanInput): ContivPlan {
  const { desired, live, prune, replace } = input;
  const ownership = ownershipIn(input);
  const immutable = immutables(input);
  const wanted = new Map(desired.map((object) => [nameOf(object), object]));
  const rebuilt = replace
    ? rebuild({ live, targets: new Set(immutable.keys()), isMine: ownership.isMine, endpoints: input.endpoints })
    : { requests: [], live, gone: new Set<ObjectName>(), hindrances: [] };
  const sorted = withEntangled(sortObjects({ desired, live: rebuilt.live, isMine: ownership.isMine, prune }));
  const isAci = [...desired, ...live].some(({ kind, body }) => kind === "global" && text(body, "networkInfraType") === "aci");
  const ordered = orderRequests(sorted, isAci);
  const refused = replace
    ? []
    : [...immutable.keys()].flatMap((name): readonly Hindrance[] => {
        const object = wanted.get(name);
        if (object === undefined) return [];
        const message = immutableWords[object.kind] ?? "netmaster cannot change it";
        return [{ object, message, help: "--replace deletes it with what rests on it and makes it anew; no endpoint may run there meanwhile" }];
      });
  const hindrances = [
    ...refused,
    ...rebuilt.hindrances.map((hindrance) => ({ ...hindrance, object: wanted.get(nameOf(hindrance.object)) ?? hindrance.object })),
    ...strangers(sorted, ownership, input.owner),
    ...namedByOthers(sorted),
    ...stillRunning(sorted, input.endpoints),
  ];
  const changes = changesOf(sorted, rebuilt.gone, immutable, ordered);
  if (hindrances.length > 0) return { changes, hindrances, left: sorted.left, requests: [] };
  const { ahead, after } = recordRequests(input, sorted, ownership);
  return {
    changes,
    hindrances,
    left: sorted.left,
    requests: [...rebuilt.requests, ...withRecord(ordered.prepare, ahead), ...rest(ordered), ...after],
  };
}

/** Tenants have to be there before records lie in them; records come before everything else. */
function withRecord(prepare: readonly Request[], ahead: readonly Request[]): readonly Request[] {
  const isTenant = ({ kind }: Request): boolean => kind === "tenant";
  return [...prepare.filter(isTenant), ...ahead, ...prepare.filter((request) => !isTenant(request))];
}

const rest = ({ tighten, withdraw, handOver, open, finish }: Ordered): readonly Request[] => [
  ...tighten,
  ...withdraw,
  ...handOver,
  ...open,
  ...finish,
];
