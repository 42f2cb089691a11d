/** CTV51xx: what Kubernetes policies cannot say as the source does. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

/** `subject` is the statement in the reader's words, such as `this rule` or `the default of tenant "shop"`. */
interface AboutFlow {
  readonly subject: string;
  /** A flow in words. */
  readonly flow: string;
}

export const protocolLost = defineDiagnostic<AboutFlow & { services: string }>({
  code: "CTV5101",
  severity: "warning",
  title: "Kubernetes cannot say this protocol",
  message: ({ subject, services, flow }) =>
    `${subject} allows ${services}, which Kubernetes can say only as part of every service; it is denied, such as ${flow}`,
  explanation:
    "A NetworkPolicy speaks of TCP, UDP and SCTP ports. ICMP and other IP protocols pass only where a rule allows every service. A rule that allows them by name, or every service but some, loses them: what cannot be said is denied.",
  example: "tenant shop {\n  group web { match app = web }\n  group api { match app = api }\n  policy edge { allow api -> web : icmp/8 }\n}\n",
  fix: "Allow every service between these peers (leave the `: service` out), or leave the protocol to a target that can say it.",
});

export const logLost = defineDiagnostic<{ action: string }>({
  code: "CTV5102",
  severity: "note",
  title: "Kubernetes policies do not log",
  message: ({ action }) => `Kubernetes policies have no logging, so nothing is logged for what this rule ${action === "allow" ? "allows" : "denies"}`,
  explanation:
    "Neither NetworkPolicy nor ClusterNetworkPolicy has a field for logging. The verdict is the same without it. Some network plugins log by annotations of their own.",
  example: "tenant shop {\n  group web { match app = web }\n  group api { match app = api }\n  policy edge { allow api -> web : http log }\n}\n",
  fix: "Nothing, if another target does the logging; else switch on the logging of the network plugin.",
});

export const addressLost = defineDiagnostic<AboutFlow>({
  code: "CTV5103",
  severity: "warning",
  title: "Kubernetes cannot tell pods apart by address",
  message: ({ subject, flow }) =>
    `${subject} allows some pods by their address and not others, which no selector can say; they are all denied, such as ${flow}`,
  explanation:
    "Selectors see a pod's namespace and labels. An `ipBlock` sees addresses, but network plugins differ on whether it matches pods, so it cannot be used for them. Where only some addresses of the pods that a selector picks are allowed, or where an earlier rule denies some of them, all of them are denied.",
  example:
    "tenant shop {\n  network net { subnet 10.1.0.0/24 }\n  group web in net { match app = web }\n  group db  in net { match app = db }\n  policy edge {\n    allow web      -> db : http\n    allow 10.1.0.5 -> db : postgres\n  }\n}\n",
  fix: "Name a group of these pods by label instead of an address or a network.",
});

export const machinesDenied = defineDiagnostic<{ flow: string }>({
  code: "CTV5104",
  severity: "warning",
  title: "Kubernetes does not enforce this deny between machines",
  message: ({ flow }) => `this rule denies flows that no pod of a tenant takes part in, which Kubernetes lets pass, such as ${flow}`,
  explanation:
    "Kubernetes policies act on the pods that they select. A flow between two machines, or between a machine and a pod that is in no tenant, meets none of them.",
  example:
    "tenant shop {\n  default allow\n  group web { match app = web }\n  group vm { hosts 192.0.2.1 }\n  policy edge { deny world -> vm : ssh }\n}\n",
  fix: "Enforce it on the machines' own network: with the OpenFlow target, a firewall, or the machine's own filter.",
});

export const machinesDefault = defineDiagnostic<{ tenant: string; flow: string }>({
  code: "CTV5105",
  severity: "note",
  title: "Kubernetes does not enforce the default between machines",
  message: ({ tenant, flow }) =>
    `tenant "${tenant}" denies by default what no pod of a tenant takes part in, and Kubernetes lets it pass, such as ${flow}`,
  explanation:
    "A tenant has every address of its networks and hosts, and its default decides for machines there too. Kubernetes policies act on pods only, so between machines nothing is denied.",
  example:
    "tenant shop {\n  network net { subnet 10.1.0.0/24 }\n  group web in net { match app = web }\n  group db  in net { match app = db }\n  policy edge { allow web -> db : postgres }\n}\n",
  fix: "Nothing, if only pods have addresses in the tenant's networks; `targets.kubernetes.podCidrs` in the project file says so.",
});

export const podAddressesUnknown = defineDiagnostic<AboutFlow>({
  code: "CTV5106",
  severity: "warning",
  title: "Nothing says which addresses pods have",
  message: ({ subject, flow }) =>
    `${subject} allows by address, and nothing says which addresses pods have; what a network plugin might take for a pod, or might not, is denied, such as ${flow}`,
  explanation:
    "Network plugins differ on whether an `ipBlock` matches pods. What is emitted has to be right either way, so it must be known which addresses are pods'. Without networks of the tenant and without `targets.kubernetes.podCidrs` in the project file, any address that is in no `external` may be a pod's.",
  example: "tenant shop {\n  group web { match app = web }\n  policy edge { allow 203.0.113.0/24 -> web : http }\n}\n",
  fix: "Set `targets.kubernetes.podCidrs` in the project file to the cluster's pod networks, or declare the addresses as an `external`.",
});

export const machineAmongPods = defineDiagnostic<AboutFlow>({
  code: "CTV5107",
  severity: "note",
  title: "A machine in a network of pods is denied",
  message: ({ subject, flow }) =>
    `${subject} also allows machines that are no pods at addresses of a pod network; Kubernetes cannot tell them from pods that are denied, so they are denied, such as ${flow}`,
  explanation:
    "An `ipBlock` with an address of a pod network may let in a pod that a selector must keep out. So such addresses are left out wherever a pod that can have them is denied, and a machine there loses with them.",
  example:
    "tenant shop {\n  default allow\n  network net { subnet 10.1.0.0/24 }\n  group web in net { match app = web }\n  group bad in net { match state = bad }\n  policy edge { deny bad -> web }\n}\n",
  fix: "Nothing, if only pods have addresses in the network. Else give the machine to a group by `hosts`: no pod has such an address.",
});

export const portZeroLost = defineDiagnostic<AboutFlow>({
  code: "CTV5108",
  severity: "note",
  title: "Kubernetes ports start at 1",
  message: ({ subject, flow }) => `${subject} allows port 0, which Kubernetes cannot say; it is denied, such as ${flow}`,
  explanation:
    "Ports of a NetworkPolicy are 1 to 65535. Port 0 passes only where a whole protocol or every service is allowed. IANA reserves it, so this seldom matters.",
  example: "tenant shop {\n  group web { match app = web }\n  group api { match app = api }\n  policy edge { allow api -> web : tcp/0-1023 }\n}\n",
  fix: "Start the range at 1.",
});

export const invalidKubernetesName = defineDiagnostic<{ kind: string; name: string; rule: string }>({
  code: "CTV5109",
  severity: "error",
  title: "Not a name that Kubernetes takes",
  message: ({ kind, name, rule }) => `"${name}" cannot be a Kubernetes ${kind}: ${rule}`,
  explanation:
    "Namespaces, label keys and label values have to meet the API server's rules, or it refuses the object. A namespace is at most 63 lower case letters, digits and inner hyphens; a label value is at most 63 letters, digits, `-`, `_` and `.` with a letter or digit at both ends.",
  example: "tenant Shop {\n  group web { match app = web }\n  group api { match app = api }\n  policy edge { allow api -> web : http }\n}\n",
  fix: "Give the tenant `namespaces` with names that Kubernetes takes, and correct labels in `match`.",
});

export const kubernetesDiagnostics: readonly Definition[] = [
  protocolLost,
  logLost,
  addressLost,
  machinesDenied,
  machinesDefault,
  podAddressesUnknown,
  machineAmongPods,
  portZeroLost,
  invalidKubernetesName,
];
