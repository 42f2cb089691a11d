/**
 * The order of requests.
 *
 * INVARIANT: no state on the way allows a packet that the old or the new state would not allow: states up to the end of `withdraw` allow
 * no more than the old one, states from there on no more than the new one. It holds because of what single requests do to a table that
 * decides by the highest priority: adding a deny or taking away an allow never lets more pass, and the other two never less. So:
 *
 *  1. `prepare`: what rules rest on, and the record of ownership.
 *  2. `tighten`: new denies, and stand-ins for those whose place in the table is taken. New groups are born with the guard policy.
 *  3. `withdraw`: old allows go. Now everything that is allowed both policies allow.
 *  4. `hand over`: old denies go, new ones take the place of their stand-ins, policies are attached and detached, guards go.
 *  5. `open`: new allows.
 *  6. `finish`: what rests on groups, deletions, and the record as it is to stay.
 *
 * Each request changes a table in one direction only, so one that is half done lies between the states before and after it.
 */
import type { Body, Kind } from "../../../compiler/target/contiv/model.js";
import { groupNamesOf } from "./entangled.js";
import { guardObjects, guardPolicy, guardRule, isGuardPolicy } from "./guard.js";
import { list, nameOf, number, sibling, tenantOf, text } from "./objects.js";
import type { DesiredObject, LiveObject, ObjectName } from "./objects.js";
import { post, remove } from "./request.js";
import type { Request } from "./request.js";
import { lists, policyOf } from "./sort.js";
import type { Pair, Sorted } from "./sort.js";
import { flowKeys } from "./table.js";
import type { FlowKey } from "./table.js";

export interface Ordered {
  readonly prepare: readonly Request[];
  readonly tighten: readonly Request[];
  readonly withdraw: readonly Request[];
  readonly handOver: readonly Request[];
  readonly open: readonly Request[];
  readonly finish: readonly Request[];
  /** Rules that deny and are away for a moment, because no priority was free for a stand-in. */
  readonly exposed: ReadonlySet<ObjectName>;
  /** Groups with endpoints whose traffic stops for a moment. */
  readonly halted: ReadonlySet<ObjectName>;
}

const allows = ({ body }: LiveObject): boolean => text(body, "action") === "allow";

const prepared: readonly Kind[] = ["global", "aciGw", "Bgp", "tenant", "network", "netprofile", "extContractsGroup"];
const finished: readonly Kind[] = ["appProfile", "serviceLB"];
/** Each kind before those that it rests on. */
const deletion: readonly Kind[] = [
  "appProfile",
  "serviceLB",
  "endpointGroup",
  "policy",
  "netprofile",
  "extContractsGroup",
  "network",
  "Bgp",
  "aciGw",
  "tenant",
];

/** What is made or changed of some kinds, in the order of the kinds. */
function written(sorted: Sorted, kinds: readonly Kind[]): readonly Request[] {
  return kinds.flatMap((kind) => [
    ...sorted.changed
      .filter(({ desired }) => desired.kind === kind)
      .map(({ desired }) => post(desired, desired.body, `change ${kind} ${desired.key}`)),
    ...sorted.replaced
      .filter(({ desired }) => desired.kind === kind)
      .flatMap(({ live, desired }) => [remove({ ...desired, ...live }), post(desired)]),
    ...sorted.created.filter((object) => object.kind === kind).map((object) => post(object)),
  ]);
}

interface RulePlan {
  /** Denies whose place is free. */
  readonly early: readonly DesiredObject[];
  /** Denies whose place an old allow holds. */
  readonly afterWithdraw: readonly DesiredObject[];
  /** Denies whose place an old deny holds, and what stands in for each meanwhile. */
  readonly blocked: readonly { readonly rule: DesiredObject; readonly guard?: DesiredObject }[];
  readonly oldAllows: readonly LiveObject[];
  readonly oldDenies: readonly LiveObject[];
  /** Allows that only rise, exchanged at the end. */
  readonly late: readonly Pair[];
  readonly newAllows: readonly DesiredObject[];
}

/** An allow that stays the same but for a higher priority lets, where it is, no more pass than where it is going. */
function onlyRises({ live, desired, fields }: Pair): boolean {
  return (
    allows(live) &&
    allows(desired) &&
    fields.every(({ field }) => field === "priority") &&
    number(live.body, "priority") <= number(desired.body, "priority")
  );
}

function planRules(sorted: Sorted): RulePlan {
  const { live, desired, subnetOf } = sorted;
  const groupNames = groupNamesOf(sorted);
  const keysOf = (rule: LiveObject): readonly FlowKey[] => flowKeys(rule.body, groupNames(rule), subnetOf);
  const pairs = sorted.replaced.filter(({ live: object }) => object.kind === "rule");
  const old = [...sorted.deleted.filter(({ kind }) => kind === "rule"), ...pairs.map(({ live: object }) => object)];
  const oldNames = new Set(old.map(nameOf));
  const fresh = [...sorted.created.filter(({ kind }) => kind === "rule"), ...pairs.map(({ desired: object }) => object)];

  // Rules of policies that a group loses are in the way too, as long as the group has them.
  const leaving = live.filter((rule) => rule.kind === "rule" && !oldNames.has(nameOf(rule)) && !sorted.kept.has(nameOf(rule)));
  const holders = lists([...old, ...leaving].flatMap((rule) => keysOf(rule).map((key) => [key, rule] as const)));
  const byName = new Map(old.map((rule) => [nameOf(rule), rule]));
  const inTheWay = (rule: DesiredObject): ReadonlySet<LiveObject> => {
    const same = byName.get(nameOf(rule));
    return new Set([...(same === undefined ? [] : [same]), ...keysOf(rule).flatMap((key) => holders.get(key) ?? [])]);
  };

  const taken = new Set<FlowKey>([...live, ...desired].flatMap((object) => (object.kind === "rule" ? keysOf(object) : [])));
  const early: DesiredObject[] = [];
  const afterWithdraw: DesiredObject[] = [];
  const blocked: { rule: DesiredObject; guard?: DesiredObject }[] = [];
  const needed = new Set<LiveObject>();
  for (const rule of fresh) {
    if (allows(rule)) continue;
    const blocking = [...inTheWay(rule)];
    for (const other of blocking) needed.add(other);
    if (blocking.length === 0) early.push(rule);
    else if (blocking.every((other) => oldNames.has(nameOf(other)) && allows(other))) afterWithdraw.push(rule);
    else {
      const guard = guardRule(rule, groupNames(rule), taken, subnetOf);
      blocked.push(guard === undefined ? { rule } : { rule, guard });
    }
  }
  const late = pairs
    .filter((pair) => onlyRises(pair) && !needed.has(pair.live))
    .sort((a, b) => number(b.desired.body, "priority") - number(a.desired.body, "priority"));
  const lateNames = new Set(late.map(({ live: object }) => nameOf(object)));
  return {
    early,
    afterWithdraw,
    blocked,
    oldAllows: old.filter((rule) => allows(rule) && !lateNames.has(nameOf(rule))),
    oldDenies: old.filter((rule) => !allows(rule)),
    late,
    newAllows: fresh.filter((rule) => allows(rule) && !lateNames.has(nameOf(rule))),
  };
}

interface GroupPlan {
  readonly tighten: readonly Request[];
  readonly handOver: readonly Request[];
  readonly release: readonly Request[];
  readonly guardedTenants: ReadonlySet<string>;
  readonly halted: ReadonlySet<ObjectName>;
}

/** Requests for groups: policies are attached while they only deny, and under guard where they hold allows already. */
function planGroups(sorted: Sorted, goingRules: ReadonlySet<ObjectName>, isAci: boolean): GroupPlan {
  const rulesOf = lists(sorted.live.filter(({ kind }) => kind === "rule").map((rule) => [policyOf(rule), rule] as const));
  const holdsAllows = (policy: string): boolean => (rulesOf.get(policy) ?? []).some(allows);
  /** Whether the policy still allows something when old rules are withdrawn. */
  const keepsAllows = (policy: string): boolean => (rulesOf.get(policy) ?? []).some((rule) => allows(rule) && !goingRules.has(nameOf(rule)));
  // A group without policies is reached by the denies of others, which may not be there yet.
  const denying = new Set(sorted.desired.filter((object) => object.kind === "rule" && !allows(object)).map(tenantOf));
  const live = new Map(sorted.live.filter(({ kind }) => kind === "endpointGroup").map((group) => [group.key, group]));
  const tighten: Request[] = [];
  const handOver: Request[] = [];
  const release: Request[] = [];
  const guardedTenants = new Set<string>();
  const halted = new Set<ObjectName>();
  for (const group of sorted.desired) {
    if (group.kind !== "endpointGroup" || sorted.kept.has(nameOf(group))) continue;
    const before = live.get(group.key);
    const had = before === undefined ? [] : list(before.body, "policies");
    const wants = list(group.body, "policies");
    const body = (policies: readonly string[]): Body => ({ ...group.body, policies });
    const gains = wants.filter((name) => !had.includes(name));
    const loses = had.filter((name) => !wants.includes(name) && name !== guardPolicy);
    const key = (name: string): string => sibling(group.body, name);
    const exchanges = gains.some((name) => holdsAllows(key(name))) || loses.some((name) => keepsAllows(key(name)));
    const guarded = !isAci && (had.includes(guardPolicy) || exchanges || (before === undefined && denying.has(tenantOf(group))));
    const doing = before === undefined ? `create endpointGroup ${group.key}` : `change endpointGroup ${group.key}`;
    if (guarded) {
      guardedTenants.add(tenantOf(group));
      if (before !== undefined) halted.add(nameOf(group));
      if (!had.includes(guardPolicy)) tighten.push(post(group, body([...had, guardPolicy]), doing));
      handOver.push(post(group, body([...wants, guardPolicy]), `attach the policies of endpointGroup ${group.key}`));
      release.push(post(group, body(wants), `open endpointGroup ${group.key}`));
      continue;
    }
    if (before === undefined) tighten.push(post(group, body([]), doing));
    const both = [...had, ...gains];
    if (gains.length > 0 && loses.length > 0) tighten.push(post(group, body(both), `attach policies to endpointGroup ${group.key}`));
    if (gains.length > 0 && loses.length === 0) tighten.push(post(group, body(wants), `attach policies to endpointGroup ${group.key}`));
    else if (before !== undefined) handOver.push(post(group, body(wants), doing));
  }
  return { tighten, handOver, release, guardedTenants, halted };
}

/** Groups have to be there before rules name them, and empty policies before groups have them. */
export function orderRequests(sorted: Sorted, isAci: boolean): Ordered {
  const rules = planRules(sorted);
  const going = new Set([...rules.oldAllows, ...rules.oldDenies].map(nameOf));
  const groups = planGroups(sorted, going, isAci);
  const there = new Set(sorted.live.map(nameOf));
  const guards = [...groups.guardedTenants].sort().flatMap((tenant) => guardObjects(tenant));
  const guardRules = rules.blocked.flatMap(({ guard }) => guard ?? []);
  // A stand-in that a crash has left does its work again, and goes with the old denies.
  const freshGuards = guardRules.filter((guard) => !there.has(nameOf(guard)));
  const standing = new Set(guardRules.map(nameOf));
  const held = new Set(sorted.live.flatMap((group) => (list(group.body, "policies").includes(guardPolicy) ? [tenantOf(group)] : [])));
  const oldGuards = sorted.live.filter(
    (object) => isGuardPolicy(object) && !groups.guardedTenants.has(tenantOf(object)) && !held.has(tenantOf(object)),
  );
  const exposed = new Set(rules.blocked.filter(({ guard }) => guard === undefined).map(({ rule }) => nameOf(rule)));
  const policies = sorted.created.filter(({ kind }) => kind === "policy");
  const [attachFirst, attachLater] = [groups.tighten.filter(isCreation(there)), groups.tighten.filter((request) => !isCreation(there)(request))];
  return {
    prepare: written(sorted, prepared),
    tighten: [
      ...policies.map((policy) => post(policy)),
      ...guards
        .filter((object) => !there.has(nameOf(object)))
        .map((object) => post(object, object.body, `hold back groups of tenant ${tenantOf(object)}`)),
      ...attachFirst,
      ...rules.early.map((rule) => post(rule)),
      ...freshGuards.map((rule) => post(rule, rule.body, `stand in for a rule that is exchanged, with rule ${rule.key}`)),
      ...attachLater,
    ],
    withdraw: [...rules.oldAllows.map((rule) => remove(rule)), ...rules.afterWithdraw.map((rule) => post(rule))],
    handOver: [
      ...groups.handOver,
      ...rules.oldDenies.filter((rule) => !standing.has(nameOf(rule)) && !exposed.has(nameOf(rule))).map((rule) => remove(rule)),
      ...rules.blocked.filter(({ guard }) => guard !== undefined).map(({ rule }) => post(rule)),
      ...rules.blocked
        .filter(({ guard }) => guard === undefined)
        .flatMap(({ rule }) => [...(there.has(nameOf(rule)) ? [remove(rule)] : []), post(rule)]),
      ...guardRules.map((rule) => remove(rule, `take back rule ${rule.key}`)),
      ...groups.release,
    ],
    open: [
      ...rules.late.flatMap(({ live, desired }) => [remove({ ...desired, ...live }), post(desired)]),
      ...rules.newAllows.map((rule) => post(rule)),
    ],
    finish: [
      ...written(sorted, finished),
      ...[...guards, ...oldGuards].filter(({ kind }) => kind === "policy").map((object) => remove(object, `take back policy ${object.key}`)),
      ...deletion.flatMap((kind) => sorted.deleted.filter((object) => object.kind === kind).map((object) => remove(object))),
    ],
    exposed,
    halted: groups.halted,
  };
}

/** Whether a request makes a group that is not there yet, or puts one under guard: both come before rules that name groups. */
function isCreation(there: ReadonlySet<ObjectName>): (request: Request) => boolean {
  return (request) =>
    !there.has(`${request.kind} ${request.key}`) || (request.method === "POST" && list(request.body, "policies").includes(guardPolicy));
}
