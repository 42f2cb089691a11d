/**
 * The objects that netmaster's REST API takes: fields, types, lengths, patterns and bounds, as data. Derived from the model files
 * of Contiv (`contivmodel/*.json`); a test holds every entry against them.
 */

export type Kind =
  | "global"
  | "aciGw"
  | "Bgp"
  | "tenant"
  | "network"
  | "netprofile"
  | "extContractsGroup"
  | "policy"
  | "endpointGroup"
  | "rule"
  | "appProfile"
  | "serviceLB";

export type FieldType = "string" | "int" | "array";

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** In bytes. */
  readonly length?: number;
  readonly min?: number;
  readonly max?: number;
  /** Source of a regular expression, as Go's `regexp` searches with it. */
  readonly format?: string;
}

export interface KindModel {
  readonly kind: Kind;
  /** The word in the URL: `/api/v1/<plural>/<key>/`. */
  readonly plural: string;
  /** Fields whose values, joined with `:`, are the key. */
  readonly key: readonly string[];
  readonly fields: readonly Field[];
}

export type Body = Readonly<Record<string, string | number | readonly string[]>>;

const label = "([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\\-]*[a-zA-Z0-9])";
const lastLabel = "([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\\-]*[A-Za-z0-9])";
const octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const ipv4 = `(${octet}(\\.${octet}){3})`;
const length4 = "(3[0-1]|2[0-9]|1[0-9]|[1-9])";
const hex = "([0-9]|[a-f]|[A-F])";
const ipv6 = `(((${hex}{1,4})((\\:${hex}{1,4}){7}))|(((${hex}{1,4}\\:){0,6}|\\:)((\\:${hex}{1,4}){0,6}|\\:)))`;

const nameFormat = `^(${label}\\.)*${lastLabel}$`;
const optionalNameFormat = `^(${label}\\.)*${lastLabel}?$`;
const tagFormat = `^((${label}\\.)*${lastLabel})?$`;
const ruleAddressFormat = `^(${ipv4}(\\-${octet})?(/${length4})?)?$`;

const name = (field: string): Field => ({ name: field, type: "string", length: 64, format: nameFormat });
const optionalName = (field: string): Field => ({ name: field, type: "string", length: 64, format: optionalNameFormat });
const text = (field: string, format?: string, length?: number): Field => ({
  name: field,
  type: "string",
  ...(length === undefined ? {} : { length }),
  ...(format === undefined ? {} : { format }),
});
const list = (field: string, length?: number): Field => ({ name: field, type: "array", ...(length === undefined ? {} : { length }) });
const integer = (field: string, bounds: { readonly min?: number; readonly max?: number }): Field => ({ name: field, type: "int", ...bounds });

const pathBinding = "(topology/pod-[0-9]{1,4}/paths-[0-9]{1,4}/pathep-\\[eth[0-9]{1,2}/[0-9]{1,2}\\])";
const pathBindingMore = "(,topology/pod-[0-9]{1,4}/paths-[0-9]{1,4}/pathep-\\[eth[0-9]{1,2}/[0-9]{1,2}\\])";
const nodeBinding = "(topology/pod-[0-9]{1,4}/node-[0-9]{1,4})";
const nodeBindingMore = "(,topology/pod-[0-9]{1,4}/node-[0-9]{1,4})";

export const models: Readonly<Record<Kind, KindModel>> = {
  global: {
    kind: "global",
    plural: "globals",
    key: ["name"],
    fields: [
      text("name", "^(global)$", 64),
      text("networkInfraType", "^(aci|aci-opflex|default)?$", 64),
      text("vlans", "^([0-9]{1,4}?-[0-9]{1,4}?)$"),
      text("vxlans", "^([0-9]{1,8}?-[0-9]{1,8}?)$"),
      text("fwdMode", "^(bridge|routing)?$", 64),
      text("arpMode", "^(proxy|flood)?$", 64),
      text("pvtSubnet", `^${ipv4}/16$`),
    ],
  },
  aciGw: {
    kind: "aciGw",
    plural: "aciGws",
    key: ["name"],
    fields: [
      text("name", "^(aciGw)$", 64),
      text("pathBindings", `^$|^${pathBinding}{1}${pathBindingMore}*$`, 2048),
      text("nodeBindings", `^$|^${nodeBinding}{1}${nodeBindingMore}*$`, 2048),
      text("physicalDomain", nameFormat, 128),
      text("enforcePolicies", "^(yes|no){1}$", 64),
      text("includeCommonTenant", "^(yes|no){1}$", 64),
    ],
  },
  Bgp: {
    kind: "Bgp",
    plural: "Bgps",
    key: ["hostname"],
    fields: [
      text("hostname", nameFormat, 256),
      text("routerip", `^${ipv4}(\\-${octet})?/${length4}$`),
      text("as", undefined, 64),
      text("neighbor-as", undefined, 64),
      text("neighbor", `^${ipv4}?$`, 15),
    ],
  },
  tenant: { kind: "tenant", plural: "tenants", key: ["tenantName"], fields: [name("tenantName"), optionalName("defaultNetwork")] },
  network: {
    kind: "network",
    plural: "networks",
    key: ["tenantName", "networkName"],
    fields: [
      name("networkName"),
      name("tenantName"),
      text("nwType", "^(infra|data)$"),
      text("encap", "^(vlan|vxlan)$"),
      integer("pktTag", { max: 16777216 }),
      text("subnet", `^${ipv4}(\\-${ipv4})?/${length4}$`),
      text("gateway", `^${ipv4}?$`),
      text("ipv6Subnet", `^(${ipv6}/(1[0-2][0-7]|[1-9][0-9]|[1-9]))?$`),
      text("ipv6Gateway", `^${ipv6}?$`),
      text("cfgdTag", tagFormat, 128),
    ],
  },
  netprofile: {
    kind: "netprofile",
    plural: "netprofiles",
    key: ["tenantName", "profileName"],
    fields: [
      text("profileName", undefined, 64),
      text("tenantName"),
      text(
        "bandwidth",
        "^([1-9][0-9]* (([kmgKMG{1}]bps)|[kmgKMG{1}]|(kb|Kb|Gb|gb|Mb|mb)))?$|^([1-9][0-9]*(((k|m|g|K|G|M)bps)|(k|m|g|K|M|G)|(kb|Kb|Gb|gb|Mb|mb)))?$",
        64,
      ),
      integer("DSCP", { min: 0, max: 63 }),
      integer("burst", { max: 10486 }),
    ],
  },
  extContractsGroup: {
    kind: "extContractsGroup",
    plural: "extContractsGroups",
    key: ["tenantName", "contractsGroupName"],
    fields: [name("tenantName"), name("contractsGroupName"), text("contractsType"), list("contracts")],
  },
  policy: { kind: "policy", plural: "policys", key: ["tenantName", "policyName"], fields: [name("policyName"), name("tenantName")] },
  endpointGroup: {
    kind: "endpointGroup",
    plural: "endpointGroups",
    key: ["tenantName", "groupName"],
    fields: [
      name("groupName"),
      name("tenantName"),
      name("networkName"),
      text("ipPool", `^$|^${ipv4}(\\-${ipv4})?$`),
      list("policies"),
      list("extContractsGrps"),
      text("netProfile", undefined, 64),
      text("cfgdTag", tagFormat, 128),
    ],
  },
  rule: {
    kind: "rule",
    plural: "rules",
    key: ["tenantName", "policyName", "ruleId"],
    fields: [
      name("tenantName"),
      name("policyName"),
      name("ruleId"),
      text("direction", "^(in|out)$"),
      integer("priority", { min: 1, max: 100 }),
      optionalName("fromEndpointGroup"),
      optionalName("toEndpointGroup"),
      optionalName("fromNetwork"),
      optionalName("toNetwork"),
      text("fromIpAddress", ruleAddressFormat),
      text("toIpAddress", ruleAddressFormat),
      text("protocol", "^(tcp|udp|icmp||[0-9]{1,3}?)$"),
      integer("port", { max: 65535 }),
      text("action", "^(allow|deny)$"),
    ],
  },
  appProfile: {
    kind: "appProfile",
    plural: "appProfiles",
    key: ["tenantName", "appProfileName"],
    fields: [name("tenantName"), name("appProfileName"), list("endpointGroups")],
  },
  serviceLB: {
    kind: "serviceLB",
    plural: "serviceLBs",
    key: ["tenantName", "serviceName"],
    fields: [
      name("tenantName"),
      name("networkName"),
      text("serviceName", nameFormat, 256),
      text("ipAddress", `^${ipv4}?$`, 15),
      list("selectors", 512),
      list("ports", 32),
    ],
  },
};

/** The key that netmaster composes from a body, such as `shop:main:1`. */
export function objectKey(kind: Kind, body: Body): string {
  const fields = models[kind].key;
  let key = String(body[fields[0]] ?? "");
  for (let at = 1; at < fields.length; at++) key += `:${String(body[fields[at]] ?? "")}`;
  return key;
}

/** The object's URL path; netmaster wants the slash at the end. */
export function objectUrl(kind: Kind, body: Body): string {
  return urlOfKey(kind, objectKey(kind, body));
}

export function urlOfKey(kind: Kind, key: string): string {
  return `/api/v1/${models[kind].plural}/${key}/`;
}

/** What is wrong with the value of a field; nothing where netmaster takes it. */
type Check = (value: Body[string] | undefined) => string | undefined;

/** A kind's fields in the order in which netmaster looks at them. */
interface CheckedFields {
  readonly byName: ReadonlyMap<string, Check>;
  readonly inOrder: readonly { readonly field: string; readonly check: Check }[];
}

const checkedFields = new Map<Kind, CheckedFields>();

function fieldsOf(kind: Kind): CheckedFields {
  const known = checkedFields.get(kind);
  if (known !== undefined) return known;
  const fields = [...models[kind].fields].sort((a, b) => (a.name < b.name ? -1 : 1));
  const inOrder = fields.map((field) => ({ field: field.name, check: checkOf(field) }));
  const made: CheckedFields = { byName: new Map(inOrder.map(({ field, check }) => [field, check])), inOrder };
  checkedFields.set(kind, made);
  return made;
}

/**
 * What netmaster's model validation would refuse in a body, in its order (by field name) and nearly its words; empty when
 * nothing. Fields that the model does not have are named too, although netmaster would ignore them.
 */
export function violations(kind: Kind, body: Body): readonly string[] {
  const { byName, inOrder } = fieldsOf(kind);
  const found: string[] = [];
  for (const field of Object.keys(body)) if (!byName.has(field)) found.push(`${field} is not a field of ${kind}`);
  for (const { field, check } of inOrder) {
    const wrong = check(body[field]);
    if (wrong !== undefined) found.push(wrong);
  }
  return found;
}

/** What netmaster's model validation would refuse in one field of the model. */
export function fieldViolation(kind: Kind, field: string, value: Body[string] | undefined): string | undefined {
  return fieldsOf(kind).byName.get(field)?.(value);
}

function checkOf(field: Field): Check {
  switch (field.type) {
    case "array":
      return (value) => (value === undefined || Array.isArray(value) ? undefined : `${field.name} is no list`);
    case "int":
      return (value) => {
        if (value === undefined) return undefined;
        if (typeof value !== "number" || !Number.isInteger(value)) return `${field.name} is no whole number`;
        // A missing lower bound lets negative numbers pass netmaster's validation; none of the fields can mean one.
        return value < (field.min ?? 0) || value > (field.max ?? Infinity) ? `${field.name} value out of bound` : undefined;
      };
    case "string":
      return textCheck(field);
  }
}

/** Objects come by the thousand with the same few texts in a field, most of them empty: what was right a moment ago is not asked again. */
function textCheck({ name, length, format }: Field): Check {
  const pattern = format === undefined ? undefined : new RegExp(format);
  const fits = (text: string): boolean => pattern === undefined || pattern.test(text);
  // An absent string is empty for netmaster, so a pattern that refuses the empty string makes the field required.
  const takesEmpty = fits("");
  const takesAbsent = takesEmpty || hasDefault(name);
  let last = "";
  return (value) => {
    if (value === undefined) return takesAbsent ? undefined : `${name} string invalid format`;
    if (typeof value !== "string") return `${name} is no string`;
    if (value === "") return takesEmpty ? undefined : `${name} string invalid format`;
    if (value === last) return undefined;
    if (length !== undefined && isLonger(value, length)) return `${name} string too long`;
    if (!fits(value)) return `${name} string invalid format`;
    last = value;
    return undefined;
  };
}

const ascii = /^[\x20-\x7e]*$/;

/** Whether a text has more bytes than that: at least one and at most three for each UTF-16 unit. */
function isLonger(text: string, bytes: number): boolean {
  return text.length > bytes || (3 * text.length > bytes && !ascii.test(text) && new TextEncoder().encode(text).length > bytes);
}

/** The one string field with a default: network.nwType becomes `data` before the check. */
function hasDefault(field: string): boolean {
  return field === "nwType";
}
