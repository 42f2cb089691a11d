/** Contiv as a target: the objects of netmaster's REST API, and the order in which to send them. */
import type { Capability, Target } from "../target.js";
import { emitContiv } from "./emit/emit.js";
import type { ContivOptions } from "./emit/emit.js";

const capabilities: readonly Capability[] = [
  {
    feature: "TCP between groups",
    support: "full",
    note: "opening packets are decided by the rules in order, all others pass both ways of what is allowed",
  },
  { feature: "UDP", support: "partial", note: "replies pass by the service's port, so the way back is open from that port (CTV5209)" },
  { feature: "ICMP and other protocols", support: "partial", note: "as a whole protocol only (CTV5208); the way back is open (CTV5209)" },
  { feature: "port ranges", support: "partial", note: "one rule a port, up to a limit (CTV5214)" },
  { feature: "deny and priorities", support: "partial", note: "as long as a chain of rules that disagree fits 100 priorities (CTV5215)" },
  { feature: "addresses and CIDRs", support: "partial", note: "at one end; the other end is a group (CTV5213)" },
  { feature: "traffic from outside", support: "none", note: "not filtered on arrival; replies of groups are (CTV5201, CTV5202)" },
  { feature: "machines in groups (`hosts`)", support: "partial", note: "by address; what they send is not filtered on arrival" },
  { feature: "IPv6", support: "none", note: "passes unfiltered (CTV5203, CTV5204)" },
  { feature: "several groups for one workload", support: "none", note: "Contiv puts an endpoint into one group (CTV5206)" },
  { feature: "traffic across tenants", support: "none", note: "denied (CTV5205)" },
  { feature: "logging", support: "none", note: "CTV5207" },
  { feature: "ACI fabrics", support: "partial", note: "allows between groups only (CTV5216, CTV5217)" },
];

export { defaultContivOptions } from "./emit/emit.js";

export const contiv: Target<ContivOptions> = { name: "contiv", capabilities, emit: emitContiv };
