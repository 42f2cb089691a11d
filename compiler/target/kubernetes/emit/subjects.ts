/** Sorts allowances into objects: one for each policy and each set of pods, named after the policy and the group. */
import type { Tenant } from "../../../policy/model.js";
import { allAddresses } from "../../../space/address.js";
import { endIndex } from "../../../space/endIndex.js";
import { endBoxWithin } from "../../../space/ends.js";
import type { EndBox } from "../../../space/ends.js";
import * as values from "../../../space/values.js";
import { blind } from "./ground.js";
import { columnKey } from "./keys.js";
import { shortHash } from "./names.js";
import type { Direction } from "./pieces.js";
import type { Allowance } from "./allowance.js";

/** The pods of one object, before it is split into selectors and namespaces. */
export interface Subject {
  /** Name of the policy; absent for the tenant's default. */
  readonly policy?: string;
  readonly box: EndBox;
  /** Parts of the object's name after the policy's: a group, and a hash where the pods are not all of it. */
  readonly name: readonly string[];
  readonly allowances: Readonly<Record<Direction, readonly Allowance[]>>;
}

/** Gives a set of pods its name. */
export type SubjectNames = (box: EndBox) => readonly string[];

export function subjectNames(tenant: Tenant): SubjectNames {
  const groups = tenant.groups.flatMap(({ name, selector }): { name: string; box: EndBox }[] =>
    selector === undefined ? [] : [{ name, box: { namespace: values.oneOf(selector.namespaces), labels: selector.labels, addresses: allAddresses } }],
  );
  const byColumn = new Map(groups.map((group) => [columnKey(group.box), group.name]));
  const index = endIndex(groups.map((group) => group.box));
  const everyPod = columnKey({ namespace: values.oneOf(tenant.namespaces), labels: new Map(), addresses: allAddresses });
  const known = new Map<string, readonly string[]>();
  const nameOf = (box: EndBox, key: string): readonly string[] => {
    const exact = byColumn.get(key);
    if (exact !== undefined) return [exact];
    if (key === everyPod) return ["all-pods"];
    const column = blind(box);
    const around = index.overlapping(column).find((at) => endBoxWithin(column, groups[at].box));
    return [around === undefined ? "pods" : groups[around].name, shortHash(key)];
  };
  return (box) => {
    const key = columnKey(box);
    let name = known.get(key);
    if (name === undefined) known.set(key, (name = nameOf(box, key)));
    return name;
  };
}

interface Growing extends Subject {
  readonly allowances: Record<Direction, Allowance[]>;
}

/** In the order in which they come first. */
export function subjectsOf(names: SubjectNames, allowances: Readonly<Record<Direction, readonly Allowance[]>>): readonly Subject[] {
  const subjects: Growing[] = [];
  const byPolicy = new Map<string | undefined, Map<string, Growing>>();
  for (const direction of ["ingress", "egress"] as const) {
    for (const allowance of allowances[direction]) {
      const policy = allowance.rule?.policy;
      let ofPolicy = byPolicy.get(policy);
      if (ofPolicy === undefined) byPolicy.set(policy, (ofPolicy = new Map()));
      const box = allowance.subject;
      const column = columnKey(box);
      const known = ofPolicy.get(column);
      if (known === undefined) {
        const made = { policy, box, name: names(box), allowances: firstOf(direction, allowance) };
        subjects.push(made);
        ofPolicy.set(column, made);
      } else known.allowances[direction].push(allowance);
    }
  }
  return subjects;
}

/** Most subjects have one allowance in all, and a list that begins with it takes no room for more. */
function firstOf(direction: Direction, allowance: Allowance): Record<Direction, Allowance[]> {
  return direction === "ingress" ? { ingress: [allowance], egress: [] } : { ingress: [], egress: [allowance] };
}
