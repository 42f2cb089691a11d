/** Ends that cannot exist, by the axioms of `universe.ts`, and how a question leaves them out. */
import * as address from "../space/address.js";
import { boundedCache } from "../space/boundedCache.js";
import { endIndex } from "../space/endIndex.js";
import type { EndIndex } from "../space/endIndex.js";
import * as ends from "../space/ends.js";
import type { EndBox, EndSet } from "../space/ends.js";
import * as flows from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import { everyService } from "../space/service.js";
import * as values from "../space/values.js";
import type { Tenant } from "./model.js";
import { networkNamed } from "./territory.js";
import type { Territory } from "./territory.js";

/** Boxes of ends that cannot exist. */
export function impossibleEnds(territory: Territory): EndSet {
  const outside = boundedCache(1024, address.complementAddresses);
  const ofGroups = (tenant: Tenant): EndSet =>
    tenant.groups.flatMap((group) => {
      if (group.selector === undefined || networkNamed(tenant, group.network) === undefined) return [];
      const { namespaces, labels } = group.selector;
      return ends.endSet({ namespace: values.oneOf(namespaces), labels, addresses: outside(territory.groupAddresses(tenant, group)) });
    });
  const { tenants, noTenant, podAddresses, hosts, workloadAddresses } = territory;
  return [
    ...tenants.flatMap((tenant) => [
      ...ofGroups(tenant),
      ...ends.endSet({ namespace: values.oneOf(tenant.namespaces), addresses: outside(workloadAddresses(tenant.name)) }),
    ]),
    ...ends.endSet({ namespace: values.intersectValues(noTenant, values.anyPresent), addresses: outside(workloadAddresses(undefined)) }),
    ...ends.endSet({ namespace: values.onlyAbsent, addresses: address.subtractAddresses(podAddresses, hosts) }),
  ];
}

export interface Possibility {
  /** A part of the box in which every end can exist: the box itself where that holds for all of it, nothing where no end can. */
  readonly plainEnds: (box: EndBox) => EndBox | undefined;
  /** Boxes of flows that cannot exist because of one end, as far as they meet the given box. */
  readonly impossibleFlows: (flow: FlowBox) => FlowSet;
}

export function possibilityBeside(impossible: EndSet): Possibility {
  const from = impossible.map((source): FlowBox => ({ source, destination: ends.everyEnd, service: everyService }));
  const to = impossible.map((destination): FlowBox => ({ source: ends.everyEnd, destination, service: everyService }));
  let index: EndIndex | undefined;
  const meeting = (side: EndBox): readonly number[] => {
    index ??= endIndex(impossible);
    return index.overlapping(side);
  };
  const plainEnds = boundedCache(4 * impossible.length + 1024, (side: EndBox): EndBox | undefined => {
    const against = meeting(side).map((at) => from[at]);
    if (against.length === 0) return side;
    const part = (of: EndBox): EndBox | undefined =>
      flows.findUncovered({ source: of, destination: ends.everyEnd, service: everyService }, against)?.source;
    // Machines first: few axioms speak of them, so that the part is a large one.
    const machines = ends.endBox({ ...side, namespace: values.intersectValues(side.namespace, values.onlyAbsent) });
    return (machines === undefined ? undefined : part(machines)) ?? part(side);
  });
  const impossibleFlows = (flow: FlowBox): FlowSet => [
    ...meeting(flow.source).map((at) => from[at]),
    ...meeting(flow.destination).map((at) => to[at]),
  ];
  return { plainEnds, impossibleFlows };
}
