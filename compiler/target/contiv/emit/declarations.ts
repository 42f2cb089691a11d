/** The Contiv objects that come one to one from declarations: everything but policies and rules. */
import type { AciGateway, BgpHost, Contracts, Fabric, LoadBalancer, Network, Policy, QosProfile, Tenant } from "../../../policy/model.js";
import { formatAddress, formatPrefix } from "../../../space/address.js";
import type { Body } from "../model.js";
import type { EndpointGroup, Ground } from "./ground.js";
import { contivObject } from "./object.js";
import type { ContivObject } from "./object.js";

/** All six fields, always: netmaster compares an update with the stored object, so a missing one would count as a change (contiv.md §1.3). */
function globalObject(fabric: Fabric): ContivObject {
  const body: Body = {
    name: "global",
    networkInfraType: fabric.mode,
    vlans: fabric.vlans.join("-"),
    vxlans: fabric.vxlans.join("-"),
    fwdMode: fabric.forwarding,
    arpMode: fabric.arp,
    pvtSubnet: formatPrefix(fabric.privateSubnet),
  };
  return contivObject("global", body, "global", fabric.origin, "what holds for the whole installation");
}

function aciObject(aci: AciGateway): ContivObject {
  const body: Body = {
    name: "aciGw",
    ...(aci.pathBindings.length === 0 ? {} : { pathBindings: aci.pathBindings.join(",") }),
    ...(aci.nodeBindings.length === 0 ? {} : { nodeBindings: aci.nodeBindings.join(",") }),
    physicalDomain: aci.physicalDomain,
    enforcePolicies: aci.enforcePolicies ? "yes" : "no",
    includeCommonTenant: aci.includeCommonTenant ? "yes" : "no",
  };
  return contivObject("aciGw", body, "aciGw", aci.origin, "the gateway to the ACI fabric");
}

function bgpObject(host: BgpHost): ContivObject {
  const body: Body = {
    hostname: host.name,
    routerip: formatPrefix(host.routerIp),
    as: String(host.as),
    "neighbor-as": String(host.neighborAs),
    neighbor: formatAddress(host.neighbor),
  };
  return contivObject("Bgp", body, `bgp/${host.name}`, host.origin, "how the host tells its routes outside");
}

function tenantObject(tenant: Tenant): ContivObject {
  return contivObject("tenant", { tenantName: tenant.name }, `tenants/${tenant.name}/tenant`, tenant.origin, "the tenant");
}

/** The subnet as posted; a network with a range of its subnet writes the whole second address (contiv.md §1.3). */
function subnetText(network: Network): string | undefined {
  const { subnet, range } = network;
  if (subnet === undefined) return undefined;
  return range === undefined ? formatPrefix(subnet) : `${formatAddress(range.first)}-${formatAddress(range.last)}/${subnet.length}`;
}

function networkObject(tenant: Tenant, network: Network): ContivObject | undefined {
  const subnet = subnetText(network);
  if (subnet === undefined) return undefined;
  const body: Body = {
    networkName: network.name,
    tenantName: tenant.name,
    nwType: network.type,
    encap: network.encap,
    ...(network.tag === undefined ? {} : { pktTag: network.tag }),
    subnet,
    ...(network.gateway === undefined ? {} : { gateway: formatAddress(network.gateway) }),
    ...(network.subnet6 === undefined ? {} : { ipv6Subnet: formatPrefix(network.subnet6) }),
    ...(network.gateway6 === undefined ? {} : { ipv6Gateway: formatAddress(network.gateway6) }),
  };
  return contivObject("network", body, `tenants/${tenant.name}/networks/${network.name}`, network.origin, "an address space of the tenant");
}

const units: readonly (readonly [number, string])[] = [
  [1_000_000_000, "Gbps"],
  [1_000_000, "Mbps"],
  [1_000, "kbps"],
];

/** Bits per second in the largest unit that says it exactly; less than a kilobit is rounded up. */
export function bandwidthText(bitsPerSecond: number): string {
  for (const [size, unit] of units) if (bitsPerSecond % size === 0) return `${bitsPerSecond / size}${unit}`;
  return `${Math.ceil(bitsPerSecond / 1000)}kbps`;
}

function profileObject(tenant: Tenant, profile: QosProfile): ContivObject {
  const body: Body = {
    profileName: profile.name,
    tenantName: tenant.name,
    ...(profile.bandwidth === undefined ? {} : { bandwidth: bandwidthText(profile.bandwidth) }),
    ...(profile.dscp === undefined ? {} : { DSCP: profile.dscp }),
    ...(profile.burst === undefined ? {} : { burst: profile.burst }),
  };
  return contivObject("netprofile", body, `tenants/${tenant.name}/netprofiles/${profile.name}`, profile.origin, "a traffic profile for groups");
}

/** Profiles that the tenant's groups need: its own, and those of the top level that it uses. */
export function profilesOf(tenant: Tenant): readonly QosProfile[] {
  const own = new Map(tenant.qosProfiles.map((profile) => [profile.name, profile]));
  for (const { qos } of tenant.groups) if (qos !== undefined && !own.has(qos.name)) own.set(qos.name, qos);
  return [...own.values()];
}

function contractsObject(tenant: Tenant, contracts: Contracts): ContivObject {
  const body: Body = { tenantName: tenant.name, contractsGroupName: contracts.name, contractsType: contracts.type, contracts: contracts.names };
  return contivObject(
    "extContractsGroup",
    body,
    `tenants/${tenant.name}/extContractsGroups/${contracts.name}`,
    contracts.origin,
    "contracts of the outside fabric",
  );
}

function groupObject(tenant: Tenant, entry: EndpointGroup, policies: readonly string[]): ContivObject {
  const { group, network } = entry;
  const body: Body = {
    groupName: group.name,
    tenantName: tenant.name,
    networkName: network.name,
    ...(group.pool === undefined ? {} : { ipPool: `${formatAddress(group.pool.first)}-${formatAddress(group.pool.last)}` }),
    ...(policies.length === 0 ? {} : { policies }),
    ...(group.contracts.length === 0 ? {} : { extContractsGrps: group.contracts }),
    ...(group.qos === undefined ? {} : { netProfile: group.qos.name }),
  };
  return contivObject(
    "endpointGroup",
    body,
    `tenants/${tenant.name}/endpointGroups/${group.name}`,
    group.origin,
    "the endpoints that rules speak of",
  );
}

/** Only groups with workloads are endpoint groups, so only these can be in an application profile. */
function appObjects(ground: Ground): readonly ContivObject[] {
  const { tenant } = ground;
  return tenant.apps.map((app) => {
    const members = app.groups.filter((name) => ground.groups.has(name));
    const body: Body = { tenantName: tenant.name, appProfileName: app.name, endpointGroups: members };
    return contivObject("appProfile", body, `tenants/${tenant.name}/appProfiles/${app.name}`, app.origin, "an application profile");
  });
}

/** `key=value` of each label, or nothing where a label has not exactly one value. */
export function selectorTexts(balancer: LoadBalancer): readonly string[] | undefined {
  const texts: string[] = [];
  for (const [key, set] of balancer.labels) {
    if (set.kind !== "in" || set.absent || set.values.length !== 1 || `${key}${set.values[0]}`.includes("=")) return undefined;
    texts.push(`${key}=${set.values[0]}`);
  }
  return texts.length === 0 ? undefined : texts;
}

function balancerObject(tenant: Tenant, balancer: LoadBalancer): ContivObject | undefined {
  const selectors = selectorTexts(balancer);
  const ports = balancer.ports.filter((port) => port.protocol !== "sctp");
  if (selectors === undefined || ports.length === 0) return undefined;
  const body: Body = {
    tenantName: tenant.name,
    networkName: balancer.network,
    serviceName: balancer.name,
    ...(balancer.address === undefined ? {} : { ipAddress: formatAddress(balancer.address) }),
    selectors,
    ports: ports.map(({ protocol, port, target }) => `${port}:${target}:${protocol.toUpperCase()}`),
  };
  return contivObject(
    "serviceLB",
    body,
    `tenants/${tenant.name}/serviceLBs/${balancer.name}`,
    balancer.origin,
    "a virtual address in front of providers",
  );
}

const present = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);

/** The objects of the installation. */
export function fabricObjects(policy: Policy): readonly ContivObject[] {
  return [...present(policy.fabric).map(globalObject), ...present(policy.aci).map(aciObject), ...policy.bgp.map(bgpObject)];
}

export interface TenantObjects {
  /** Tenant, networks, profiles, contracts. */
  readonly first: readonly ContivObject[];
  readonly groups: readonly ContivObject[];
  /** Application profiles and load balancers. */
  readonly last: readonly ContivObject[];
}

export function tenantObjects(ground: Ground, attached: ReadonlyMap<string, readonly string[]>): TenantObjects {
  const { tenant } = ground;
  return {
    first: [
      tenantObject(tenant),
      ...tenant.networks.flatMap((network) => present(networkObject(tenant, network))),
      ...profilesOf(tenant).map((profile) => profileObject(tenant, profile)),
      ...tenant.contracts.map((contracts) => contractsObject(tenant, contracts)),
    ],
    groups: [...ground.groups.values()].map((entry) => groupObject(tenant, entry, attached.get(entry.group.name) ?? [])),
    last: [...appObjects(ground), ...tenant.loadBalancers.flatMap((balancer) => present(balancerObject(tenant, balancer)))],
  };
}
