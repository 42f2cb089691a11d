import type { Capability } from "../target.js";

/** What the OpenFlow target can say; the documentation's table is made from it. */
export const capabilities: readonly Capability[] = [
  { feature: "allow and deny rules, in order", support: "full", note: "priorities; first match decides" },
  { feature: "default allow or deny", support: "full", note: "a flow a tenant; a miss is never an accident" },
  { feature: "groups by label", support: "full", note: "an endpoint may be in any number of groups, up to 128 bits of overlapping ones" },
  { feature: "groups by host", support: "full", note: "by address, in classifier tables" },
  { feature: "except", support: "full", note: "" },
  { feature: "networks, externals, CIDRs, ranges", support: "full", note: "as prefixes" },
  { feature: "several tenants, cross-tenant rules", support: "full", note: "every tenant of either end is asked" },
  {
    feature: "tenants with the same addresses",
    support: "full",
    note: "told apart by port, VNI or VLAN; traffic between tenants needs unambiguous addresses",
  },
  { feature: "TCP, UDP, SCTP ports and ranges", support: "full", note: "ranges as masks" },
  { feature: "ICMP, ICMPv6, IP protocols", support: "full", note: "" },
  { feature: "IPv4 and IPv6", support: "full", note: "" },
  { feature: "replies", support: "full", note: "connection tracking, a zone a tenant" },
  { feature: "log", support: "full", note: "first packets go to the agent" },
  { feature: "traffic from outside", support: "full", note: "filtered on arrival" },
  { feature: "load balancers", support: "partial", note: "with an address; providers in the inventory; addresses of one family" },
  { feature: "quality of service", support: "full", note: "DSCP by flows; bandwidth by the port's policing, which the switch's database holds" },
  { feature: "contracts, ACI, BGP", support: "none", note: "left to the outside fabric (CTV5303)" },
];
