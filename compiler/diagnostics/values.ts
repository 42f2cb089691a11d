/** CTV3xxx: values, and addressing. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

/** A policy around a group `web`, for examples that need the rest to be in order. */
const edge = "  policy edge { allow world -> web : http }\n";
const inNetwork = (properties: string): string =>
  `tenant shop {\n  network app-net {\n${properties}  }\n  group web in app-net { match app = web }\n${edge}}\n`;
const group = (body: string): string => `tenant shop {\n  group web { ${body} }\n${edge}}\n`;

export const wrongValue = defineDiagnostic<{ where: string; found: string; needed: string }>({
  code: "CTV3001",
  severity: "error",
  essential: true,
  title: "Value of another type is needed",
  message: ({ where, found, needed }) => `${where} needs ${needed}, not ${found}`,
  explanation: "A property, a param or a list has a value that it cannot take.",
  example: inNetwork("    subnet 10.1.1.0/24\n    gateway vxlan\n"),
  fix: "Write a value of the type that the message names.",
});

export const invalidAddress = defineDiagnostic<{ text: string; what: string; reason: string }>({
  code: "CTV3002",
  severity: "error",
  essential: true,
  title: "Not an address",
  message: ({ text, what, reason }) => `"${text}" is not ${what}: ${reason}`,
  explanation:
    "Addresses are IPv4 in dotted decimal without leading zeros (which some programs read as octal), or IPv6 as in RFC 4291. Prefix lengths go to 32 and 128. `::ffff:192.0.2.1` is how some programs show the IPv4 address 192.0.2.1; a rule that named it so would match nothing.",
  example: "tenant shop {\n  group web { match app = web }\n  policy edge { allow 10.1.1.300 -> web : http }\n}\n",
  fix: "Correct the address or the prefix length.",
});

export const hostBits = defineDiagnostic<{ text: string; canonical: string }>({
  code: "CTV3003",
  severity: "error",
  title: "Host bits set in a prefix",
  message: ({ text, canonical }) => `${text} has host bits set: the block is ${canonical}`,
  explanation:
    "The address of a prefix has bits set behind its length, so it is not clear whether the whole block or the one address is meant. Newer Kubernetes API servers refuse such prefixes.",
  example: "tenant shop {\n  group web { match app = web }\n  policy edge { allow 198.51.100.7/24 -> web : http }\n}\n",
  fix: "Write the block with its host bits cleared, or the address alone.",
});

export const reversedRange = defineDiagnostic<{ text: string; what: string }>({
  code: "CTV3004",
  severity: "error",
  essential: true,
  title: "Range runs backwards",
  message: ({ text, what }) => `the ${what} range ${text} ends before it begins`,
  explanation: "The first number or address of a range must not be above the last.",
  example: "tenant shop {\n  group web { match app = web }\n  policy edge { allow world -> web : tcp/8100-8000 }\n}\n",
  fix: "Swap the two ends.",
});

export const mixedRange = defineDiagnostic<{ text: string }>({
  code: "CTV3005",
  severity: "error",
  essential: true,
  title: "Range across address families",
  message: ({ text }) => `the range ${text} begins in one address family and ends in the other`,
  explanation: "Both ends of an address range must be IPv4, or both IPv6.",
  example: "tenant shop {\n  group web { match app = web }\n  policy edge { allow 10.1.1.1-2001:db8::1 -> web : http }\n}\n",
  fix: "Write a range for each family.",
});

export const outOfRange = defineDiagnostic<{ what: string; value: string; min: number; max: number }>({
  code: "CTV3006",
  severity: "error",
  essential: true,
  title: "Number out of range",
  message: ({ what, value, min, max }) => `${value} is out of range for ${what}: ${min} to ${max} are possible`,
  explanation: "Ports go from 0 to 65535, ICMP types and IP protocol numbers from 0 to 255, DSCP values from 0 to 63.",
  example: "tenant shop {\n  group web { match app = web }\n  policy edge { allow world -> web : tcp/80000 }\n}\n",
  fix: "Write a number within the range.",
});

export const gatewayOutside = defineDiagnostic<{ gateway: string; property: string; subnet: string }>({
  code: "CTV3007",
  severity: "error",
  title: "Gateway outside its subnet",
  message: ({ gateway, property, subnet }) => `${property} ${gateway} is not in the subnet ${subnet}`,
  explanation: "Workloads can reach a gateway only when it has an address in their own subnet.",
  example: inNetwork("    subnet 10.1.1.0/24\n    gateway 10.1.2.254\n"),
  fix: "Use an address of the subnet.",
});

export const gatewayWithoutSubnet = defineDiagnostic<{ property: string; subnet: string }>({
  code: "CTV3008",
  severity: "error",
  title: "Gateway without a subnet",
  message: ({ property, subnet }) => `\`${property}\` needs \`${subnet}\``,
  explanation: "A gateway belongs to the subnet of its own address family.",
  example: inNetwork("    subnet 10.1.1.0/24\n    gateway6 2001:db8::1\n"),
  fix: "Add the subnet, or remove the gateway.",
});

export const gatewayReserved = defineDiagnostic<{ gateway: string; property: string; subnet: string; which: "first" | "last" }>({
  code: "CTV3030",
  severity: "warning",
  title: "Gateway at an address that no host can have",
  message: ({ gateway, property, subnet, which }) =>
    `${property} ${gateway} is the ${which} address of ${subnet}, its ${which === "first" ? "network" : "broadcast"} address`,
  explanation:
    "The first address of an IPv4 subnet names the network, and the last one is for broadcasts (RFC 1122 §3.2.1.3). Hosts do not send to a router there. Subnets of two addresses and of one have neither (RFC 3021).",
  example: inNetwork("    subnet 10.1.1.0/24\n    gateway 10.1.1.255\n"),
  fix: "Use an address between the first and the last of the subnet.",
});

export const wrongFamily = defineDiagnostic<{ where: string; text: string; family: 4 | 6 }>({
  code: "CTV3009",
  severity: "error",
  essential: true,
  title: "Address of the other family",
  message: ({ where, text, family }) => `${where} needs an IPv${family} address, and ${text} is IPv${family === 4 ? 6 : 4}`,
  explanation: "`subnet` and `gateway` are IPv4, `subnet6` and `gateway6` are IPv6.",
  example: inNetwork("    subnet 10.1.1.0/24\n    gateway 2001:db8::1\n"),
  fix: "Use the property of the other family (`subnet6`, `gateway6`), or an address of this one.",
});

export const overlappingSubnets = defineDiagnostic<{ network: string; subnet: string; other: string; otherSubnet: string }>({
  code: "CTV3010",
  severity: "error",
  title: "Overlapping subnets",
  message: ({ network, subnet, other, otherSubnet }) => `subnet ${subnet} of network "${network}" overlaps ${otherSubnet} of network "${other}"`,
  explanation: "Within one tenant an address belongs to one network at most. Different tenants may use the same addresses.",
  example:
    "tenant shop {\n  network app-net { subnet 10.1.0.0/16 }\n  network db-net { subnet 10.1.2.0/24 }\n  group web in app-net { match app = web }\n  policy edge { allow world -> web : http }\n}\n",
  fix: "Give the networks disjoint subnets.",
});

export const poolOutside = defineDiagnostic<{ pool: string; network: string; subnet: string }>({
  code: "CTV3011",
  severity: "error",
  title: "Pool outside its network",
  message: ({ pool, network, subnet }) => `pool ${pool} is not inside network "${network}" (${subnet})`,
  explanation: "A group's workloads get their addresses from its pool, which must be a part of its network's usable addresses.",
  example:
    "tenant shop {\n  network app-net { subnet 10.1.1.0/24 }\n  group web in app-net {\n    match app = web\n    pool 10.1.2.10-10.1.2.20\n  }\n  policy edge { allow world -> web : http }\n}\n",
  fix: "Use addresses of the network.",
});

export const poolWithoutNetwork = defineDiagnostic<{ group: string }>({
  code: "CTV3012",
  severity: "error",
  title: "Pool without a network",
  message: ({ group: name }) => `group "${name}" has a pool and no network`,
  explanation: "A pool is a part of the group's network, so the group needs `in NETWORK`.",
  example: group("match app = web; pool 10.1.1.10-10.1.1.20"),
  fix: "Add `in NETWORK` to the group, or remove the pool.",
});

export const overlappingPools = defineDiagnostic<{ group: string; other: string; network: string }>({
  code: "CTV3013",
  severity: "error",
  title: "Overlapping pools",
  message: ({ group: name, other, network }) => `the pools of groups "${name}" and "${other}" overlap in network "${network}"`,
  explanation: "An address can be given to a workload of one group only, so pools in one network must be disjoint.",
  example:
    "tenant shop {\n  network app-net { subnet 10.1.1.0/24 }\n  group web in app-net { match app = web; pool 10.1.1.10-10.1.1.20 }\n  group api in app-net { match app = api; pool 10.1.1.20-10.1.1.30 }\n  policy edge { allow web -> api : http }\n}\n",
  fix: "Give each group a range of its own.",
});

export const tagOutside = defineDiagnostic<{ tag: number; encap: string; first: number; last: number; fabric: boolean }>({
  code: "CTV3014",
  severity: "error",
  title: "Tag outside the fabric's range",
  message: ({ tag, encap, first, last, fabric }) =>
    `tag ${tag} is outside ${fabric ? `the fabric's \`${encap}s\`` : `what ${encap} can carry`}, ${first} to ${last}`,
  explanation: "A network's tag is a VLAN id or a VXLAN network identifier, and must be in the range that the fabric gives to networks.",
  example: "fabric { vlans 100-199 }\n" + inNetwork("    subnet 10.1.1.0/24\n    encap vlan\n    tag 300\n"),
  fix: "Use a tag of the range, widen the range, or leave the tag out.",
});

export const tagTwice = defineDiagnostic<{ tag: number; encap: string; network: string; other: string }>({
  code: "CTV3015",
  severity: "error",
  title: "Tag used twice",
  message: ({ tag, encap, network, other }) => `${encap} tag ${tag} of ${network} is already the tag of ${other}`,
  explanation: "Tags tell the packets of networks apart on the wire, in all tenants together, so each is used once.",
  example:
    "tenant shop {\n  network app-net { subnet 10.1.1.0/24; tag 1001 }\n  network db-net { subnet 10.1.2.0/24; tag 1001 }\n  group web in app-net { match app = web }\n  policy edge { allow world -> web : http }\n}\n",
  fix: "Use another tag, or leave it out.",
});

export const namespaceTwice = defineDiagnostic<{ namespace: string; tenant: string; other: string }>({
  code: "CTV3016",
  severity: "error",
  title: "Namespace of two tenants",
  message: ({ namespace, tenant, other }) => `namespace "${namespace}" belongs to tenant "${other}" and cannot belong to "${tenant}" too`,
  explanation:
    "Workloads belong to a tenant by their namespace, and a namespace belongs to one tenant at most. A tenant without `namespaces` has the one of its own name.",
  example:
    "tenant shop {\n  namespaces prod\n  group web { match app = web }\n  policy edge { allow world -> web : http }\n}\ntenant lab {\n  namespaces prod\n  group web { match app = web }\n  policy edge { allow world -> web : http }\n}\n",
  fix: "Take the namespace out of one of the tenants.",
});

export const externalInside = defineDiagnostic<{ external: string; what: string }>({
  code: "CTV3017",
  severity: "error",
  title: "External inside a network",
  message: ({ external, what }) => `external "${external}" overlaps ${what}; externals are outside every network`,
  explanation:
    "An external names addresses outside of every network, which are no workload's. Rules about a part of a network name the network, a group or the addresses.",
  example:
    "external office = 10.1.1.0/25\n" +
    "tenant shop {\n  network app-net { subnet 10.1.1.0/24 }\n  group web in app-net { match app = web }\n  policy edge { allow office -> web : http }\n}\n",
  fix: "Take the network's addresses out of the external, or write the addresses in the rule. For everything outside, use `world`.",
});

export const unusableNamespace = defineDiagnostic<{ tenant: string }>({
  code: "CTV3018",
  severity: "warning",
  title: "Tenant's name cannot be a namespace",
  message: ({ tenant }) => `tenant "${tenant}" has no \`namespaces\`, and its name cannot be a Kubernetes namespace`,
  explanation:
    "A tenant without `namespaces` has the Kubernetes namespace of its own name, which must be a DNS label: lower case letters, digits and `-`, at most 63 characters.",
  example: "tenant Shop {\n  group web { match app = web }\n" + edge + "}\n",
  fix: "Add `namespaces` with the namespaces that the tenant has.",
});

export const invalidNamespace = defineDiagnostic<{ name: string }>({
  code: "CTV3019",
  severity: "error",
  title: "Not a namespace",
  message: ({ name }) => `"${name}" cannot be a Kubernetes namespace: lower case letters, digits and inner "-", at most 63 characters`,
  explanation: "Namespaces are DNS labels (RFC 1123).",
  example: "tenant shop {\n  namespaces Shop.Prod\n  group web { match app = web }\n" + edge + "}\n",
  fix: "Write the namespace's real name.",
});

export const foreignNamespace = defineDiagnostic<{ namespace: string; tenant: string; possible: readonly string[] }>({
  code: "CTV3020",
  severity: "error",
  essential: true,
  title: "Namespace is not the tenant's",
  message: ({ namespace, tenant, possible }) => `namespace "${namespace}" is not one of tenant "${tenant}", which has ${possible.join(", ")}`,
  explanation: "A group's workloads are in the namespaces of its tenant, or in some of these.",
  example: group("namespaces lab; match app = web"),
  fix: "Use a namespace of the tenant, or add it to the tenant's `namespaces`.",
});

export const invalidLabel = defineDiagnostic<{ what: "key" | "value"; text: string; reason: string }>({
  code: "CTV3021",
  severity: "error",
  title: "Not a label",
  message: ({ what, text, reason }) => `"${text}" cannot be a label ${what}: ${reason}`,
  explanation:
    'Label keys are an optional DNS name and `/`, then a name of at most 63 characters; values are at most 63 characters. Both have letters, digits, `-`, `_` and `.`, and begin and end with a letter or digit (Kubernetes, "Labels and Selectors").',
  example: group('match app = "web server"'),
  fix: "Write the key or value that the workloads really have.",
});

export const emptySelector = defineDiagnostic<{ owner: string; key: string }>({
  code: "CTV3022",
  severity: "error",
  essential: true,
  title: "Selector that matches nothing",
  message: ({ owner, key }) => `${owner} can match nothing: the requirements on "${key}" contradict each other`,
  explanation: "All requirements of a `match` must hold at once, and no workload can meet these.",
  example: group("match app = web, app = api"),
  fix: "Use `in (a, b)` where either value is right, or remove a requirement.",
});

export const hostsInTwoTenants = defineDiagnostic<{ group: string; tenant: string; other: string; address: string }>({
  code: "CTV3023",
  severity: "warning",
  title: "Machine in two tenants",
  message: ({ group: name, tenant, other, address }) =>
    `hosts of group "${name}" of tenant "${tenant}" are also in tenant "${other}", such as ${address}`,
  explanation:
    "A machine belongs to every tenant with a network or a group's `hosts` that holds its address. Its traffic then needs the verdict `allow` of each of them.",
  example:
    "tenant shop {\n  group db { hosts 192.0.2.10 }\n  policy edge { allow world -> db : postgres }\n}\ntenant lab {\n  group old { hosts 192.0.2.0/24 }\n  policy edge { allow world -> old : ssh }\n}\n",
  fix: "Keep the machine in one tenant, and `export` the group to the other.",
});

export const namespacesWithoutMatch = defineDiagnostic<{ group: string }>({
  code: "CTV3024",
  severity: "warning",
  title: "Namespaces without effect",
  message: ({ group: name }) => `\`namespaces\` of group "${name}" has no effect: the group has \`hosts\` and no \`match\`, so no workloads`,
  explanation: "Namespaces say where a group's workloads are. A group of `hosts` alone has none.",
  example: "tenant shop {\n  group db { hosts 192.0.2.10; namespaces shop }\n  policy edge { allow world -> db : postgres }\n}\n",
  fix: "Remove `namespaces`, or add a `match`.",
});

export const addressOutside = defineDiagnostic<{ address: string; network: string; subnet: string }>({
  code: "CTV3025",
  severity: "error",
  title: "Virtual address outside its network",
  message: ({ address, network, subnet }) => `address ${address} is not in network "${network}" (${subnet})`,
  explanation: "A load balancer's address is one of its network.",
  example:
    "tenant shop {\n  network app-net { subnet 10.1.1.0/24 }\n  loadbalancer front in app-net {\n    address 10.1.2.250\n    match app = web\n    port tcp/80 -> 8080\n  }\n}\n",
  fix: "Use an address of the network, or leave it out.",
});

export const virtualPortTaken = defineDiagnostic<{ balancer: string; what: string }>({
  code: "CTV3029",
  severity: "error",
  title: "Virtual address or port taken",
  message: ({ balancer, what }) => `load balancer "${balancer}" cannot answer alone: ${what}`,
  explanation:
    "A connection to a virtual address and port goes to one set of providers and one of their ports. A second mapping of the same port, another load balancer there, or a router's address would leave open which.",
  example:
    "tenant shop {\n  network app-net { subnet 10.1.1.0/24 }\n  loadbalancer front in app-net {\n    address 10.1.1.250\n    match app = web\n    port tcp/80 -> 8080\n    port tcp/80 -> 8081\n  }\n}\n",
  fix: "Remove one of the two, or choose another address or port.",
});

export const invalidParamValue = defineDiagnostic<{ name: string; type: string; from: string; reason: string }>({
  code: "CTV3026",
  severity: "error",
  essential: true,
  title: "Value does not fit the param",
  message: ({ name, type, from, reason }) => `${from} gives param "${name}" a value that does not fit its type ${type}: ${reason}`,
  explanation: "The value of a param from `--param` or the project file is read by the param's type, in the language's own notation.",
  example:
    "param metrics-port: port = 9090\ntenant shop {\n  group web { match app = web }\n  policy edge { allow web -> web : tcp/metrics-port }\n}\n" +
    "# file: ctv.yaml\nenvironments:\n  production:\n    params:\n      metrics-port: eighty\n",
  fix: "Give a value of the param's type.",
});

export const valueCount = defineDiagnostic<{ where: string; found: number }>({
  code: "CTV3027",
  severity: "error",
  essential: true,
  title: "Wrong number of values",
  message: ({ where, found }) => (found === 0 ? `${where} needs a value` : `${where} takes one value, not ${found}`),
  explanation: "A property or param that holds one value is given none, or a list.",
  example: inNetwork("    subnet 10.1.1.0/24, 10.1.2.0/24\n"),
  fix: "Keep one value.",
});

export const portLikeAddress = defineDiagnostic<{ text: string; action: "allow" | "deny"; address: string; port: string }>({
  code: "CTV3028",
  severity: "warning",
  title: "IPv6 address that ends like a port",
  message: ({ text, action, address, port }) =>
    `${text} is one address, to which this rule ${action === "allow" ? "allows" : "denies"} every service; port ${port} of ${address} is \`${address} : tcp/${port}\``,
  explanation:
    "An IPv6 address has colons in it, so a port cannot be told from its last part. The rule names no service, and the last part of its address is the number of a well-known port.",
  example:
    "tenant shop {\n  network net { subnet6 fd00:1::/64 }\n  group web in net { match app = web }\n  policy edge { allow web -> 2001:db8::1:443 }\n}\n",
  fix: "Write `2001:db8::1 : tcp/443` for the port; if the address is meant, `// ctv-ignore CTV3028: reason`, or write its last part with a leading zero (`2001:db8::1:0443`).",
});

export const emptyText = defineDiagnostic<{ what: string }>({
  code: "CTV3031",
  severity: "error",
  title: "Empty text",
  message: ({ what }) => `${what} is empty`,
  explanation: "Between the quotes stands nothing, or only space: nobody else could tell by it what is meant.",
  example: `tenant shop {\n  contracts from-fabric provided = ""\n  group web {\n    match app = web\n    contracts from-fabric\n  }\n  policy edge { allow world -> web : http }\n}\n`,
  fix: "Write the text.",
});

export const valuesDiagnostics: readonly Definition[] = [
  wrongValue,
  invalidAddress,
  hostBits,
  reversedRange,
  mixedRange,
  outOfRange,
  gatewayOutside,
  gatewayWithoutSubnet,
  gatewayReserved,
  wrongFamily,
  overlappingSubnets,
  poolOutside,
  poolWithoutNetwork,
  overlappingPools,
  tagOutside,
  tagTwice,
  namespaceTwice,
  externalInside,
  unusableNamespace,
  invalidNamespace,
  foreignNamespace,
  invalidLabel,
  emptySelector,
  hostsInTwoTenants,
  namespacesWithoutMatch,
  addressOutside,
  virtualPortTaken,
  invalidParamValue,
  valueCount,
  portLikeAddress,
  emptyText,
];
