/** Declarations that come one to one from netmaster's objects: everything but policies and rules. */
import { parsePrefix, formatPrefix, canonicalPrefix } from "../../space/address.js";
import { isNamespaceName } from "../../check/labels.js";
import type { Body, Kind } from "../../target/contiv/model.js";
import { nameText, quoted } from "../words.js";
import type { ContivObject } from "./objects.js";

/** What an object says that the language has no words for, beside the object. */
export interface Unsaid {
  readonly object: ContivObject;
  readonly what: string;
}

export interface Declarations {
  /** Outside tenants, in order. */
  readonly outer: readonly string[];
  /** By tenant. */
  readonly tenants: ReadonlyMap<string, readonly string[]>;
  readonly unsaid: readonly Unsaid[];
}

export function text(body: Body, name: string): string {
  const value = body[name];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function texts(body: Body, name: string): readonly string[] {
  const value = body[name];
  return Array.isArray(value) ? value : [];
}

/** One statement for each field that is there. */
function statements(body: Body, rows: readonly (readonly [string, string, ((value: string) => string | undefined)?])[]): readonly string[] {
  return rows.flatMap(([name, word, write = (value: string) => value]) => {
    const value = text(body, name);
    const written = value === "" ? undefined : write(value);
    return written === undefined ? [] : [`${word} ${written}`];
  });
}

function block(head: string, lines: readonly string[]): string {
  return lines.length === 0 ? `${head} {}` : `${head} {\n${lines.join("\n")}\n}`;
}

/** A subnet as the language has it: without host bits; a range of it with both addresses whole (contiv.md §1.3). */
function subnetText(value: string): string | undefined {
  const short = /^(\d+\.\d+\.\d+\.)(\d+)-(\d+)(\/\d+)$/.exec(value);
  const whole = short === null ? value : `${short[1]}${short[2]}-${short[1]}${short[3]}${short[4]}`;
  if (whole.includes("-")) return whole;
  const prefix = parsePrefix(value);
  return prefix === undefined ? undefined : formatPrefix(canonicalPrefix(prefix));
}

/** netmaster takes bits with many spellings of the unit; the language takes one. */
function bandwidthText(value: string): string | undefined {
  const match = /^(\d+)\s*([kKmMgG])?/.exec(value);
  if (match === null) return undefined;
  const unit = { k: "kbps", m: "Mbps", g: "Gbps" }[(match[2] ?? "").toLowerCase()];
  return unit === undefined ? undefined : `${match[1]}${unit}`;
}

function networkText(body: Body): string {
  return block(
    `network ${nameText(text(body, "networkName"))}`,
    statements(body, [
      ["subnet", "subnet", subnetText],
      ["gateway", "gateway"],
      ["ipv6Subnet", "subnet6", subnetText],
      ["ipv6Gateway", "gateway6"],
      ["encap", "encap"],
      ["pktTag", "tag"],
      ["nwType", "type", (value) => (value === "infra" ? value : undefined)],
    ]),
  );
}

function groupText(body: Body): string {
  const contracts = texts(body, "extContractsGrps");
  return block(`group ${nameText(text(body, "groupName"))} in ${nameText(text(body, "networkName"))}`, [
    ...statements(body, [
      ["ipPool", "pool"],
      ["netProfile", "qos", nameText],
    ]),
    ...(contracts.length === 0 ? [] : [`contracts ${contracts.map(nameText).join(", ")}`]),
  ]);
}

function profileText(body: Body): string {
  return block(
    `qos ${nameText(text(body, "profileName"))}`,
    statements(body, [
      ["bandwidth", "bandwidth", bandwidthText],
      ["burst", "burst"],
      ["DSCP", "dscp"],
    ]),
  );
}

function contractsText(body: Body): string {
  return `contracts ${nameText(text(body, "contractsGroupName"))} ${text(body, "contractsType")} = ${texts(body, "contracts").map(quoted).join(", ")}`;
}

function balancerText(body: Body): string {
  const match = texts(body, "selectors").map((selector) => {
    const at = selector.indexOf("=");
    return `${quoted(selector.slice(0, at))} = ${quoted(selector.slice(at + 1))}`;
  });
  const ports = texts(body, "ports").flatMap((port) => {
    const [outer, inner, protocol = "TCP"] = port.split(":");
    return [`port ${protocol.toLowerCase()}/${outer} -> ${inner}`];
  });
  return block(`loadbalancer ${nameText(text(body, "serviceName"))} in ${nameText(text(body, "networkName"))}`, [
    ...statements(body, [["ipAddress", "address"]]),
    `match ${match.join(", ")}`,
    ...ports,
  ]);
}

function fabricText(body: Body): string {
  return block(
    "fabric",
    statements(body, [
      ["networkInfraType", "mode"],
      ["fwdMode", "forwarding"],
      ["arpMode", "arp"],
      ["vlans", "vlans"],
      ["vxlans", "vxlans"],
      ["pvtSubnet", "private-subnet"],
    ]),
  );
}

function bgpText(body: Body): string {
  return block(
    `bgp ${nameText(text(body, "hostname"))}`,
    statements(body, [
      ["routerip", "router-ip"],
      ["as", "as"],
      ["neighbor", "neighbor"],
      ["neighbor-as", "neighbor-as"],
    ]),
  );
}

function aciText(body: Body): string {
  const list = (value: string): string =>
    value
      .split(/,(?=topology)/)
      .map(quoted)
      .join(", ");
  const yes = (value: string): string => (value === "yes" ? "true" : "false");
  return block(
    "aci",
    statements(body, [
      ["physicalDomain", "physical-domain", quoted],
      ["enforcePolicies", "enforce-policies", yes],
      ["includeCommonTenant", "include-common-tenant", yes],
      ["pathBindings", "path-bindings", list],
      ["nodeBindings", "node-bindings", list],
    ]),
  );
}

const outerWriters: Readonly<Partial<Record<Kind, (body: Body) => string>>> = { global: fabricText, Bgp: bgpText, aciGw: aciText };

/** In the order in which a tenant declares them. */
const innerWriters: readonly (readonly [Kind, (body: Body) => string])[] = [
  ["network", networkText],
  ["netprofile", profileText],
  ["extContractsGroup", contractsText],
  ["endpointGroup", groupText],
  ["appProfile", (body) => `app ${nameText(text(body, "appProfileName"))} = ${texts(body, "endpointGroups").map(nameText).join(", ")}`],
  ["serviceLB", balancerText],
];

export function declarationsOf(objects: readonly ContivObject[]): Declarations {
  const outer = objects.flatMap(({ kind, body }) => outerWriters[kind]?.(body) ?? []);
  const names = [...new Set(objects.flatMap(({ body }) => (text(body, "tenantName") === "" ? [] : [text(body, "tenantName")])))].sort();
  const tenants = new Map(
    names.map((tenant) => [
      tenant,
      [
        ...namespacesText(tenant),
        ...innerWriters.flatMap(([kind, write]) =>
          objects
            .filter((object) => object.kind === kind && text(object.body, "tenantName") === tenant && isSayable(object))
            .map(({ body }) => write(body)),
        ),
      ],
    ]),
  );
  return { outer, tenants, unsaid: objects.flatMap(unsaidOf) };
}

/** A tenant is a namespace of its name, where a namespace can have it. */
function namespacesText(tenant: string): readonly string[] {
  if (isNamespaceName(tenant)) return [];
  const made = tenant
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "-")
    .slice(0, 63);
  return [`// Contiv does not say which namespaces of Kubernetes the tenant has.\nnamespaces ${nameText(made)}`];
}

/** An application profile of no group, and a balancer without selectors or ports, have no counterpart. */
function isSayable({ kind, body }: ContivObject): boolean {
  switch (kind) {
    case "appProfile":
      return texts(body, "endpointGroups").length > 0;
    case "serviceLB":
      return (
        texts(body, "selectors").length > 0 && texts(body, "ports").length > 0 && texts(body, "selectors").every((selector) => selector.includes("="))
      );
    case "netprofile":
      return ["bandwidth", "burst", "DSCP"].some((name) => text(body, name) !== "");
    default:
      return true;
  }
}

function unsaidOf(object: ContivObject): readonly Unsaid[] {
  const { kind, body } = object;
  const what = [
    ...(isSayable(object) ? [] : [`this ${kind}, which says too little to be declared`]),
    ...(kind === "netprofile" && text(body, "bandwidth") !== "" && bandwidthText(text(body, "bandwidth")) === undefined
      ? [`the bandwidth ${text(body, "bandwidth")}`]
      : []),
    ...(kind === "endpointGroup" && text(body, "cfgdTag") !== "" ? [`the tag ${text(body, "cfgdTag")}`] : []),
    ...(kind === "network" && text(body, "cfgdTag") !== "" ? [`the tag ${text(body, "cfgdTag")}`] : []),
    ...(kind === "tenant" && text(body, "defaultNetwork") !== "" ? [`the default network ${text(body, "defaultNetwork")}`] : []),
  ];
  return what.map((words) => ({ object, what: words }));
}
