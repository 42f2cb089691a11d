/** The Kubernetes target: NetworkPolicy, or ClusterNetworkPolicy with NetworkPolicy beside it. */
import type { Capability, Target } from "../target.js";
import { emitKubernetes } from "./emit/emit.js";
import type { KubernetesOptions } from "./options.js";

export { defaultOptions } from "./options.js";
export type { KubernetesOptions } from "./options.js";
export { readKubernetes } from "./read/read.js";
export type { ReadingOptions } from "./read/read.js";

const capabilities: readonly Capability[] = [
  { feature: "groups by label", support: "full", note: "label selectors, negated ones too" },
  { feature: "deny and order of rules", support: "full", note: "flavour network-policy subtracts denies from allows; cluster-policy keeps them" },
  { feature: "TCP, UDP and SCTP ports and ranges", support: "full", note: "`endPort`; port 0 only as part of a whole protocol" },
  { feature: "ICMP and other IP protocols", support: "partial", note: "only where every service is allowed (CTV5101)" },
  { feature: "externals and CIDRs outside pod networks", support: "full", note: "`ipBlock` with `except`" },
  { feature: "addresses and networks of pods", support: "partial", note: "where a selector says the same; else denied (CTV5103)" },
  {
    feature: "machines in a group's `hosts`",
    support: "partial",
    note: "as the other end of a pod; between machines nothing is enforced (CTV5104, CTV5105)",
  },
  { feature: "several tenants", support: "full", note: "each pod enforces its own tenant's verdict" },
  { feature: "IPv6", support: "full", note: "" },
  { feature: "log", support: "none", note: "no field for it (CTV5102)" },
  {
    feature: "quality of service, load balancers, contracts, fabric",
    support: "none",
    note: "not network policy in Kubernetes; other targets carry them",
  },
];

export const kubernetes: Target<KubernetesOptions> = { name: "kubernetes", capabilities, emit: emitKubernetes };
