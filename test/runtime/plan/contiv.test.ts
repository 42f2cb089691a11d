/** Plans for netmaster, sent to its stand-in. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "@jest/globals";
import { startNetmaster } from "../../support/netmaster/server.js";
import type { Netmaster } from "../../support/netmaster/server.js";
import { apply, compiled, plan, summary } from "./contiv.js";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
async function started(): Promise<Netmaster> {
  const netmaster = await startNetmaster();
  stops.push(netmaster.stop);
  return netmaster;
}

const guestbook = readFileSync("examples/guestbook/main.ctv", "utf8");
const shop = (rules: string, more = "") =>
  compiled(`tenant shop {
  network net { subnet 10.1.0.0/16 }
  group web in net { match app = web }
  group db  in net { match app = db }
  ${more}
  policy p {
${rules}
  }
}
`);
const oneRule = shop("    allow web -> db : tcp/5432 as sql");
const post = async (netmaster: Netmaster, path: string, body: object): Promise<void> => {
  const answer = await fetch(`${netmaster.url}/api/v1/${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
};
const hindrances = async (netmaster: Netmaster, ...[project, more]: [Parameters<typeof plan>[1], Parameters<typeof plan>[2]?]) =>
  (await plan(netmaster, project, more)).hindrances.map(({ object, message, help }) => `${object.kind} ${object.key}: ${message} (${help})`);

describe("a plan for netmaster", () => {
  it("brings the guestbook there, and is empty afterwards", async () => {
    const netmaster = await started();
    const made = await apply(netmaster, compiled(guestbook));
    expect(made.changes.every(({ action, object }) => action === "create" && object.source?.startsWith("main.ctv:") === true)).toBe(true);
    expect(netmaster.state.agents.log).toEqual([]);
    const again = await plan(netmaster, compiled(guestbook));
    expect([summary(again), again.requests, again.left]).toEqual([[], [], []]);
  });

  it("leaves nothing of its scaffold behind", async () => {
    const netmaster = await started();
    await apply(netmaster, compiled(guestbook));
    expect([...netmaster.state.of("policy").keys(), ...netmaster.state.of("rule").keys()].filter((key) => key.includes("ctv.guard"))).toEqual([]);
    expect([...netmaster.state.of("extContractsGroup").keys()]).toEqual(["guestbook:ctv.owned.test.1"]);
  });

  it("tells each difference of a rule with its place, and the window that its exchange opens", async () => {
    const netmaster = await started();
    await apply(netmaster, oneRule);
    const made = await plan(netmaster, shop("    deny web -> db : tcp/5433 as not\n    allow web -> db : tcp/5432-5433 as sql"));
    const replaced = made.changes.filter(({ action }) => action === "replace");
    expect(made.changes.filter(({ action }) => action === "create").length).toBeGreaterThan(0);
    for (const { object, window, fields } of replaced) {
      expect([object.kind, object.source !== undefined, fields.length > 0]).toEqual(["rule", true, true]);
      if (object.body.action === "allow") expect(window).toBe("until it is there again, what it allows does not pass");
    }
  });

  it("finds what was changed by hand, and puts it right", async () => {
    const netmaster = await started();
    await apply(netmaster, oneRule);
    await post(netmaster, "policys/shop:mine/", { tenantName: "shop", policyName: "mine" });
    await post(netmaster, "rules/shop:mine:1/", {
      tenantName: "shop",
      policyName: "mine",
      ruleId: "1",
      direction: "in",
      action: "allow",
      priority: 90,
    });
    const group = netmaster.state.of("endpointGroup").get("shop:db") ?? {};
    const policies = Array.isArray(group.policies) ? group.policies.map(String) : [];
    await post(netmaster, "endpointGroups/shop:db/", { ...group, policies: [...policies, "mine"] });
    await post(netmaster, "rules/shop:p.db:extra/", {
      tenantName: "shop",
      policyName: "p.db",
      ruleId: "extra",
      direction: "in",
      action: "allow",
      priority: 80,
    });
    const drift = await plan(netmaster, oneRule);
    expect(summary(drift)).toEqual([
      `change endpointGroup shop:db policies: ${JSON.stringify([...policies, "mine"].sort())} -> ${JSON.stringify([...policies].sort())}`,
      "delete rule shop:p.db:extra",
    ]);
    expect(drift.changes[0].window).toBe("its traffic stops while its policies are exchanged");
    await apply(netmaster, oneRule);
    expect((await plan(netmaster, oneRule)).requests).toEqual([]);
    // What somebody else made is not deleted, only taken from the group.
    expect(netmaster.state.of("rule").has("shop:mine:1")).toBe(true);
  });

  it("takes defaults, rewriting, order and host bits for what they mean", async () => {
    const netmaster = await started();
    await apply(netmaster, oneRule);
    const rules = netmaster.state.of("rule");
    for (const [key, rule] of rules) rules.set(key, { ...rule, ...(rule.priority === 1 ? { priority: undefined } : {}), port: rule.port ?? 0 });
    const groups = netmaster.state.of("endpointGroup");
    for (const [key, group] of groups)
      groups.set(key, { ...group, policies: Array.isArray(group.policies) ? [...group.policies].reverse() : [], cfgdTag: "x" });
    const networks = netmaster.state.of("network");
    for (const [key, network] of networks) networks.set(key, { ...network, subnet: "10.1.2.3/16" });
    expect(summary(await plan(netmaster, oneRule))).toEqual([]);
  });

  it("does not touch what another made, unless told to take it over", async () => {
    const netmaster = await started();
    await apply(netmaster, oneRule, { owner: "other" });
    const more = shop("    allow web -> db : tcp/5433 as sql");
    expect(await hindrances(netmaster, more)).toContain(
      'policy shop:p.db: it is recorded as made by "other", not by "test" (--owner other if that is this project; --adopt takes it over)',
    );
    expect((await plan(netmaster, more)).requests).toEqual([]);
    await apply(netmaster, more, { adopt: true });
    expect((await plan(netmaster, more)).requests).toEqual([]);
  });

  it("deletes what it owns and only when asked to", async () => {
    const netmaster = await started();
    await apply(netmaster, shop("    allow web -> db : tcp/5432 as sql", "group old in net { match app = old }"));
    await post(netmaster, "endpointGroups/shop:hand/", { tenantName: "shop", groupName: "hand", networkName: "net" });
    const kept = await plan(netmaster, oneRule);
    expect([kept.left.map(({ key }) => key), summary(kept)]).toEqual([["shop:old"], []]);
    netmaster.state.endpoints.push({ group: "shop:old", address: "10.1.0.9" });
    expect(await hindrances(netmaster, oneRule, { prune: true })).toEqual([
      "endpointGroup shop:old: 1 endpoint runs in it, and netmaster deletes no such group (stop these workloads first)",
    ]);
    netmaster.state.endpoints.pop();
    await post(netmaster, "policys/shop:hand/", { tenantName: "shop", policyName: "hand" });
    await post(netmaster, "rules/shop:hand:1/", {
      tenantName: "shop",
      policyName: "hand",
      ruleId: "1",
      direction: "in",
      action: "deny",
      fromEndpointGroup: "old",
    });
    expect((await hindrances(netmaster, oneRule, { prune: true }))[0]).toContain("rule shop:hand:1 still names it");
    await fetch(`${netmaster.url}/api/v1/rules/shop:hand:1/`, { method: "DELETE" });
    await apply(netmaster, oneRule, { prune: true });
    expect([...netmaster.state.of("endpointGroup").keys()].sort()).toEqual(["shop:db", "shop:hand", "shop:web"]);
  });

  it("refuses to move a network, and with --replace makes it anew with what rests on it, when nothing runs there", async () => {
    const netmaster = await started();
    await apply(netmaster, compiled(guestbook));
    const moved = compiled(guestbook.replace("10.1.1.0/24", "10.7.7.0/24").replace("10.1.1.254", "10.7.7.254"));
    expect((await hindrances(netmaster, moved))[0]).toContain(
      "network guestbook:app-net: netmaster cannot change a network once it is there (--replace deletes it",
    );
    netmaster.state.endpoints.push({ group: "guestbook:frontend", address: "10.1.1.7" }, { group: "guestbook:frontend", address: "10.1.1.8" });
    expect((await hindrances(netmaster, moved, { replace: true }))[0]).toBe(
      "endpointGroup guestbook:frontend: 2 endpoints run in it, and netmaster deletes no such group (stop these workloads first, and start them again afterwards)",
    );
    netmaster.state.endpoints.splice(0);
    const made = await apply(netmaster, moved, { replace: true });
    expect(summary(made)).toContain('replace network guestbook:app-net subnet: "10.1.1.0/24" -> "10.7.7.0/24" gateway: "10.1.1.254" -> "10.7.7.254"');
    expect((await plan(netmaster, moved)).requests).toEqual([]);
    expect(netmaster.state.agents.log).toEqual([]);
  });

  it("keeps its record through a crash between the new list and the old", async () => {
    const netmaster = await started();
    await apply(netmaster, oneRule);
    const wider = shop("    allow web -> db : tcp/5432 as sql", "group old in net { match app = old }");
    netmaster.fate = ({ path }) => (path.includes("ctv.owned.test.2") ? "break-after" : "answer");
    await expect(apply(netmaster, wider)).rejects.toThrow("the connection broke");
    netmaster.fate = () => "answer";
    expect([...netmaster.state.of("extContractsGroup").keys()]).toEqual(["shop:ctv.owned.test.1", "shop:ctv.owned.test.2"]);
    await apply(netmaster, wider);
    expect([...netmaster.state.of("extContractsGroup").keys()]).toHaveLength(1);
    expect((await plan(netmaster, oneRule)).left.map(({ key }) => key)).toEqual(["shop:old"]);
  });

  it("stops where somebody makes an object meanwhile that the plan makes, and goes on with a new plan", async () => {
    const netmaster = await started();
    await apply(netmaster, oneRule);
    const wider = shop("    allow web -> db : tcp/5432 as sql", "group old in net { match app = old }");
    const group = { tenantName: "shop", groupName: "old", networkName: "net" };
    const applied = apply(netmaster, wider, {}, () => post(netmaster, "endpointGroups/shop:old/", group));
    await expect(applied).rejects.toThrow(
      "cannot create endpointGroup shop:old (asked for by main.ctv:5:9): somebody has changed it since the plan was made",
    );
    await apply(netmaster, wider, { adopt: true });
    expect((await plan(netmaster, wider)).requests).toEqual([]);
  });

  it("stops where somebody changes an object meanwhile that the plan deletes", async () => {
    const netmaster = await started();
    await apply(netmaster, oneRule);
    const applied = apply(netmaster, shop("    allow web -> db : udp/5432 as sql"), {}, async () => {
      for (const [key, rule] of [...netmaster.state.of("rule")]) {
        await fetch(`${netmaster.url}/api/v1/rules/${key}/`, { method: "DELETE" });
        await post(netmaster, `rules/${key}/`, { ...rule, priority: 77 });
      }
    });
    await expect(applied).rejects.toThrow("somebody has changed it since the plan was made");
  });

  it("prunes a whole tenant, with its record, and leaves the others", async () => {
    const netmaster = await started();
    const two = `${readFileSync("examples/guestbook/main.ctv", "utf8")}\ntenant gone {\n  network net { subnet 10.5.0.0/16 }\n  group g in net { match app = g }\n}\n`;
    await apply(netmaster, compiled(two));
    expect((await plan(netmaster, compiled(guestbook))).left.map(({ key }) => key)).toContain("gone");
    await apply(netmaster, compiled(guestbook), { prune: true });
    expect([...netmaster.state.of("tenant").keys()].sort()).toEqual(["default", "guestbook"]);
    expect([...netmaster.state.of("extContractsGroup").keys()]).toHaveLength(1);
    expect((await plan(netmaster, compiled(guestbook), { prune: true })).requests).toEqual([]);
  });

  it("sets the installation's object whole, and guards no group where an ACI fabric decides", async () => {
    const netmaster = await started();
    const fabric = `fabric { mode aci }\ntenant shop {\n  network net { subnet 10.1.0.0/16; encap vlan }\n  group web in net { match app = web }\n  group db in net { match app = db }\n  app all = web, db\n  policy p { allow web -> db : tcp/80 }\n}\n`;
    const made = await apply(netmaster, compiled(fabric));
    expect(made.requests.some(({ key }) => key.includes("ctv.guard"))).toBe(false);
    expect(netmaster.state.of("global").get("global")).toMatchObject({ networkInfraType: "aci", vxlans: "1-10000", pvtSubnet: "172.19.0.0/16" });
    expect((await plan(netmaster, compiled(fabric))).requests).toEqual([]);
  });
});
