/** CTV52xx: what Contiv cannot say as the source does. */
import { contivObjectDiagnostics } from "./contiv-objects.js";
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";
import { listed } from "./logic.js";

/** A tenant with two groups on a network, for examples that need the rest to be in order. */
const shop = (rules: string, more = ""): string =>
  `tenant shop {\n  network net { subnet 10.1.0.0/24 }\n  group web in net { match app = web }\n  group db  in net { match app = db }\n${more}  policy main {\n${rules}  }\n}\n`;

const aci = (rules: string): string =>
  `fabric {\n  mode aci\n  forwarding bridge\n  arp flood\n  vlans 1-4000\n  vxlans 1-10000\n  private-subnet 172.19.0.0/16\n}\ntenant shop {\n  network net { subnet 10.1.0.0/24 ; encap vlan }\n  group web in net { match app = web }\n  group db  in net { match app = db }\n  app shop = web, db\n  policy main {\n${rules}  }\n}\n`;

export const unfilteredDefault = defineDiagnostic<{ tenant: string; flow: string }>({
  code: "CTV5201",
  severity: "note",
  title: "Contiv filters what its containers send, and nothing else",
  message: ({ tenant, flow }) =>
    `the default of tenant "${tenant}" does not hold for packets that come from outside, nor between endpoints in no group, such as ${flow}`,
  explanation:
    "Contiv asks its rules at the host of the container that sends a packet. A packet from outside (an uplink, a host, a machine) is delivered without being asked about. The replies are asked about, so a connection over TCP that no rule allows does not come up, but single packets arrive. Endpoints in no group have no rules at all among themselves.",
  example: shop("    allow web -> db : tcp/5432\n"),
  fix: "Keep a firewall where traffic enters, or enforce this tenant with the OpenFlow target, which filters on arrival. Put every workload into a group.",
});

export const unfilteredDeny = defineDiagnostic<{ flow: string }>({
  code: "CTV5202",
  severity: "warning",
  title: "Contiv does not filter on arrival",
  message: ({ flow }) => `this rule denies traffic that Contiv does not filter, because it comes from no container in a group, such as ${flow}`,
  explanation:
    "Contiv filters packets at the host of the container that sends them. What comes from outside is delivered whatever a rule says; only the replies of the group are held back. Endpoints in no group are filtered only towards groups.",
  example: shop("    deny  198.51.100.0/24 -> web\n    allow web -> db : tcp/5432\n"),
  fix: "Deny it where the traffic enters (a firewall, the fabric), or enforce the rule with the OpenFlow target, which filters on arrival.",
});

export const ipv6Default = defineDiagnostic<{ tenant: string }>({
  code: "CTV5203",
  severity: "warning",
  title: "Contiv does not filter IPv6",
  message: ({ tenant }) => `tenant "${tenant}" has IPv6 addresses, and Contiv's rules match IPv4 alone: everything over IPv6 passes`,
  explanation: "The flows of Contiv's policy table match IPv4 packets. IPv6 passes unfiltered, whatever the rules and the tenant's default say.",
  example:
    "tenant shop {\n  network net { subnet 10.1.0.0/24 ; subnet6 fd00:1::/64 }\n  group web in net { match app = web }\n  group db  in net { match app = db }\n  policy main { allow web -> db : tcp/5432 }\n}\n",
  fix: "Leave `subnet6` out of networks that Contiv serves, or enforce the tenant with the OpenFlow target, which filters both families alike.",
});

export const ipv6Deny = defineDiagnostic<Record<never, never>>({
  code: "CTV5204",
  severity: "warning",
  title: "Contiv does not deny over IPv6",
  message: () => "this rule denies flows over IPv6 too, and Contiv filters IPv4 alone: over IPv6 they pass",
  explanation: "The flows of Contiv's policy table match IPv4 packets, so the part of a deny that is about IPv6 is lost.",
  example:
    "tenant shop {\n  default allow\n  network net { subnet 10.1.0.0/24 ; subnet6 fd00:1::/64 }\n  group web in net { match app = web }\n  group db  in net { match app = db }\n  policy main { deny web -> db : tcp/5432 }\n}\n",
  fix: "Leave `subnet6` out of networks that Contiv serves, or enforce the rule with the OpenFlow target.",
});

export const otherTenant = defineDiagnostic<{ subject: string; tenant: string }>({
  code: "CTV5205",
  severity: "warning",
  title: "Contiv keeps tenants apart",
  message: ({ subject, tenant }) => `${subject} allows traffic between tenant "${tenant}" and another tenant, which Contiv does not let through`,
  explanation:
    "Each Contiv tenant is a world of its own: networks of two tenants do not reach each other, and the names in a rule are looked up in the rule's own tenant. So what this rule allows across tenants is denied; what it allows inside the tenant and towards the world holds.",
  example:
    "tenant back {\n  network net { subnet 10.2.0.0/24 }\n  group api in net { match app = api }\n  export api to front\n  policy main { allow front/web -> api : http }\n}\ntenant front {\n  network net { subnet 10.1.0.0/24 }\n  group web in net { match app = web }\n  export web to back\n  policy main { allow web -> back/api : http }\n}\n",
  fix: "Put both groups into one tenant, or send the traffic through an address outside both.",
});

export const overlappingGroups = defineDiagnostic<{ group: string; others: readonly string[] }>({
  code: "CTV5206",
  severity: "warning",
  title: "Contiv puts an endpoint into one group",
  message: ({ group, others }) =>
    `a workload of "${group}" can match ${listed(others.map((other) => `"${other}"`))} as well, and Contiv puts it into one group: only that group's rules will hold for it`,
  explanation:
    "The language lets an endpoint be in several groups. A container in Contiv has one endpoint group, named by its label `io.contiv.net-group`. For a workload that two groups match, the rules that name the other group do not hold.",
  example: shop("    deny  old -> db\n    allow web -> db : tcp/5432\n", "  group old in net { match stage = old }\n"),
  fix: "Make the selectors exclude each other, such as `match app = web, stage != old`, and list both groups where both are meant.",
});

export const noLogging = defineDiagnostic<Record<never, never>>({
  code: "CTV5207",
  severity: "note",
  title: "Contiv does not log",
  message: () => "Contiv's rules have no logging, so nothing is logged for this rule",
  explanation: "A Contiv rule has no field for logging and no counters. The verdict is the same without it.",
  example: shop("    allow web -> db : tcp/5432 log\n"),
  fix: "Nothing, if another target does the logging.",
});

export const widenedProtocol = defineDiagnostic<{ protocols: string; action: string }>({
  code: "CTV5208",
  severity: "warning",
  title: "Contiv knows this protocol only as a whole",
  message: ({ protocols, action }) =>
    `Contiv cannot tell the parts of ${protocols} from each other, so this rule ${action}s all of it between these peers`,
  explanation:
    "Contiv's rules have ports for TCP and UDP alone: ICMP types, and ports of SCTP, cannot be told apart. The rule is emitted for the protocol as a whole.",
  example: shop("    allow web -> db : icmp/8\n"),
  fix: "Name the protocol as a whole (`icmp`, `sctp/0-65535`), so that the source says what is enforced.",
});

export const openWayBack = defineDiagnostic<{ protocols: string; flow: string }>({
  code: "CTV5209",
  severity: "warning",
  title: "The way of the replies is open for new traffic",
  message: ({ protocols, flow }) => `Contiv cannot tell replies over ${protocols} from new traffic, so the way back is open too, such as ${flow}`,
  explanation:
    "Contiv's table remembers no connections. TCP marks the packet that opens a connection; nothing marks a reply of another protocol. Replies over UDP are let through by the service's port, so the other side can send anything from that port; those over ICMP and other protocols are let through by protocol alone. Rules that deny are kept above that, where it costs no replies over UDP.",
  example: shop("    allow web -> db : udp/5353\n"),
  fix: "Use TCP where there is a choice, or enforce the rule with the OpenFlow target, which tracks connections.",
});

export const repliesHeldBack = defineDiagnostic<{ deny: string; protocols: string }>({
  code: "CTV5210",
  severity: "warning",
  title: "Replies are held back by a rule that denies",
  message: ({ deny, protocols }) =>
    `replies over ${protocols} to what this rule allows are held back by "${deny}", because Contiv cannot tell them from new traffic`,
  explanation:
    "Contiv's table remembers no connections, and nothing but TCP marks a reply. Where a rule denies the way back as a whole, letting the replies through would let everything through, so the deny is kept and the replies are lost.",
  example: shop("    deny  db -> web : icmp\n    allow web -> db : icmp\n"),
  fix: "Deny less (single UDP ports do not hold replies back), or enforce the rules with the OpenFlow target, which tracks connections.",
});

export const repliesDenied = defineDiagnostic<{ protocols: string; flow: string }>({
  code: "CTV5211",
  severity: "warning",
  title: "This deny holds back replies too",
  message: ({ protocols, flow }) => `over ${protocols} this rule also holds back replies to traffic the other way, such as ${flow}`,
  explanation:
    "The tenant allows by default, so the way back is allowed. Contiv's table remembers no connections, and nothing but TCP marks a reply: denying a protocol one way denies the replies to the other way as well.",
  example: shop("    deny web -> db : icmp\n", "  default allow\n"),
  fix: "Deny single ports of TCP and UDP, or enforce the rule with the OpenFlow target, which tracks connections.",
});

export const clientPorts = defineDiagnostic<{ ports: string; flow: string }>({
  code: "CTV5212",
  severity: "note",
  title: "Denied ports that clients use themselves",
  message: ({ ports, flow }) => `systems hand out ${ports} to clients, and Contiv holds back replies to a client that has one, such as ${flow}`,
  explanation:
    "A deny of a port matches every packet to that port, a reply to a client with the same port included. Systems hand out ports from 32768 up to clients, so a deny there now and then hits a reply.",
  example: shop("    deny  web -> db : tcp/33000\n    allow web -> db : tcp/0-65535\n    allow db -> web : tcp/80\n"),
  fix: "Nothing, if a rare connection that must be tried again does no harm; else use a service port below 32768.",
});

export const unsaid = defineDiagnostic<{ what: string }>({
  code: "CTV5213",
  severity: "warning",
  title: "Contiv cannot say a part of this rule",
  message: ({ what }) => `Contiv cannot say this rule for ${what}; there the rules after it decide`,
  explanation:
    "A Contiv rule belongs to an endpoint group, and names the other end by group or by address. It cannot pick members of its own group by address, cannot speak of endpoints that are in no group where members of a group have the same addresses, and has no name for IP protocol 0. Nor has it one for port 0, which stands for every port: a rule for all other ports holds for it too, and a rule for some ports leaves it out.",
  example: shop("    allow 10.1.0.0/28 -> 198.51.100.7 : https\n    allow web -> db : tcp/5432\n"),
  fix: "Name groups instead of addresses inside a network; give these endpoints a group of their own.",
});

export const tooManyPorts = defineDiagnostic<{ ports: number; limit: number }>({
  code: "CTV5214",
  severity: "error",
  title: "Too many ports for Contiv",
  message: ({ ports, limit }) => `Contiv has no port ranges: this rule would become ${ports} single ports, and the limit is ${limit}`,
  explanation:
    "A Contiv rule has one port. A range becomes one rule for each port, and each is a flow on every host, so there is a limit on the ports of a rule (`targets.contiv.portLimit` in the project file). The rule is left out.",
  example: shop("    allow web -> db : tcp/8000-8500\n"),
  fix: "Allow every port of the protocol (`tcp/0-65535`), fewer ports, or raise the limit.",
});

export const tooManyLevels = defineDiagnostic<{ tenant: string; levels: number; limit: number; chain: string }>({
  code: "CTV5215",
  severity: "error",
  title: "Contiv has 100 priorities",
  message: ({ tenant, levels, limit, chain }) =>
    `tenant "${tenant}" needs ${levels} priorities and Contiv has ${limit}; each of these rules must be above the next: ${chain}`,
  explanation:
    "Contiv orders rules by a priority from 1 to 100. Only rules that overlap with different actions need different priorities, so this is the length of the longest chain of such rules, with a few for the default and for replies. No rules are emitted for the tenant.",
  example: shop(
    Array.from(
      { length: 98 },
      (_, index) => `    ${index % 2 === 0 ? "deny " : "allow"} web -> db : tcp/7001${index === 0 ? "" : `-${7001 + index}`}\n`,
    ).join(""),
  ),
  fix: "Shorten the chain: join rules, or make exceptions part of the peers (`except`) and of the services.",
});

export const aciUnsaid = defineDiagnostic<{ what: string }>({
  code: "CTV5216",
  severity: "warning",
  title: "An ACI fabric takes allows between groups only",
  message: ({ what }) => `in ACI mode Contiv takes rules that allow from group to group, so ${what}`,
  explanation:
    "With `fabric { mode aci }` rules become contracts of the fabric. Contracts allow; what none allows is denied between groups, and everything is allowed inside a group. Rules that deny are ignored by Contiv, and rules with addresses or networks are refused. What an earlier rule denies is taken out of what later ones allow.",
  example: aci("    allow web -> db : tcp/5432\n    allow web -> 198.51.100.0/24 : https\n"),
  fix: "Name groups, and say what is allowed. Traffic with the outside is the fabric's own matter (`contracts`).",
});

export const aciInside = defineDiagnostic<{ tenant: string; flow: string }>({
  code: "CTV5217",
  severity: "note",
  title: "An ACI fabric does not filter inside a group, nor with the outside",
  message: ({ tenant, flow }) => `in ACI mode the default of tenant "${tenant}" holds between its groups alone, not for flows such as ${flow}`,
  explanation:
    "Contracts decide between endpoint groups. Members of one group reach each other, and what passes between a group and the outside is decided by the fabric's own configuration.",
  example: aci("    allow web -> db : tcp/5432\n"),
  fix: "Split a group whose members must not reach each other, and configure the fabric's outside networks for the rest.",
});

export const podNetworks = defineDiagnostic<{ tenant: string; networks: number }>({
  code: "CTV5218",
  severity: "note",
  title: "Contiv gives workloads the addresses of their networks",
  message: ({ tenant, networks }) =>
    networks === 0
      ? `tenant "${tenant}" has no network, so Contiv has no containers of it and filters nothing that they send`
      : `workloads of tenant "${tenant}" get addresses from its networks in Contiv, not from the project's podCidrs`,
  explanation:
    "Contiv is the network plugin where it is used, and takes each workload's address from the network of its group. Rules are right for those addresses; a workload of the tenant that has another address (`targets.kubernetes.podCidrs`, or any where the tenant has no network) is none of Contiv's.",
  example: "tenant shop {\n  group vm { hosts 192.0.2.1 }\n  policy main { allow world -> vm : https }\n}\n",
  fix: "Declare the tenant's networks, where Contiv is the network plugin; else leave this target out.",
});

export const sharedAddresses = defineDiagnostic<{ tenant: string; other: string; addresses: string }>({
  code: "CTV5219",
  severity: "warning",
  title: "Two tenants share addresses",
  message: ({ tenant, other, addresses }) =>
    `machines at ${addresses} belong to tenant "${tenant}" and to tenant "${other}"; Contiv asks the rules of the one whose container sends`,
  explanation:
    "Tenants may use the same subnet: containers are told apart by their tenant. A machine that is no container belongs to every tenant whose networks or hosts hold its address, and each of them has a say. Contiv's rules of one tenant know nothing of the other's.",
  example:
    "tenant back {\n  network net { subnet 10.1.0.0/24 }\n  group api in net { match app = api }\n  policy main { allow any -> api : http }\n}\ntenant front {\n  network net { subnet 10.1.0.0/24 }\n  group web in net { match app = web }\n  policy main { allow any -> web : http }\n}\n",
  fix: "Give the tenants subnets of their own.",
});

export const contivDiagnostics: readonly Definition[] = [
  unfilteredDefault,
  unfilteredDeny,
  ipv6Default,
  ipv6Deny,
  otherTenant,
  overlappingGroups,
  noLogging,
  widenedProtocol,
  openWayBack,
  repliesHeldBack,
  repliesDenied,
  clientPorts,
  unsaid,
  tooManyPorts,
  tooManyLevels,
  aciUnsaid,
  aciInside,
  podNetworks,
  sharedAddresses,
  ...contivObjectDiagnostics,
];
