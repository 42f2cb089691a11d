/** The stand-in for netmaster itself: what tests of the client, of plans and of applying rest on. */
import { startNetmaster } from "./netmaster/server.js";
import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Netmaster } from "./netmaster/server.js";

let netmaster: Netmaster;
const servers: Netmaster[] = [];
beforeEach(async () => {
  netmaster = await startNetmaster();
  servers.push(netmaster);
});
afterAll(async () => {
  for (const server of servers) await server.stop();
});

async function send(method: string, path: string, body?: object): Promise<string> {
  const answer = await fetch(`${netmaster.url}/api/v1/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  return answer.ok ? text : `${answer.status} ${text}`;
}
const post = (path: string, body: object): Promise<string> => send("POST", path, body);

async function shop(): Promise<void> {
  await post("tenants/acme/", { tenantName: "acme" });
  await post("networks/acme:net1/", { tenantName: "acme", networkName: "net1", encap: "vxlan", subnet: "10.1.1.0/24", gateway: "10.1.1.254" });
  await post("policys/acme:web/", { tenantName: "acme", policyName: "web" });
  await post("endpointGroups/acme:app/", { tenantName: "acme", groupName: "app", networkName: "net1" });
}
const rule = (more: object): object => ({ tenantName: "acme", policyName: "web", ruleId: "1", direction: "in", action: "allow", ...more });

describe("the stand-in for netmaster", () => {
  it("has the objects that the leader makes, and answers in netmaster's forms", async () => {
    expect(JSON.parse(await send("GET", "tenants/"))).toEqual([{ key: "default", tenantName: "default", "link-sets": {}, links: {} }]);
    expect(await send("GET", "tenants/none/")).toBe("500 tenant not found\n");
    expect(await send("GET", "bgps/")).toBe("404 404 page not found\n");
    expect(await send("DELETE", "policys/acme:none/")).toBe("500 policy not found\n");
  });

  it("validates by the model, alphabetically", async () => {
    await shop();
    expect(await post("rules/acme:web:2/", rule({ ruleId: "1" }))).toBe("500 Invalid Key\n");
    expect(await post("rules/acme:web:1/", rule({ protocol: "TCP", direction: "sideways" }))).toBe("500 direction string invalid format\n");
    expect(await post("rules/acme:web:1/", rule({ priority: 101 }))).toBe("500 priority Value Out of bound\n");
    expect(await post("rules/acme:web:1/", rule({ fromIpAddress: "10.1.1.1/32" }))).toBe("500 fromIpAddress string invalid format\n");
    expect(await post(`policys/acme:${"a".repeat(65)}/`, { tenantName: "acme", policyName: "a".repeat(65) })).toBe(
      "500 policyName string too long\n",
    );
  });

  it.each([
    ["tenants/acme/", { tenantName: "acme" }, "Cant change tenant parameters after its created"],
    [
      "networks/acme:net1/",
      { tenantName: "acme", networkName: "net1", encap: "vxlan", subnet: "10.1.1.0/24" },
      "Cant change network parameters after its created",
    ],
    [
      "networks/acme:two/",
      { tenantName: "acme", networkName: "two", encap: "vxlan", subnet: "10.1.1.128/25" },
      "network net1 conflicts with subnet 10.1.1.128/25",
    ],
    [
      "networks/acme:app/",
      { tenantName: "acme", networkName: "app", encap: "vxlan", subnet: "10.2.0.0/16" },
      "EndpointGroup app conflicts with the network name",
    ],
    ["networks/none:net/", { tenantName: "none", networkName: "net", encap: "vxlan", subnet: "10.2.0.0/16" }, "Tenant not found"],
    [
      "endpointGroups/acme:net1/",
      { tenantName: "acme", groupName: "net1", networkName: "net1" },
      "Network net1 conflicts with the endpointGroup name",
    ],
    ["endpointGroups/acme:b/", { tenantName: "acme", groupName: "b", networkName: "none" }, "Network none not found"],
    ["endpointGroups/acme:b/", { tenantName: "acme", groupName: "b", networkName: "net1", policies: ["none"] }, "Policy not found"],
    [
      "endpointGroups/acme:app/",
      { tenantName: "acme", groupName: "app", networkName: "net1", ipPool: "10.1.1.5-10.1.1.9" },
      "Cannot change IP pool after epg is created.",
    ],
    [
      "extContractsGroups/acme:c/",
      { tenantName: "acme", contractsGroupName: "c", contractsType: "other" },
      "Contracts group need to be either 'provided' or 'consumed'",
    ],
    ["volumes/acme:v/", { tenantName: "acme", volumeName: "v" }, "Invalid object type"],
    ["rules/acme:web:1/", rule({ fromEndpointGroup: "none" }), "endpoint group not found"],
    ["rules/acme:web:1/", rule({ toEndpointGroup: "app" }), "can not specify 'to' parameters in incoming rule"],
    ["rules/acme:web:1/", rule({ direction: "out", fromIpAddress: "10.1.1.1" }), "can not specify 'from' parameters in outgoing rule"],
  ])("refuses %s", async (path, body, words) => {
    await shop();
    expect(await post(path, body)).toBe(`500 ${words}\n`);
  });

  it("refuses a rule's second post, and deletions of what is used", async () => {
    await shop();
    expect(JSON.parse(await post("rules/acme:web:1/", rule({})))).toEqual({ key: "acme:web:1", ...rule({ priority: 1 }) });
    expect(await post("rules/acme:web:1/", rule({}))).toBe("500 can not update a rule after its created\n");
    await post("endpointGroups/acme:app/", { tenantName: "acme", groupName: "app", networkName: "net1", policies: ["web"] });
    expect(await send("DELETE", "policys/acme:web/")).toBe("500 Policy is being used\n");
    expect(await send("DELETE", "networks/acme:net1/")).toBe("500 cannot delete net1 has 1 endpoint groups\n");
    expect(await send("DELETE", "tenants/acme/")).toBe("500 cannot delete acme has 1 endpoint groups\n");
    netmaster.state.endpoints.push({ group: "acme:app", address: "10.1.1.1" });
    expect(await send("DELETE", "endpointGroups/acme:app/")).toBe("500 Error: EPG app has active endpoints\n");
  });

  it("rewrites a network into addresses when the rule meets a group, and links the objects", async () => {
    await shop();
    await post("rules/acme:web:1/", rule({ fromNetwork: "net1" }));
    expect(JSON.parse(await send("GET", "rules/acme:web:1/"))).not.toHaveProperty("fromIpAddress");
    await post("endpointGroups/acme:app/", { tenantName: "acme", groupName: "app", networkName: "net1", policies: ["web"] });
    expect(JSON.parse(await send("GET", "rules/acme:web:1/"))).toMatchObject({ fromNetwork: "net1", fromIpAddress: "10.1.1.0/24" });
    expect(JSON.parse(await send("GET", "policys/acme:web/"))).toMatchObject({
      "link-sets": {
        EndpointGroups: { "acme:app": { type: "endpointGroup", key: "acme:app" } },
        Rules: { "acme:web:1": { type: "rule", key: "acme:web:1" } },
      },
      links: { Tenant: { type: "tenant", key: "acme" } },
    });
  });

  it("keeps one of two equal flows, and loses it with the first that goes", async () => {
    await shop();
    await post("endpointGroups/acme:app/", { tenantName: "acme", groupName: "app", networkName: "net1", policies: ["web"] });
    await post("rules/acme:web:1/", rule({ protocol: "udp", port: 53 }));
    expect(netmaster.state.agents.lines()).toEqual(["acme|app||||17|53:||11 allow", "acme|||app||17|:53||11 allow"]);
    await post("rules/acme:web:2/", rule({ ruleId: "2", protocol: "udp", port: 53 }));
    expect(netmaster.state.agents.log).toHaveLength(2);
    await send("DELETE", "rules/acme:web:1/");
    expect(netmaster.state.agents.lines()).toEqual([]);
  });

  it("wants all of the global object, and does not change what networks rest on", async () => {
    const global = {
      name: "global",
      networkInfraType: "default",
      vlans: "1-4094",
      vxlans: "1-10000",
      fwdMode: "bridge",
      arpMode: "proxy",
      pvtSubnet: "172.19.0.0/16",
    };
    expect(await post("globals/global/", { ...global, vlans: "" })).toBe("500 vlans string invalid format\n");
    expect(await post("globals/global/", { ...global, vxlans: "1-20000" })).toBe("500 invalid vxlan range 1-20000\n");
    await shop();
    expect(await post("globals/global/", { ...global, fwdMode: "routing" })).toBe("500 Unable to update forwarding mode due to existing 1 vxlans\n");
    expect(await post("globals/global/", { ...global, fwdMode: undefined })).toBe("500 Unable to update forwarding mode due to existing 1 vxlans\n");
    expect(JSON.parse(await post("globals/global/", { ...global, arpMode: "flood" }))).toMatchObject({ key: "global", arpMode: "flood" });
  });
});
