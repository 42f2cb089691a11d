/**
 * Quality of service: which endpoints have which traffic profile, and what the switch makes of it. A DSCP is written into what an endpoint
 * sends; a bandwidth limits what its port sends into the switch (`ingress_policing_rate`, ovs-vswitchd.conf.db(5)).
 */
import { trafficProfiles } from "../../diagnostics/openflow.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Group, Tenant } from "../../policy/model.js";
import { possiblePart } from "../../policy/universe.js";
import type { Universe } from "../../policy/universe.js";
import { allEnds, intersectEnds } from "../../space/ends.js";
import type { EndSet } from "../../space/ends.js";
import { flowProduct } from "../../space/flows.js";
import { everyService } from "../../space/service.js";
import type { ProgramProfile } from "./program.js";

/** Limits on what a port sends into the switch. */
export interface Policing {
  /** OpenFlow port. */
  readonly port: number;
  /** Kilobits a second. */
  readonly rate: number;
  /** Kilobits; 0: the switch's own default. */
  readonly burst: number;
}

interface Profiled {
  readonly tenant: Tenant;
  readonly group: Group;
  readonly qos: NonNullable<Group["qos"]>;
  readonly ends: EndSet;
}

function profiledGroups(universe: Universe): readonly Profiled[] {
  return universe.policy.tenants.flatMap((tenant) =>
    tenant.groups.flatMap((group): readonly Profiled[] => {
      if (group.qos === undefined) return [];
      const ends = universe.endsOf({ include: [{ kind: "group", tenant: tenant.name, group: group.name }], except: [] });
      return [{ tenant, group, qos: group.qos, ends }];
    }),
  );
}

/** One entry for each group that has a profile, in the source's order: the first that holds an endpoint counts. */
export function profilesOf(universe: Universe, tenantIds: ReadonlyMap<string, number>): readonly ProgramProfile[] {
  return profiledGroups(universe).map(({ tenant, group, qos, ends }) => ({
    tenant: tenantIds.get(tenant.name) ?? 0,
    group: group.name,
    name: qos.name,
    include: ends,
    except: [],
    // netmaster takes 0 for "leave it as it is", and so does every target.
    ...(qos.dscp === undefined || qos.dscp === 0 ? {} : { dscp: qos.dscp }),
    ...(qos.bandwidth === undefined ? {} : { rate: Math.max(1, Math.round(qos.bandwidth / 1000)) }),
    ...(qos.bandwidth === undefined || qos.burst === undefined ? {} : { burst: qos.burst * 8 }),
  }));
}

/** Groups with different profiles that one endpoint can be in. */
export function profileFindings(universe: Universe): readonly Diagnostic[] {
  const profiled = profiledGroups(universe);
  const isPossible = (set: EndSet): boolean => flowProduct(set, allEnds, everyService).some((flow) => possiblePart(universe, flow) !== undefined);
  return profiled.flatMap((second, at) => {
    const first = profiled
      .slice(0, at)
      .find((other) => other.tenant === second.tenant && other.qos !== second.qos && isPossible(intersectEnds(other.ends, second.ends)));
    if (first === undefined) return [];
    const related = [{ span: first.group.origin.span, message: `group "${first.group.name}" has "${first.qos.name}"` }];
    const fields = { group: second.group.name, other: first.group.name, profile: first.qos.name };
    return [trafficProfiles.make(fields, { span: second.group.origin.span, target: "openflow", related })];
  });
}
