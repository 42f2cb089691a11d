/** The order of requests, as one function from two lists of objects to a list of requests. */
import { describe, expect, it } from "@jest/globals";
import type { Body } from "../../../compiler/target/contiv/model.js";
import type { DesiredObject, LiveObject } from "../../../runtime/plan/contiv/objects.js";
import { planContiv } from "../../../runtime/plan/contiv/plan.js";

const tenant: LiveObject = { kind: "tenant", key: "t", body: { tenantName: "t" } };
const network: LiveObject = {
  kind: "network",
  key: "t:net",
  body: { tenantName: "t", networkName: "net", encap: "vxlan", subnet: "10.0.0.0/24" },
};
const policy = (name: string): LiveObject => ({ kind: "policy", key: `t:${name}`, body: { tenantName: "t", policyName: name } });
const group = (name: string, ...policies: readonly string[]): LiveObject => ({
  kind: "endpointGroup",
  key: `t:${name}`,
  body: { tenantName: "t", groupName: name, networkName: "net", policies },
});
const rule = (name: string, action: string, priority: number, more: Body = {}, policyName = "p"): LiveObject => ({
  kind: "rule",
  key: `t:${policyName}:${name}`,
  body: { tenantName: "t", policyName, ruleId: name, direction: "in", protocol: "tcp", port: 80, action, priority, ...more },
});

/** What is sent to bring `live` to `desired`, without the upkeep of the record: `+ rule t:p:a allow 5`. */
function requests(live: readonly LiveObject[], desired: readonly DesiredObject[]): readonly string[] {
  const base = [tenant, network];
  const plan = planContiv({
    desired: [...base, ...desired],
    live: [...base, ...live],
    owner: "o",
    prune: false,
    replace: false,
    adopt: true,
    endpoints: new Map(),
  });
  expect(plan.hindrances).toEqual([]);
  return plan.requests
    .filter(({ kind }) => kind !== "extContractsGroup")
    .map((request) => {
      const name = `${request.kind} ${request.key.replace(/ctv\.guard\.[0-9a-f]{8}/, "ctv.guard.*")}`;
      if (request.method === "DELETE") return `- ${name}`;
      const { action, priority, policies } = request.body;
      if (request.kind === "rule") return `+ ${name} ${String(action)} ${String(priority)}`;
      return request.kind === "endpointGroup" ? `+ ${name} [${String(policies)}]` : `+ ${name}`;
    });
}

describe("the order of requests", () => {
  it("adds denies first and allows last, and takes old allows away before old denies", () => {
    const live = [policy("p"), group("g", "p"), rule("oldallow", "allow", 5), rule("olddeny", "deny", 6, { port: 81 })];
    const desired = [policy("p"), group("g", "p"), rule("newallow", "allow", 7, { port: 82 }), rule("newdeny", "deny", 8, { port: 83 })];
    expect(requests(live, desired)).toEqual([
      "+ rule t:p:newdeny deny 8",
      "- rule t:p:oldallow",
      "- rule t:p:olddeny",
      "+ rule t:p:newallow allow 7",
    ]);
  });

  it("lets another rule stand in for a deny whose priority changes, from above", () => {
    const live = [policy("p"), group("g", "p"), rule("d", "deny", 5), rule("a", "allow", 6, { port: 81 })];
    const desired = [policy("p"), group("g", "p"), rule("d", "deny", 7), rule("a", "allow", 6, { port: 81 })];
    expect(requests(live, desired)).toEqual(["+ rule t:p:ctv.guard.* deny 8", "- rule t:p:d", "+ rule t:p:d deny 7", "- rule t:p:ctv.guard.*"]);
  });

  it("does so for a deny that gets another name in the same place of the table, in whichever policy", () => {
    const live = [policy("p"), policy("q"), group("g", "p", "q"), rule("d", "deny", 5)];
    const desired = [policy("p"), policy("q"), group("g", "p", "q"), rule("e", "deny", 5, {}, "q")];
    expect(requests(live, desired)).toEqual(["+ rule t:q:ctv.guard.* deny 6", "- rule t:p:d", "+ rule t:q:e deny 5", "- rule t:q:ctv.guard.*"]);
  });

  it("makes a rule anew whose flow a person's rule shares, because the flow goes with either", () => {
    const desired = [policy("p"), group("g", "p"), rule("d", "deny", 5)];
    const live = [...desired, rule("byhand", "allow", 5)];
    expect(requests(live, desired)).toEqual([
      "+ rule t:p:ctv.guard.* deny 6",
      "- rule t:p:byhand",
      "- rule t:p:d",
      "+ rule t:p:d deny 5",
      "- rule t:p:ctv.guard.*",
    ]);
  });

  it("knows that an in rule of one group and an out rule of another can be one flow", () => {
    const [p, q] = [policy("p"), policy("q")];
    const groups = [group("a", "p"), group("b", "q")];
    const out = rule("out", "deny", 5, { direction: "out", toEndpointGroup: "b" });
    const into = rule("in", "deny", 5, { fromEndpointGroup: "a" }, "q");
    expect(requests([p, q, ...groups, out], [p, q, ...groups, into])).toEqual([
      "+ rule t:q:ctv.guard.* deny 6",
      "- rule t:p:out",
      "+ rule t:q:in deny 5",
      "- rule t:q:ctv.guard.*",
    ]);
  });

  it("exchanges an allow that only rises at the end, and takes one that sinks away before", () => {
    const live = [policy("p"), group("g", "p"), rule("up", "allow", 5), rule("down", "allow", 9, { port: 81 })];
    const desired = [policy("p"), group("g", "p"), rule("up", "allow", 6), rule("down", "allow", 4, { port: 81 })];
    expect(requests(live, desired)).toEqual(["- rule t:p:down", "- rule t:p:up", "+ rule t:p:up allow 6", "+ rule t:p:down allow 4"]);
  });

  it("makes a group under guard, and opens it when every deny is there", () => {
    const desired = [policy("p"), group("g", "p"), rule("a", "allow", 5), rule("d", "deny", 6, { fromEndpointGroup: "g" })];
    expect(requests([], desired)).toEqual([
      "+ policy t:p",
      "+ policy t:ctv.guard.all",
      "+ rule t:ctv.guard.all:in deny 100",
      "+ rule t:ctv.guard.all:out deny 100",
      "+ endpointGroup t:g [ctv.guard.all]",
      "+ rule t:p:d deny 6",
      "+ endpointGroup t:g [p,ctv.guard.all]",
      "+ endpointGroup t:g [p]",
      "+ rule t:p:a allow 5",
      "- policy t:ctv.guard.all",
    ]);
  });

  it("says where no priority is free for a stand-in, and keeps that window as short as it can be", () => {
    const live = [policy("p"), group("g", "p"), rule("d", "deny", 99, { port: 80 }), rule("x", "deny", 50, { port: 81 })];
    const desired = [policy("p"), group("g", "p"), rule("d", "deny", 100, { port: 80 })];
    expect(requests(live, desired)).toEqual(["- rule t:p:x", "- rule t:p:d", "+ rule t:p:d deny 100"]);
    const all = { live: [tenant, network, ...live], desired: [tenant, network, ...desired] };
    const plan = planContiv({ ...all, owner: "o", prune: false, replace: false, adopt: true, endpoints: new Map() });
    expect(plan.changes.find(({ object }) => object.key === "t:p:d")?.window).toBe(
      "until it is there again, it denies nothing: no priority is free for a stand-in",
    );
  });
});
