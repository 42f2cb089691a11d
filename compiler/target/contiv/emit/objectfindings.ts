/** Declarations that netmaster would refuse, or has no object for (contiv.md §1.3, §2.4, §8). */
import { balancerUnsaid, labelsNeeded, networkWithoutSubnet, refused } from "../../../diagnostics/contiv-objects.js";
import type { Diagnostic } from "../../../diagnostics/diagnostic.js";
import type { Fabric, Network, Origin, Policy, Tenant } from "../../../policy/model.js";
import { violations } from "../model.js";
import { bandwidthText, profilesOf, selectorTexts } from "./declarations.js";
import type { Ground } from "./ground.js";
import { kustomizePath } from "./labels.js";
import type { Labelled } from "./labels.js";
import type { ContivObject } from "./object.js";
import { list } from "./words.js";

type Refusal = readonly [Origin, string, string];

/** Rule objects are made by us from names that are checked here as groups and policies; checking each of them would cost as much as making it. */
export function modelFindings(objects: readonly ContivObject[]): readonly Diagnostic[] {
  return objects.flatMap((object) =>
    violations(object.kind, object.body).map((reason) =>
      refused.make({ what: `the ${object.kind} of this declaration`, reason }, { span: object.origin.span, target: "contiv" }),
    ),
  );
}

/** netmaster counts a VLAN range from 1 to 4095, and VXLANs to 65535 in a span of 16000 (contiv.md §8). */
function fabricRefusals({ vlans, vxlans, origin, mode, forwarding }: Fabric, policy: Policy): readonly Refusal[] {
  const out: Refusal[] = [];
  if (vlans[0] < 1 || vlans[1] > 4095 || vlans[0] > vlans[1]) out.push([origin, "the VLAN range", "it must lie within 1-4095"]);
  if (vxlans[0] < 1 || vxlans[1] > 65535 || vxlans[0] > vxlans[1]) out.push([origin, "the VXLAN range", "it must lie within 1-65535"]);
  else if (vxlans[1] - vxlans[0] > 16000) out.push([origin, "the VXLAN range", "it may span 16000 at most"]);
  if (mode === "aci") out.push(...policy.bgp.map((host): Refusal => [host.origin, `bgp "${host.name}"`, "not supported in ACI fabric mode"]));
  if (mode !== "aci" && forwarding === "bridge")
    out.push(...policy.bgp.map((host): Refusal => [host.origin, `bgp "${host.name}"`, "routes are told only with `forwarding routing`"]));
  return out;
}

function networkRefusals(tenant: Tenant, network: Network, mode: Fabric["mode"] | undefined): readonly Refusal[] {
  const out: Refusal[] = [];
  const what = `network "${network.name}"`;
  if (network.subnet !== undefined && network.subnet.length < 8)
    out.push([network.origin, what, `subnet length ${network.subnet.length} not supported`]);
  if (tenant.groups.some((group) => group.name === network.name && group.selector !== undefined))
    out.push([network.origin, what, "a group has the same name"]);
  if (mode === "aci" && network.encap !== "vlan") out.push([network.origin, what, "network type must be VLAN for ACI mode"]);
  return out;
}

function profileRefusals(tenant: Tenant): readonly Refusal[] {
  return profilesOf(tenant).flatMap((profile): readonly Refusal[] => [
    ...(profile.burst === 1 ? [[profile.origin, `qos "${profile.name}"`, "burst must be more than 1"] as const] : []),
    ...(profile.bandwidth !== undefined && profile.bandwidth % 1000 !== 0
      ? [[profile.origin, `qos "${profile.name}"`, `bandwidth is in whole kilobits; the nearest is ${bandwidthText(profile.bandwidth)}`] as const]
      : []),
  ]);
}

function tenantRefusals(tenant: Tenant, mode: Fabric["mode"] | undefined): readonly Refusal[] {
  return [...tenant.networks.flatMap((network) => networkRefusals(tenant, network, mode)), ...profileRefusals(tenant)];
}

function balancers(tenant: Tenant): readonly Diagnostic[] {
  return tenant.loadBalancers.flatMap((balancer) => {
    const make = (reason: string): Diagnostic =>
      balancerUnsaid.make({ balancer: balancer.name, reason }, { span: balancer.origin.span, target: "contiv" });
    return [
      ...(selectorTexts(balancer) === undefined ? [make("Contiv picks providers by labels with one value each; it is left out")] : []),
      ...(balancer.ports.some((port) => port.protocol === "sctp") ? [make("Contiv balances TCP and UDP; ports of SCTP are left out")] : []),
    ];
  });
}

function networks(tenant: Tenant): readonly Diagnostic[] {
  return tenant.networks
    .filter((network) => network.subnet === undefined)
    .map((network) => networkWithoutSubnet.make({ network: network.name }, { span: network.origin.span, target: "contiv" }));
}

export function objectFindings(policy: Policy, grounds: readonly Ground[]): readonly Diagnostic[] {
  const mode = policy.fabric?.mode;
  const refusals = [
    ...(policy.fabric === undefined ? [] : fabricRefusals(policy.fabric, policy)),
    ...grounds.flatMap(({ tenant }) => tenantRefusals(tenant, mode)),
  ];
  return [
    ...refusals.map(([origin, what, reason]) => refused.make({ what, reason }, { span: origin.span, target: "contiv" })),
    ...grounds.flatMap(({ tenant }) => [...networks(tenant), ...balancers(tenant)]),
  ];
}

/** One note a tenant: which groups need labels, and where they are written. */
export function labelFinding(tenant: Tenant, members: readonly Labelled[]): readonly Diagnostic[] {
  if (members.length === 0) return [];
  const names = members.map(({ entry }) => entry.group.name);
  const groups = names.length > 4 ? `${names.length} groups` : `${names.length === 1 ? "group" : "groups"} ${list(names)}`;
  return [labelsNeeded.make({ groups, file: kustomizePath }, { span: tenant.origin.span, target: "contiv" })];
}
