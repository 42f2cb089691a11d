/** Several tenants: what keeps them apart, with a VRF each and with one for all. */
import { describe, expect, it } from "@jest/globals";
import type { Fabric, Policy } from "../../../../compiler/policy/model.js";
import { parsePrefix } from "../../../../compiler/space/address.js";
import { allow, makePolicy, universeOf } from "../../../support/policy.js";
import { disagreements } from "./agreement.js";
import { emitted, sketch } from "./emitted.js";

const other = {
  name: "u",
  networks: { net: "10.9.0.0/24" },
  groups: { x: { match: "app=x", in: "net" }, vm: { hosts: "192.0.2.1" } },
  policies: [{ name: "p", rules: [allow("any", "x", "tcp/80")] }],
};

const policy = makePolicy(sketch([allow("a", "any"), allow("any", "b", "tcp/80"), allow("a", "world", "udp/53")], {}, { tenants: [other] }));

/** All VLAN networks, routed: Contiv then has one VRF for all tenants. */
function routedVlans(of: Policy): Policy {
  const [first] = of.tenants;
  const privateSubnet = parsePrefix("172.19.0.0/16");
  if (privateSubnet === undefined) throw new Error("no prefix");
  const fabric: Fabric = {
    origin: first.origin,
    mode: "default",
    forwarding: "routing",
    arp: "proxy",
    vlans: [1, 4094],
    vxlans: [1, 10000],
    privateSubnet,
  };
  return {
    ...of,
    fabric,
    tenants: of.tenants.map((tenant) => ({ ...tenant, networks: tenant.networks.map((network) => ({ ...network, encap: "vlan" as const })) })),
  };
}

const apart = (of: Policy): readonly string[] =>
  emitted(universeOf(of)).documents.flatMap(({ kind, key, body }) =>
    kind === "rule" && body.priority === 100 ? [`${key.split(":")[0]} ${String(body.toIpAddress)}`] : [],
  );

describe("two tenants", () => {
  it("are kept apart where a rule reaches addresses of the other", () => {
    expect([...apart(policy)].sort()).toEqual(["t 10.9.0.0/24", "t 192.0.2.1"]);
    expect(disagreements(universeOf(policy))).toEqual([]);
  });

  it("are kept apart by rules alone where they share a VRF", () => {
    expect([...apart(routedVlans(policy))].sort()).toEqual(["t 10.9.0.0/24", "t 192.0.2.1", "u 10.0.0.0/24"]);
    expect(disagreements(universeOf(routedVlans(policy)))).toEqual([]);
  });

  it("need no rule for that where none reaches the other", () => {
    expect(apart(makePolicy(sketch([allow("a", "b")], {}, { tenants: [other] })))).toEqual([]);
  });
});
