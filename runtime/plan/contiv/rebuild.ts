/**
 * What netmaster cannot change and so has to be made anew, with everything that rests on it: rules that name a group, load balancers and groups on
 * a network (contiv.md §2.4). It comes before the rest of a plan, which then finds these objects missing.
 *
 * Only groups without endpoints are taken away (netmaster refuses others), so no traffic depends on rules that name them.
 */
import type { Body } from "../../../compiler/target/contiv/model.js";
import { list, nameOf, number, sibling, tenantOf, text } from "./objects.js";
import type { LiveObject, ObjectName } from "./objects.js";
import { post, remove } from "./request.js";
import type { Request } from "./request.js";

export interface Rebuild {
  readonly requests: readonly Request[];
  /** What netmaster has afterwards. */
  readonly live: readonly LiveObject[];
  readonly gone: ReadonlySet<ObjectName>;
  /** Objects on the way that cannot go, and why. */
  readonly hindrances: readonly { readonly object: LiveObject; readonly message: string; readonly help: string }[];
}

export interface RebuildInput {
  readonly live: readonly LiveObject[];
  /** Networks, groups and external contracts that have to be made anew. */
  readonly targets: ReadonlySet<ObjectName>;
  readonly isMine: (object: LiveObject) => boolean;
  readonly endpoints: ReadonlyMap<string, number>;
}

/** Whether a rule names the group, as its other end. */
export function namesGroup(rule: LiveObject, group: LiveObject): boolean {
  const name = text(group.body, "groupName");
  return tenantOf(rule) === tenantOf(group) && (text(rule.body, "fromEndpointGroup") === name || text(rule.body, "toEndpointGroup") === name);
}

const without = (body: Body, field: string, names: ReadonlySet<string>): Body => ({
  ...body,
  [field]: list(body, field).filter((name) => !names.has(name)),
});

export function rebuild({ live, targets, isMine, endpoints }: RebuildInput): Rebuild {
  const of = (kind: LiveObject["kind"]): readonly LiveObject[] => live.filter((object) => object.kind === kind);
  const networks = of("network").filter((object) => targets.has(nameOf(object)));
  const onThem = (object: LiveObject): boolean => networks.some(({ key }) => key === sibling(object.body, text(object.body, "networkName")));
  const groups = of("endpointGroup").filter((object) => targets.has(nameOf(object)) || onThem(object));
  const balancers = of("serviceLB").filter(onThem);
  const contracts = of("extContractsGroup").filter((object) => targets.has(nameOf(object)));
  const rules = of("rule").filter((rule) => groups.some((group) => namesGroup(rule, group)));
  const goes = [...rules, ...groups, ...balancers, ...networks, ...contracts];
  const gone = new Set(goes.map(nameOf));

  const requests: Request[] = [];
  const changed = new Map<ObjectName, LiveObject>();
  const rewrite = (object: LiveObject, body: Body, doing: string): void => {
    requests.push(post(object, body, doing));
    changed.set(nameOf(object), { ...object, body });
  };
  const allowsFirst = [...rules].sort(
    (a, b) => text(a.body, "action").localeCompare(text(b.body, "action")) || number(a.body, "priority") - number(b.body, "priority"),
  );
  for (const rule of allowsFirst) requests.push(remove(rule));
  for (const profile of of("appProfile")) {
    const members = new Set(groups.filter((group) => tenantOf(group) === tenantOf(profile)).map(({ body }) => text(body, "groupName")));
    if (list(profile.body, "endpointGroups").some((name) => members.has(name)))
      rewrite(profile, without(profile.body, "endpointGroups", members), `take groups out of appProfile ${profile.key}`);
  }
  for (const group of of("endpointGroup")) {
    if (gone.has(nameOf(group))) continue;
    const names = new Set(contracts.filter((object) => tenantOf(object) === tenantOf(group)).map(({ body }) => text(body, "contractsGroupName")));
    if (list(group.body, "extContractsGrps").some((name) => names.has(name)))
      rewrite(group, without(group.body, "extContractsGrps", names), `take contracts from endpointGroup ${group.key}`);
  }
  for (const object of [...groups, ...balancers, ...networks, ...contracts]) requests.push(remove(object));

  const running = groups.flatMap((object) => {
    const count = endpoints.get(object.key) ?? 0;
    if (count === 0) return [];
    const message = `${count} ${count === 1 ? "endpoint runs" : "endpoints run"} in it, and netmaster deletes no such group`;
    return [{ object, message, help: "stop these workloads first, and start them again afterwards" }];
  });
  const foreign = goes
    .filter((object) => !isMine(object))
    .map((object) => ({
      object,
      message: "it rests on what has to be made anew, and this project does not own it",
      help: "delete it yourself, or take it over with --adopt",
    }));
  return {
    requests,
    live: live.filter((object) => !gone.has(nameOf(object))).map((object) => changed.get(nameOf(object)) ?? object),
    gone,
    hindrances: [...running, ...foreign],
  };
}
