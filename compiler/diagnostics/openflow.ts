/**
 * What the OpenFlow target has to say (CTV53xx).
 */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

export const doesNotFit = defineDiagnostic<{ reason: Overflow }>({
  code: "CTV5301",
  severity: "error",
  title: "The policy does not fit a switch",
  message: ({ reason }) =>
    reason.kind === "registers"
      ? `the groups that rules name overlap so much that telling them apart takes ${reason.bits} bits, and the switch has ${reason.limit} for it; among them ${reason.examples.join(", ")}`
      : `more than ${reason.limit} rules after this one overlap each other in a chain, and OpenFlow has no more priorities`,
  explanation:
    "The OpenFlow tables keep what groups an endpoint is in as numbers in registers. Groups that no endpoint can be in together share one number, " +
    "so a thousand disjoint groups take ten bits or so. Groups whose selectors can match one endpoint together need bits of their own, and " +
    "there are 128. In the same way, rules that can match one flow together need priorities of their own, and there are 59,000. " +
    "Nothing is emitted, because leaving out a group or a rule would change verdicts.",
  example: overlappingGroups(130),
  fix:
    "Make the selectors exclude each other, by asking all groups for different values of one label (`match app = a`, `match app = b`), " +
    "or name a whole set of endpoints with one group instead of with many `except` lists. Drop rules that earlier ones cover (CTV4002).",
});

/** What there is too little of. */
export type Overflow =
  | { readonly kind: "registers"; readonly bits: number; readonly limit: number; readonly examples: readonly string[] }
  | { readonly kind: "priorities"; readonly limit: number };

export const addresslessBalancer = defineDiagnostic<{ name: string }>({
  code: "CTV5302",
  severity: "warning",
  title: "Load balancer without an address",
  message: ({ name }) => `load balancer "${name}" has no address, so the OpenFlow tables do not have it`,
  explanation:
    "A Contiv master picks the address of a service that declares none. Nobody does so for the OpenFlow tables: the switch has to know the address " +
    "that it translates. The load balancer is left out; rules about its providers hold as ever.",
  example:
    "tenant shop {\n  network front { subnet 10.1.1.0/24 }\n  group web in front { match app = web }\n\n  loadbalancer www in front {\n    match app = web\n    port tcp/80 -> 8080\n  }\n\n" +
    "  policy main {\n    allow world -> web : tcp/8080\n  }\n}\n",
  fix: "Give it an address of its network: `address 10.1.1.200`.",
});

export const outsideFabric = defineDiagnostic<{ what: string }>({
  code: "CTV5303",
  severity: "warning",
  title: "Left to the outside fabric",
  message: ({ what }) => `OpenFlow tables cannot say what ${what} asks for; that is left to the outside fabric`,
  explanation:
    "Contracts of an outside fabric, ACI gateways and BGP neighbours are the business of the network around the switch. The OpenFlow target enforces " +
    "the rules of the source and nothing of these.",
  example:
    'tenant shop {\n  group web {\n    match app = web\n    contracts outside\n  }\n\n  contracts outside consumed = "uni/tn-common/brc-web"\n\n  policy main {\n    allow world -> web : tcp/80\n  }\n}\n',
  fix: "Nothing has to change. If the project is only meant for Open vSwitch, remove the declaration; to silence the warning, set its severity to off.",
});

export const costlyRule = defineDiagnostic<{ flows: number; limit: number }>({
  code: "CTV5304",
  severity: "warning",
  title: "Rule takes many flows",
  message: ({ flows, limit }) => `this rule becomes ${flows} flows (more than ${limit})`,
  explanation:
    "Groups cost one condition each, however many endpoints they have. Addresses and ports cost more: a range is written as prefixes or masks (a port range takes " +
    "up to 30), once for IPv4 and once for IPv6, and long lists of them add up.",
  example: `tenant shop {\n  group web { match app = web }\n\n  policy main {\n    allow ${oddRanges(8)} -> web : tcp/1-65534\n  }\n}\n`,
  fix: "Use ranges that begin and end at a power of two, CIDRs in place of address ranges, or name a group.",
});

export const trafficProfiles = defineDiagnostic<{ group: string; other: string; profile: string }>({
  code: "CTV5305",
  severity: "warning",
  title: "Endpoint with two traffic profiles",
  message: ({ group, other, profile }) => `a workload can be in "${group}" and in "${other}", and then has the profile "${profile}" of the latter`,
  explanation:
    "A workload may be in any number of groups, but its packets carry one DSCP and its port has one limit. The profile of the group that is declared " +
    "first is the one that counts.",
  example:
    "tenant shop {\n  qos gold { dscp 46 }\n  qos slow { bandwidth 1Mbps }\n\n  group web  { match app = web\n    qos gold }\n  group lab { match stage = test\n    qos slow }\n\n" +
    "  policy main {\n    allow lab -> web : tcp/80\n  }\n}\n",
  fix: "Make the groups disjoint (`match app = web, stage != test`), or give both the same profile.",
});

export const inAudit = defineDiagnostic<{ what: string }>({
  code: "CTV5306",
  severity: "warning",
  title: "In audit mode",
  message: ({ what }) => `${what} is in audit mode: what it denies passes on Open vSwitch, and is counted`,
  explanation:
    "`targets.openflow.audit` of the project file names tenants and policies that are only being tried. Their rules decide and count, and what they " +
    "would deny is logged and passes; with a tenant its default is meant too. `ctv stats --audited` shows what would be denied.",
  example:
    "# file: ctv.yaml\ntargets:\n  openflow:\n    audit: [shop]\n# file: main.ctv\ntenant shop {\n  group web { match app = web }\n\n  policy main {\n    allow world -> web : tcp/80\n  }\n}\n",
  fix: "Take the name out of `audit` when the counters show that nothing is denied that should pass.",
});

export const nothingToAudit = defineDiagnostic<{ name: string }>({
  code: "CTV5307",
  severity: "error",
  title: "Nothing of this name to audit",
  message: ({ name }) => `there is no tenant or policy "${name}" to audit`,
  explanation:
    "`targets.openflow.audit` names tenants, as `shop`, and policies, as `shop/main`. What was meant would be enforced while it is thought to be tried.",
  example:
    "# file: ctv.yaml\ntargets:\n  openflow:\n    audit: [shop/mian]\n# file: main.ctv\ntenant shop {\n  group web { match app = web }\n\n  policy main {\n    allow world -> web : tcp/80\n  }\n}\n",
  fix: "Write the name of a tenant, or of a policy as TENANT/POLICY.",
});

export const unboundEndpoint = defineDiagnostic<{ message: string }>({
  code: "CTV5308",
  severity: "warning",
  title: "Endpoint that the tables cannot take",
  message: ({ message }) => message,
  explanation:
    "An endpoint of the inventory is on a node or behind a port where it cannot be, has an address that another endpoint of its tenant has, or one at which the policy " +
    "expects no such workload. It gets no traffic then, or another gets what is meant for it, whatever the rules say.",
  example:
    "# file: main.ctv\ntenant shop {\n  network front { subnet 10.1.1.0/24 }\n  group web in front { match app = web }\n\n  policy main {\n    allow world -> web : tcp/80\n  }\n}\n" +
    '# file: nodes.yaml\nnodes: [{ name: node-1 }]\nendpoints:\n  - { name: web-1, node: node-2, port: 1, mac: "02:00:00:00:00:01", addresses: [10.1.1.1], namespace: shop, labels: { app: web } }\n',
  fix: "Correct the endpoint in the inventory, or add its node.",
});

export const openflowDiagnostics: readonly Definition[] = [
  doesNotFit,
  addresslessBalancer,
  outsideFabric,
  costlyRule,
  trafficProfiles,
  inAudit,
  nothingToAudit,
  unboundEndpoint,
];

/** A tenant with groups on labels of their own, so that all of them overlap. */
function overlappingGroups(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `g${index + 1}`);
  const groups = names.map((name) => `  group ${name} { match has ${name} }\n`).join("");
  const rules = names.map((name) => `    allow ${name} -> world : tcp/443\n`).join("");
  return `tenant wide {\n${groups}\n  policy main {\n${rules}  }\n}\n`;
}

/** Address ranges that no short list of prefixes covers. */
function oddRanges(count: number): string {
  return Array.from({ length: count }, (_, index) => `${11 + index}.0.0.1-${11 + index}.255.255.254`).join(", ");
}
