/** The client of netmaster, straight and through the auth proxy. */
import { afterEach, describe, expect, it } from "@jest/globals";
import { contivClient } from "../../../runtime/api/contiv/client.js";
import type { Connection } from "../../../runtime/api/contiv/client.js";
import { login } from "../../../runtime/api/contiv/login.js";
import { ApiFailure } from "../../../runtime/api/failure.js";
import { startAuthProxy } from "../../support/netmaster/proxy.js";
import type { User } from "../../support/netmaster/proxy.js";
import { startNetmaster } from "../../support/netmaster/server.js";
import type { Netmaster } from "../../support/netmaster/server.js";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function started(): Promise<Netmaster> {
  const netmaster = await startNetmaster();
  stops.push(netmaster.stop);
  return netmaster;
}

const connect = (url: string, more: Partial<Connection> = {}) => contivClient({ url: new URL(url), pauses: [1, 1], ...more });

async function failure(promise: Promise<unknown>): Promise<ApiFailure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ApiFailure) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

const acme = { tenantName: "acme" };
const work = { doing: "create tenant acme", source: "main.ctv:1:8" };

describe("the client of netmaster", () => {
  it("creates, lists, gets and removes objects, without the fields that the server adds", async () => {
    const client = connect((await started()).url);
    await client.post("tenant", "acme", acme, work);
    expect(await client.list("tenant")).toEqual([
      { kind: "tenant", key: "acme", body: acme },
      { kind: "tenant", key: "default", body: { tenantName: "default" } },
    ]);
    expect(await client.get("tenant", "acme")).toEqual({ kind: "tenant", key: "acme", body: acme });
    expect(await client.get("tenant", "none")).toBeUndefined();
    expect(await client.get("endpointGroup", "acme:none")).toBeUndefined();
    await client.remove("tenant", "acme", { doing: "delete tenant acme" });
    expect(await client.get("tenant", "acme")).toBeUndefined();
  });

  it("says what was being done, for which line, and what netmaster said, without its stack", async () => {
    const client = connect((await started()).url);
    const rule = { tenantName: "default", policyName: "web", ruleId: "1", direction: "in", action: "deny" };
    const said = await failure(client.post("rule", "default:web:1", rule, { doing: "create rule default:web:1", source: "main.ctv:7:3" }));
    expect(said.message).toBe("cannot create rule default:web:1 (asked for by main.ctv:7:3): netmaster says: Policy not found");
    expect(said.kind).toBe("refused");
  });

  it("repeats reads and what may be posted twice, and nothing else", async () => {
    const netmaster = await started();
    const client = connect(netmaster.url);
    netmaster.readFate = (_path, number) => (number === 0 ? "break-before" : "answer");
    expect(await client.list("tenant")).toHaveLength(1);
    netmaster.fate = (_request, number) => (number === 0 ? "break-after" : "answer");
    const policy = { tenantName: "default", policyName: "web" };
    await client.post("policy", "default:web", policy, { doing: "create policy default:web" });
    expect(netmaster.writes).toHaveLength(2);
    netmaster.fate = (_request, number) => (number === 2 ? "break-after" : "answer");
    expect((await failure(client.post("tenant", "acme", acme, work))).kind).toBe("unreachable");
    expect(netmaster.writes).toHaveLength(3);
  });

  it("waits for a leader, whatever the request", async () => {
    const netmaster = await started();
    netmaster.fate = (_request, number) => (number < 2 ? "refuse" : "answer");
    await connect(netmaster.url).post("tenant", "acme", acme, work);
    expect(netmaster.writes).toHaveLength(3);
  });

  it("gives up at the deadline, and where nobody listens", async () => {
    const netmaster = await started();
    netmaster.fate = () => "hang";
    const late = await failure(connect(netmaster.url, { timeout: 50 }).post("tenant", "acme", acme, work));
    expect([late.kind, late.reason]).toEqual(["timeout", `${netmaster.url}: no answer within 0.05 s`]);
    await netmaster.stop();
    const gone = await failure(connect(netmaster.url).list("tenant"));
    expect(gone.message).toBe(`cannot read the tenants: ${netmaster.url}: nothing listens there`);
  });

  it("knows another server from netmaster", async () => {
    const netmaster = await started();
    const odd = await failure(connect(netmaster.url).get("tenant", "a/b"));
    expect(odd.kind).toBe("unexpected");
    expect(odd.help).toBe("is this the address of netmaster?");
  });
});

describe("through the auth proxy", () => {
  const users: Readonly<Record<string, User>> = {
    ada: { password: "correct horse", role: "admin" },
    otto: { password: "battery staple", role: "ops", tenants: ["default"] },
  };
  async function proxied() {
    const proxy = await startAuthProxy(await started(), users);
    stops.push(proxy.stop);
    return proxy;
  }

  it("logs in and works with the token", async () => {
    const proxy = await proxied();
    const connection = { url: new URL(proxy.url), authority: proxy.certificate };
    const token = await login(connection, { username: "ada", password: "correct horse" });
    expect(await contivClient({ ...connection, token }).list("tenant")).toHaveLength(1);
  });

  it("tells a wrong password, a bad token, a missing right and a certificate that nobody vouches for, and no secret", async () => {
    const proxy = await proxied();
    const connection: Connection = { url: new URL(proxy.url), authority: proxy.certificate, pauses: [] };
    const said = [
      await failure(login(connection, { username: "ada", password: "guess" })),
      await failure(contivClient({ ...connection, token: "stale-token" }).list("tenant")),
      await failure(
        contivClient({ ...connection, token: await login(connection, { username: "otto", password: "battery staple" }) }).post(
          "tenant",
          "acme",
          acme,
          work,
        ),
      ),
      await failure(login({ ...connection, authority: undefined }, { username: "ada", password: "correct horse" })),
      await failure(login({ ...connection, url: new URL("http://127.0.0.1:9") }, { username: "ada", password: "correct horse" })),
    ];
    const host = new URL(proxy.url).host;
    expect(said.map(({ message }) => message)).toEqual([
      `cannot log in at ${host} as ada: the user name or the password is wrong`,
      `cannot read the tenants: ${host} says: Bad token`,
      `cannot create tenant acme (asked for by main.ctv:1:8): ${host} says: Insufficient privileges`,
      `cannot log in at ${host} as ada: its certificate is signed by itself`,
      "cannot log in at 127.0.0.1:9 as ada: credentials are sent over https only",
    ]);
    const everything = said.map((one) => `${one.message}${one.help ?? ""}${one.stack ?? ""}`).join("\n");
    for (const secret of ["guess", "stale-token", "correct horse", "battery staple"]) expect(everything).not.toContain(secret);
  });
});
