/** CTV523x and up: declarations that Contiv has no object for, or would refuse. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

export const groupWithoutNetwork = defineDiagnostic<{ group: string; networks: number }>({
  code: "CTV5230",
  severity: "error",
  title: "Contiv needs a network for this group",
  message: ({ group, networks }) =>
    networks === 0
      ? `group "${group}" needs a network with an IPv4 subnet in Contiv, and its tenant has none`
      : `group "${group}" needs a network in Contiv, and its tenant has ${networks} to choose from`,
  explanation:
    "An endpoint group of Contiv belongs to one network. A group that names none is put into the tenant's network when there is exactly one with an IPv4 subnet.",
  example: "tenant shop {\n  group web { match app = web }\n  group db  { match app = db }\n  policy main { allow web -> db : tcp/5432 }\n}\n",
  fix: "Declare the network and write `group web in net { … }`.",
});

export const networkWithoutSubnet = defineDiagnostic<{ network: string }>({
  code: "CTV5231",
  severity: "error",
  title: "Contiv needs an IPv4 subnet",
  message: ({ network }) => `network "${network}" has no IPv4 subnet, which Contiv needs`,
  explanation: "netmaster refuses a network without an IPv4 subnet; an IPv6 subnet can only come beside it.",
  example:
    "tenant shop {\n  network net { subnet6 fd00:1::/64 }\n  group web in net { match app = web }\n  group db  in net { match app = db }\n  policy main { allow web -> db : tcp/5432 }\n}\n",
  fix: "Give the network a `subnet`.",
});

export const refused = defineDiagnostic<{ what: string; reason: string }>({
  code: "CTV5232",
  severity: "error",
  title: "netmaster would refuse this",
  message: ({ what, reason }) => `Contiv's netmaster refuses ${what}: ${reason}`,
  explanation:
    "netmaster checks every object against its model (lengths, patterns, bounds) and some more. What is declared here breaks one of these rules, and sending it would fail half way.",
  example:
    "qos slow {\n  bandwidth 10Mbps\n  burst 1\n}\ntenant shop {\n  network net { subnet 10.1.0.0/24 }\n  group web in net {\n    match app = web\n    qos slow\n  }\n  group db in net { match app = db }\n  policy main { allow web -> db : tcp/5432 }\n}\n",
  fix: "Change the declaration as the message says.",
});

export const balancerUnsaid = defineDiagnostic<{ balancer: string; reason: string }>({
  code: "CTV5233",
  severity: "warning",
  title: "Contiv cannot say this load balancer",
  message: ({ balancer, reason }) => `load balancer "${balancer}": ${reason}`,
  explanation: "A load balancer of Contiv picks providers by labels with one value each, and serves TCP and UDP.",
  example:
    "tenant shop {\n  network net { subnet 10.1.0.0/24 }\n  group web in net { match app = web }\n  group db  in net { match app = db }\n  loadbalancer front in net {\n    match app in (web, db)\n    port tcp/80 -> 8080\n  }\n  policy main { allow web -> db : tcp/5432 }\n}\n",
  fix: "Give each label one value, and use TCP or UDP.",
});

export const labelsNeeded = defineDiagnostic<{ groups: string; file: string }>({
  code: "CTV5234",
  severity: "note",
  title: "Contiv needs a label on the workloads of a group",
  message: ({ groups, file }) => `Contiv puts a workload into a group by a label of that name: the workloads of ${groups} need the labels in ${file}`,
  explanation:
    "Contiv reads `io.contiv.tenant`, `io.contiv.network` and `io.contiv.net-group` when a pod starts; it knows no selectors. The target writes a Kustomize component that sets these labels on the workloads that a group's `match` selects, and the same as `kubectl label` commands. Pods that run already have to be started again.",
  example:
    "tenant shop {\n  network net { subnet 10.1.0.0/24 }\n  group web in net { match app = web }\n  group db  in net { match app = db }\n  policy main { allow web -> db : tcp/5432 }\n}\n",
  fix: "Add `labels/` of the output as a component to your kustomization, or set the labels in the pod templates yourself.",
});

export const contivObjectDiagnostics: readonly Definition[] = [groupWithoutNetwork, networkWithoutSubnet, refused, balancerUnsaid, labelsNeeded];
