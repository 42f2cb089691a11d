/**
 * Whose objects are whose. netmaster's objects have no labels, so a project's list of its objects lies beside them: as the `contracts`
 * of an external contracts group in each tenant. Such a group has no effect as long as no endpoint group names it, netmaster does not look at
 * the list's members, and it does not keep a tenant from being deleted (contiv.md §1.3, §2.4).
 *
 * netmaster cannot change such a group, so there are two names: the new list is written under the free one before the old one is
 * deleted. What is owned is what either says, so that a crash between the two forgets nothing.
 */
import type { Body } from "../../../compiler/target/contiv/model.js";
import { list, tenantOf, text } from "./objects.js";
import type { LiveObject, ObjectName } from "./objects.js";
import type { Request } from "./request.js";

const prefix = "ctv.owned.";

/** The name that stands for a project, made to fit into a name of netmaster's. */
export function ownerName(given: string): string {
  const fitting = given.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return fitting.slice(0, 40).replace(/-+$/, "") || "project";
}

export const isRecord = ({ kind, body }: LiveObject): boolean => kind === "extContractsGroup" && text(body, "contractsGroupName").startsWith(prefix);

/** The two keys at which a tenant's list may lie. */
export function recordKeys(tenant: string, owner: string): readonly [string, string] {
  return [`${tenant}:${prefix}${owner}.1`, `${tenant}:${prefix}${owner}.2`];
}

/** Names of objects by owner, from all records that were found. */
export function ownersOf(objects: Iterable<LiveObject>): ReadonlyMap<ObjectName, string> {
  const owners = new Map<ObjectName, string>();
  for (const object of objects) {
    if (!isRecord(object)) continue;
    const owner = text(object.body, "contractsGroupName")
      .slice(prefix.length)
      .replace(/\.[12]$/, "");
    for (const name of list(object.body, "contracts")) owners.set(name, owner);
  }
  return owners;
}

function recordBody(tenant: string, key: string, names: readonly ObjectName[]): Body {
  return { tenantName: tenant, contractsGroupName: key.slice(tenant.length + 1), contractsType: "provided", contracts: names };
}

const equal = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && [...a].sort().every((name, at) => name === [...b].sort()[at]);

/** A tenant's records as they are after each write, so that several can follow each other in one plan. */
export type Records = Map<string, readonly ObjectName[]>;

export function recordsIn(objects: Iterable<LiveObject>): Records {
  return new Map([...objects].filter(isRecord).map((object) => [object.key, list(object.body, "contracts")]));
}

/** Requests after which a tenant's list says `names`; `records` is brought along. */
export function writeRecord(records: Records, tenant: string, owner: string, names: readonly ObjectName[]): readonly Request[] {
  const [first, second] = recordKeys(tenant, owner);
  const requests: Request[] = [];
  const doing = "record whose objects these are";
  const drop = (key: string): void => {
    requests.push({ method: "DELETE", kind: "extContractsGroup", key, doing });
    records.delete(key);
  };
  const [one, two] = [records.get(first), records.get(second)];
  // Both are there after a crash; one of them holds the other.
  if (one !== undefined && two !== undefined) drop(two.every((name) => one.includes(name)) ? second : first);
  const current = records.has(first) ? first : records.has(second) ? second : undefined;
  if (current !== undefined && equal(records.get(current) ?? [], names)) return requests;
  if (names.length > 0) {
    const free = current === first ? second : first;
    const sorted = [...names].sort();
    requests.push({ method: "POST", kind: "extContractsGroup", key: free, body: recordBody(tenant, free, sorted), doing });
    records.set(free, sorted);
  }
  if (current !== undefined) drop(current);
  return requests;
}

/** The tenant in whose record an object stands; those of the whole installation stand with the first tenant. */
export function homeOf(object: LiveObject, firstTenant: string): string {
  return tenantOf(object) === "" ? firstTenant : tenantOf(object);
}
