/** What netmaster refuses beyond its model, kind by kind, in its words and order (contiv.md §2.4, §3.2, §8). */
import { number, subnet } from "./addresses.js";
import type { Json } from "./model.js";
import { globalUpdate } from "./global.js";
import { word, words } from "./state.js";
import type { State } from "./state.js";

export interface Callbacks {
  /** A text refuses. */
  readonly create?: (state: State, body: Json, key: string) => string | undefined;
  readonly update?: (state: State, before: Json, body: Json, key: string) => string | undefined;
  readonly remove?: (state: State, body: Json, key: string) => string | undefined;
}

const missingTenant = (state: State, body: Json): string | undefined =>
  state.of("tenant").has(word(body.tenantName)) ? undefined : "Tenant not found";

const aci = (state: State): boolean => state.of("global").get("global")?.networkInfraType === "aci";

function endpointsIn(state: State, group: string): number {
  return state.endpoints.filter((endpoint) => endpoint.group === group).length;
}

const tenant: Callbacks = {
  update: () => "Cant change tenant parameters after its created",
  remove: (state, { tenantName }) => {
    const count = (kind: string): number => state.inTenant(kind, word(tenantName)).length;
    const name = word(tenantName);
    if (count("appProfile") > 0) return `cannot delete ${name}, has ${count("appProfile")} app profiles`;
    if (count("endpointGroup") > 0) return `cannot delete ${name} has ${count("endpointGroup")} endpoint groups`;
    if (count("policy") > 0) return `cannot delete ${name} has ${count("policy")} policies`;
    if (count("netprofile") > 0) return `Cannot delete ${name} has ${count("netprofile")} netprofiles`;
    return count("network") > 0 ? `cannot delete ${name} has ${count("network")} networks` : undefined;
  },
};

const network: Callbacks = {
  create: (state, body) => {
    const global = state.of("global").get("global") ?? {};
    if (word(global.fwdMode) === "") return "Global configuration is not ready: global forwarding mode is not set";
    const refused = missingTenant(state, body);
    if (refused !== undefined) return refused;
    const own = subnet(word(body.subnet));
    if (own === undefined) return "Network subnet format not valid";
    if (own.length < 8) return `subnet length ${own.length} not supported`;
    for (const other of state.inTenant("network", word(body.tenantName))) {
      const there = subnet(word(other.subnet));
      if (there !== undefined && there.from <= own.to && own.from <= there.to)
        return `network ${word(other.networkName)} conflicts with subnet ${word(body.subnet)}`;
    }
    if (state.of("endpointGroup").has(`${word(body.tenantName)}:${word(body.networkName)}`))
      return `EndpointGroup ${word(body.networkName)} conflicts with the network name`;
    const gateway = word(body.gateway);
    if (gateway !== "" && (number(gateway) < own.first || number(gateway) > own.last))
      return `hostIP ${gateway} is exceeding beyond subnet ${word(body.subnet)}, hostID ${number(gateway) - own.first}`;
    return tagRefusal(state, body, global);
  },
  update: () => "Cant change network parameters after its created",
  remove: (state, body) => {
    const here = (kind: string): readonly Json[] =>
      state.inTenant(kind, word(body.tenantName)).filter((other) => other.networkName === body.networkName);
    const name = word(body.networkName);
    if (here("endpointGroup").length > 0) return `cannot delete ${name} has ${here("endpointGroup").length} endpoint groups`;
    return here("serviceLB").length > 0 ? `cannot delete ${name} has ${here("serviceLB").length} services ` : undefined;
  },
};

function tagRefusal(state: State, body: Json, global: Json): string | undefined {
  const tag = typeof body.pktTag === "number" ? body.pktTag : 0;
  if (tag === 0) return undefined;
  if (body.encap === "vlan") {
    const used = [...state.of("network").values()].some((other) => other.encap === "vlan" && other.pktTag === tag);
    return used ? `requested vlan not available - vlan:${tag}` : undefined;
  }
  const [low, high] = word(global.vxlans).split("-").map(Number);
  return tag < low || tag > high ? "requested vxlan is out of range" : undefined;
}

function poolRefusal(state: State, body: Json): string | undefined {
  const pool = word(body.ipPool);
  if (pool === "") return undefined;
  const [first, last] = pool.split("-");
  const text = word(state.of("network").get(`${word(body.tenantName)}:${word(body.networkName)}`)?.subnet);
  const around = subnet(text);
  if (last === undefined || around === undefined) return `invalid ip-pool ${pool}`;
  if (number(first) <= around.first || number(last) >= around.last) return `bad ip-pool ${pool}, EPG ip-pool must be a subset of network ${text}`;
  for (const other of state.inTenant("endpointGroup", word(body.tenantName))) {
    if (other.networkName !== body.networkName || word(other.ipPool) === "" || other.groupName === body.groupName) continue;
    const [from, to] = word(other.ipPool).split("-");
    if (number(from) <= number(last) && number(first) <= number(to)) return `ip address ${first} is not available`;
  }
  return undefined;
}

/** What a group names has to be there. */
function groupReferences(state: State, body: Json): string | undefined {
  const key = (name: string): string => `${word(body.tenantName)}:${name}`;
  if (words(body.policies).some((name) => !state.of("policy").has(key(name)))) return "Policy not found";
  if (word(body.netProfile) !== "" && !state.of("netprofile").has(key(word(body.netProfile)))) return "netprofile not found";
  const contracts = words(body.extContractsGrps).find((name) => !state.of("extContractsGroup").has(key(name)));
  return contracts === undefined ? undefined : `External contracts group ${contracts} not found`;
}

const endpointGroup: Callbacks = {
  create: (state, body) => {
    const refused = missingTenant(state, body);
    if (refused !== undefined) return refused;
    const home = state.of("network").get(`${word(body.tenantName)}:${word(body.networkName)}`);
    if (home === undefined) return `Network ${word(body.networkName)} not found`;
    if (state.of("network").has(`${word(body.tenantName)}:${word(body.groupName)}`))
      return `Network ${word(body.groupName)} conflicts with the endpointGroup name`;
    if (aci(state) && home.encap !== "vlan") return "network type must be VLAN for ACI mode";
    return poolRefusal(state, body) ?? groupReferences(state, body);
  },
  update: (state, before, body) => {
    if (before.networkName !== body.networkName) return "Cannot change network association after epg is created.";
    if (word(before.ipPool) !== word(body.ipPool)) return "Cannot change IP pool after epg is created.";
    return groupReferences(state, body);
  },
  remove: (state, body, key) => {
    const profile = [...state.of("appProfile")].find(
      ([, other]) => other.tenantName === body.tenantName && words(other.endpointGroups).includes(word(body.groupName)),
    );
    if (profile !== undefined) return `Cannot delete ${word(body.groupName)}, associated to appProfile ${profile[0]}`;
    return endpointsIn(state, key) > 0 ? `Error: EPG ${word(body.groupName)} has active endpoints` : undefined;
  },
};

const policy: Callbacks = {
  create: missingTenant,
  remove: (state, body) =>
    state.inTenant("endpointGroup", word(body.tenantName)).some((group) => words(group.policies).includes(word(body.policyName)))
      ? "Policy is being used"
      : undefined,
};

function ruleSelectors(body: Json): string | undefined {
  const has = (field: string): boolean => word(body[field]) !== "";
  if (body.direction === "in") {
    if (has("toNetwork") || has("toEndpointGroup")) return "can not specify 'to' parameters in incoming rule";
    if (has("fromNetwork") && has("fromIpAddress")) return "can not specify both from network and from ip address";
    return has("fromNetwork") && has("fromEndpointGroup") ? "can not specify both from network and from EndpointGroup" : undefined;
  }
  if (has("fromNetwork") || has("fromEndpointGroup") || has("fromIpAddress")) return "can not specify 'from' parameters in outgoing rule";
  if (has("toNetwork") && has("toIpAddress")) return "can not specify both to-network and to-ip address";
  return has("toNetwork") && has("toEndpointGroup") ? "can not specify both to-network and to-EndpointGroup" : undefined;
}

/** An incoming rule with an address of its own needs an endpoint with that very address (contiv.md §3.2, point 6). */
function ownAddressRefusal(state: State, body: Json): string | undefined {
  const address = word(body.toIpAddress);
  if (body.direction !== "in" || address === "") return undefined;
  const groups = state.inTenant("endpointGroup", word(body.tenantName)).filter((group) => words(group.policies).includes(word(body.policyName)));
  if (groups.length !== 1) return `failed to configure ${address}, ${groups.length} endpoint groups linked to policy ${word(body.policyName)} `;
  const group = word(groups[0].groupName);
  const there = state.endpoints.some((endpoint) => endpoint.group === `${word(body.tenantName)}:${group}` && endpoint.address === address);
  return there ? undefined : `failed to configure ${address}, ip address is not in epg ${group}:${word(body.tenantName)}`;
}

const rule: Callbacks = {
  create: (state, body) => {
    const own = (name: unknown): string => `${word(body.tenantName)}:${word(name)}`;
    const selectors = ruleSelectors(body);
    if (selectors !== undefined) return selectors;
    for (const field of ["fromEndpointGroup", "toEndpointGroup"])
      if (word(body[field]) !== "" && !state.of("endpointGroup").has(own(body[field]))) return "endpoint group not found";
    for (const side of ["from", "to"])
      if (word(body[`${side}Network`]) !== "" && !state.of("network").has(own(body[`${side}Network`]))) return `${side} Network not found`;
    if (!state.of("policy").has(own(body.policyName))) return "Policy not found\n RuleCreate [apiController.go 1742]";
    return ownAddressRefusal(state, body);
  },
  update: () => "can not update a rule after its created",
  remove: (state, body) => (state.of("policy").has(`${word(body.tenantName)}:${word(body.policyName)}`) ? undefined : "Policy not found"),
};

const burstRefusal = (body: Json): string | undefined => (body.burst === 1 ? "Invalid Burst size. burst size must be > 1500 bytes" : undefined);

function profileGroups(state: State, body: Json): string | undefined {
  const missing = words(body.endpointGroups).find((name) => !state.of("endpointGroup").has(`${word(body.tenantName)}:${name}`));
  return missing === undefined ? undefined : `EndpointGroup ${word(body.tenantName)}:${missing} not found`;
}

function portsRefusal(body: Json): string | undefined {
  const selector = words(body.selectors).find((text) => text.split("=").length !== 2);
  if (selector !== undefined) return `Invalid selector ${selector}. selector format is key1=value1`;
  return words(body.ports).some((text) => text.split(":").length !== 3)
    ? "Invalid Port maping . Port format is - Port:TargetPort:Protocol"
    : undefined;
}

const groupsUsing = (state: State, body: Json, field: string, name: unknown): number =>
  state.inTenant("endpointGroup", word(body.tenantName)).filter((group) => group[field] === name || words(group[field]).includes(word(name))).length;

export const callbacks: Readonly<Record<string, Callbacks | undefined>> = {
  global: { update: globalUpdate },
  tenant,
  network,
  endpointGroup,
  policy,
  rule,
  netprofile: {
    create: (state, body) => missingTenant(state, body) ?? burstRefusal(body),
    update: (_state, _before, body) => burstRefusal(body),
    remove: (state, body) => (groupsUsing(state, body, "netProfile", body.profileName) > 0 ? "NetProfile is being used" : undefined),
  },
  appProfile: {
    create: (state, body) => missingTenant(state, body) ?? profileGroups(state, body),
    update: (state, _before, body) => profileGroups(state, body),
  },
  extContractsGroup: {
    create: (state, body) => {
      if (body.contractsType !== "provided" && body.contractsType !== "consumed") return "Contracts group need to be either 'provided' or 'consumed'";
      return state.of("tenant").has(word(body.tenantName)) ? undefined : `Tenant ${word(body.tenantName)} not found`;
    },
    update: () => "external contracts update not supported",
    remove: (state, body) =>
      groupsUsing(state, body, "extContractsGrps", body.contractsGroupName) > 0 ? "External contracts group is in-use" : undefined,
  },
  aciGw: {
    remove: (state) => (state.of("appProfile").size > 0 ? `${state.of("appProfile").size} App-Profiles found. Delete them first` : undefined),
  },
  Bgp: { create: (state) => (aci(state) ? "not supported in ACI fabric mode" : undefined) },
  serviceLB: { create: (state, body) => missingTenant(state, body) ?? portsRefusal(body), update: (_state, _before, body) => portsRefusal(body) },
  // The routes are there, and nothing is registered behind them.
  volume: { create: () => "Invalid object type" },
  volumeProfile: { create: () => "Invalid object type" },
};
