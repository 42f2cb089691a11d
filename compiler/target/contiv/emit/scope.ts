/** Which ends Contiv filters, as sets, for saying where it does not do what the source says. */
import { once } from "../../../once.js";
import * as ends from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct } from "../../../space/flows.js";
import type { FlowSet } from "../../../space/flows.js";
import { everyService } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import * as values from "../../../space/values.js";
import type { Wide } from "./finding.js";
import type { Addresses, Ground } from "./ground.js";

export interface Scope {
  /** Ends that are workloads of no tenant: machines, and other pods. */
  readonly elsewhere: EndSet;
  /** Workloads of the tenant, and those of them in its endpoint groups. */
  readonly workloads: EndSet;
  readonly members: EndSet;
  /** Pods of the tenant, at whatever address. */
  readonly pods: EndSet;
  /** Workloads of the tenant in no endpoint group. */
  readonly ungrouped: () => EndSet;
  /** Every end that is no member of an endpoint group of the tenant. */
  readonly others: () => EndSet;
}

const anyWorkload = ends.endSet({ namespace: values.anyPresent });

export function scopeOf(ground: Ground): Scope {
  const { tenant, universe } = ground;
  const groups = [...ground.groups.values()].map(({ group }) => group);
  const labelled = groups.flatMap(({ selector }) =>
    selector === undefined ? [] : ends.endSet({ namespace: values.oneOf(selector.namespaces), labels: selector.labels }),
  );
  const members = groups.flatMap((group) =>
    ends.intersectEnds(universe.endsOf({ include: [{ kind: "group", tenant: tenant.name, group: group.name }], except: [] }), anyWorkload),
  );
  const ofTenant = values.oneOf(tenant.namespaces);
  const workloads = ends.endSet({ namespace: ofTenant, addresses: universe.workloadAddresses(tenant.name) });
  const pods = ends.endSet({ namespace: ofTenant });
  const ungrouped = once(() => ends.subtractEnds(pods, labelled));
  return {
    elsewhere: ends.endSet({ namespace: values.noneOf([...universe.tenantOfNamespace.keys()]) }),
    workloads,
    members,
    pods,
    ungrouped,
    others: once(() => [...ends.endSet({ namespace: values.noneOf(tenant.namespaces) }), ...ungrouped()]),
  };
}

/** The members of a group, and only those, at these addresses. */
export function membersAt(ground: Ground, name: string, addresses: Addresses): EndSet {
  const selector = ground.groups.get(name)?.group.selector;
  if (selector === undefined) return [];
  return ends.endSet({ namespace: values.oneOf(selector.namespaces), labels: selector.labels, addresses: { v4: addresses, v6: [] } });
}

/**
 * Flows from one set of ends to another that pass no table of Contiv's: from outside, and from endpoints in no group to what is in no
 * group of theirs. `scopes` are those of all tenants.
 */
export function unfilteredFlows(scopes: readonly Scope[], from: EndSet, to: EndSet, service: ServiceSet): FlowSet {
  const elsewhere = scopes[0]?.elsewhere ?? ends.allEnds;
  return [
    ...flowProduct(ends.intersectEnds(from, elsewhere), to, service),
    ...scopes.flatMap(({ pods, ungrouped, others }) => {
      // Which of the pods are in no group is a long list, and most sources are no pods of the tenant at all.
      const sources = ends.intersectEnds(from, pods);
      return sources.length === 0 ? [] : flowProduct(ends.intersectEnds(from, ungrouped()), ends.intersectEnds(to, others()), service);
    }),
  ];
}

/** What the members of all tenants' endpoint groups send. */
export function groupFlowsOf(scopes: readonly Scope[]): FlowSet {
  return flowProduct(
    scopes.flatMap(({ members }) => members),
    ends.allEnds,
    everyService,
  );
}

/**
 * All such flows from endpoints in no group that have an end in `own`, the tenant's. Their boxes would be the square of the groups; "all of the
 * tenant's workloads send, but to and from its groups" is as long as the groups. So is "all of other tenants' workloads send to the tenant, but
 * those in groups", whose exceptions are the same list for all tenants.
 */
export function unfilteredInside(scope: Scope, scopes: readonly Scope[], own: EndSet, groupFlows: FlowSet): readonly Wide[] {
  const { members, workloads } = scope;
  const inside: Wide = {
    flows: flowProduct(workloads, ends.allEnds, everyService),
    except: [...flowProduct(members, ends.allEnds, everyService), ...flowProduct(ends.allEnds, members, everyService)],
  };
  const others = scopes.filter((other) => other !== scope).flatMap(({ pods }) => pods.flatMap(({ namespace }) => namespace.values));
  return others.length === 0
    ? [inside]
    : [inside, { flows: flowProduct(ends.endSet({ namespace: values.oneOf(others) }), own, everyService), except: groupFlows }];
}
