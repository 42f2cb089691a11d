/** `plan`, `apply`, `drift` and `export-live` against the stand-in for netmaster, as a user sees them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { startAuthProxy } from "../support/netmaster/proxy.js";
import { startNetmaster } from "../support/netmaster/server.js";
import type { Netmaster } from "../support/netmaster/server.js";
import { ctv, scratch } from "./support/command.js";
import type { Outcome } from "./support/command.js";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const shop = (rules: string, subnet = "10.1.0.0/16"): string => `tenant shop {
  network net { subnet ${subnet} }
  group web in net { match app = web }
  group db  in net { match app = db }
  policy tiers {
    ${rules}
  }
}
`;
const sql = shop("allow web -> db : tcp/5432 as sql");
const more = shop("deny any -> db : tcp/5433 as not\n    allow web -> db : tcp/5432-5433 as sql");
const to = ["--to", "contiv"];

interface Scene {
  readonly netmaster: Netmaster;
  /** Runs in a project with this text, in a folder `shop`. */
  readonly run: (words: readonly string[], text?: string, surroundings?: Partial<Parameters<typeof ctv>[1]>) => Promise<Outcome>;
}

async function scene(): Promise<Scene> {
  const netmaster = await startNetmaster();
  stops.push(netmaster.stop);
  return {
    netmaster,
    run: (words, text = sql, surroundings = {}) => {
      const cwd = join(scratch({ "shop/ctv.yaml": "sources: [main.ctv]\n", "shop/main.ctv": text }), "shop");
      return ctv(words, { cwd, ...surroundings, env: { NETMASTER: netmaster.url, ...surroundings.env } });
    },
  };
}

describe("ctv plan, apply and drift with netmaster", () => {
  it("shows what is to be made, with its place and rule, and sends nothing", async () => {
    const { run, netmaster } = await scene();
    const { code, out } = await run(["plan", ...to, "--exit-code"]);
    expect(code).toBe(4);
    expect(netmaster.writes).toEqual([]);
    expect(out).toBe(`contiv at ${netmaster.url}

  + tenant shop                                              main.ctv:1:8
  + network shop:net                                         main.ctv:2:11
  + policy shop:ctv.default.all                              main.ctv:1:8
  + policy shop:tiers.db                                     main.ctv:5:10
  + endpointGroup shop:web                                   main.ctv:3:9
  + endpointGroup shop:db                                    main.ctv:4:9
  + rule shop:ctv.default.all:default.in.any.every.default   main.ctv:1:8
  + rule shop:ctv.default.all:default.out.any.every.default  main.ctv:1:8
  + rule shop:ctv.default.all:default.in.any.tcp.open        main.ctv:1:8
  + rule shop:ctv.default.all:default.out.any.tcp.open       main.ctv:1:8
  + rule shop:tiers.db:sql.in.web.tcp-5432.return            main.ctv:6:5
      allow web -> db : tcp/5432 as sql
  + rule shop:tiers.db:sql.in.web.6-5432.open                main.ctv:6:5
      allow web -> db : tcp/5432 as sql

12 to create, in 21 requests
`);
  });

  it("applies, and then drift is none and plan is empty", async () => {
    const { run, netmaster } = await scene();
    expect(await run(["apply", ...to])).toMatchObject({ code: 0, out: expect.stringContaining("applied: 21 requests\n") });
    const nothing = `contiv at ${netmaster.url} has what the source asks for\n`;
    expect(await run(["drift", ...to])).toEqual({ code: 0, out: nothing, err: "" });
    expect(await run(["plan", ...to, "--exit-code"])).toMatchObject({ code: 0, out: nothing });
    expect(await run(["apply", ...to])).toMatchObject({ code: 0, out: nothing });
  });

  it("exits with 4 where the live state differs, and says in what", async () => {
    const { run, netmaster } = await scene();
    await run(["apply", ...to]);
    const rules = netmaster.state.of("rule");
    const key = "shop:tiers.db:sql.in.web.6-5432.open";
    rules.set(key, { ...rules.get(key), fromEndpointGroup: undefined });
    netmaster.state.of("rule").delete("shop:ctv.default.all:default.in.any.tcp.open");
    const { code, out } = await run(["drift", ...to]);
    expect(code).toBe(4);
    expect(out).toContain("  + rule shop:ctv.default.all:default.in.any.tcp.open  main.ctv:1:8\n");
    expect(out).toContain("      fromEndpointGroup: not set -> web\n      window: until it is there again, what it allows does not pass\n");
  });

  it("says how far it came when a request fails, and goes on from there", async () => {
    const { run, netmaster } = await scene();
    netmaster.fate = ({ path }) => (path.endsWith("default.in.any.every.default/") ? "break-after" : "answer");
    const { code, err } = await run(["apply", ...to]);
    expect(code).toBe(2);
    expect(err).toContain("cannot create rule shop:ctv.default.all:default.in.any.every.default (asked for by main.ctv:1:8): ");
    expect(err).toMatch(/help: \d+ of 21 requests are done, and it is safe to leave it so; `ctv apply` goes on from there\n/);
    netmaster.fate = () => "answer";
    expect((await run(["apply", ...to])).code).toBe(0);
    expect((await run(["drift", ...to])).code).toBe(0);
  });

  it("refuses what netmaster cannot change, with advice, and sends nothing at all", async () => {
    const { run, netmaster } = await scene();
    await run(["apply", ...to]);
    const before = netmaster.writes.length;
    const { code, out, err } = await run(["apply", ...to], sql.replace("10.1.0.0/16", "10.2.0.0/16"));
    expect([code, netmaster.writes.length]).toEqual([1, before]);
    expect(out).toContain("      subnet: 10.1.0.0/16 -> 10.2.0.0/16\n");
    expect(out).toContain("  ! network shop:net  main.ctv:2:11\n      netmaster cannot change a network once it is there\n      help: --replace");
    expect(err).toContain("ctv: nothing was sent\n");
  });

  it("adds no rule to a policy that another project made", async () => {
    const { run } = await scene();
    await run(["apply", ...to]);
    const { code, out } = await run(["plan", ...to, "--owner", "bazaar"], more);
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('it is recorded as made by "shop", not by "bazaar"\n      help: --owner shop if that is this project'),
    ]);
  });

  it("speaks JSON to programs, and in colours to people", async () => {
    const { run, netmaster } = await scene();
    const planned = JSON.parse((await run(["plan", ...to, "--format", "json"])).out);
    expect(planned).toMatchObject({ version: 1, command: "plan", plane: `contiv at ${netmaster.url}`, requests: 21, hindrances: [], left: [] });
    expect(planned.changes[0]).toEqual({ action: "create", object: "tenant shop", source: "main.ctv:1:8", fields: [] });
    expect(JSON.parse((await run(["apply", ...to, "--format", "json"])).out)).toMatchObject({ command: "apply", applied: 21 });
    const coloured = await run(["plan", ...to], more, { terminal: true });
    expect(coloured.out).toContain("\u001b[32m+ rule shop:tiers.db:sql.in.web.tcp-5433.return\u001b[39m");
    expect((await run(["plan", ...to], more, { terminal: true, env: { NO_COLOR: "1" } })).out).not.toContain("\u001b[");
  });

  it.each([
    [["plan"], {}, "ctv: where to?\n  help: --to contiv or --to kubernetes\n"],
    [["plan", "--to", "contivv"], {}, 'ctv: --to: there is no "contivv"\n'],
    [["plan", ...to], { NETMASTER: "" }, "ctv: which netmaster?\n  help: --netmaster http://HOST:9999"],
    [["plan", ...to, "--netmaster", "netmaster:9999"], {}, "ctv: --netmaster needs a whole address\n"],
    [["plan", ...to, "--netmaster", "http://me:secret@host:1"], {}, "ctv: --netmaster http://…@host:1 has a user name in it"],
    [["plan", ...to, "--netmaster", "http://127.0.0.1:1"], {}, "ctv: cannot read the tenants: http://127.0.0.1:1: nothing listens there\n"],
    [["plan", ...to, "--timeout", "soon"], {}, "ctv: --timeout soon: a number of seconds is needed, such as 30\n"],
    [
      ["plan", ...to, "--owner", "a b"],
      {},
      "ctv: --owner a b: letters, digits and inner hyphens are needed, at most 40\n  help: --owner a-b would do\n",
    ],
    [["plan", ...to], { CTV_NETMASTER_TOKEN: "secret" }, "ctv: CTV_NETMASTER_TOKEN is set, and a token is sent over https only\n"],
    [["plan", ...to], { CTV_NETMASTER_USERNAME: "ada" }, "ctv: CTV_NETMASTER_USERNAME is set, and CTV_NETMASTER_PASSWORD is not\n"],
    [["apply", ...to, "--dry-run", "server"], {}, "ctv: netmaster knows no dry runs\n  help: `ctv plan --to contiv` shows"],
    [["export-live", "--tenant", "shp"], {}, 'has no tenant "shp"\n'],
  ])("answers %j in words", async (words, env, said) => {
    const { run } = await scene();
    const { code, out, err } = await run(words, sql, { env });
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(said)]);
    expect(err).not.toContain("secret@");
  });

  it("goes through the auth proxy with credentials from the environment", async () => {
    const { run, netmaster } = await scene();
    const proxy = await startAuthProxy(netmaster, { ada: { password: "pass word", role: "admin" } });
    stops.push(proxy.stop);
    const authority = join(scratch(), "proxy.pem");
    writeFileSync(authority, proxy.certificate);
    const env = { CTV_NETMASTER_USERNAME: "ada", CTV_NETMASTER_PASSWORD: "pass word", NETMASTER: proxy.url };
    expect((await run(["apply", ...to, "--ca", authority], sql, { env })).code).toBe(0);
    const wrong = await run(["plan", ...to, "--insecure"], sql, { env: { ...env, CTV_NETMASTER_PASSWORD: "other word" } });
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("as ada: the user name or the password is wrong\n") });
    expect(wrong.err).not.toContain('word"');
  });

  it("works for a user who may only change one tenant", async () => {
    const { run, netmaster } = await scene();
    const proxy = await startAuthProxy(netmaster, { otto: { password: "p", role: "ops", tenants: ["shop"] } });
    stops.push(proxy.stop);
    const env = { CTV_NETMASTER_USERNAME: "otto", CTV_NETMASTER_PASSWORD: "p", NETMASTER: proxy.url };
    const refused = await run(["apply", ...to, "--insecure"], sql, { env });
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringContaining("Insufficient privileges\n  help: an `ops` user of the auth proxy changes only"),
    });
    expect((await run(["apply", ...to])).code).toBe(0);
    expect((await run(["drift", ...to, "--insecure"], sql, { env })).code).toBe(0);
    expect((await run(["apply", ...to, "--insecure"], more, { env })).code).toBe(0);
    expect((await run(["drift", ...to], more)).code).toBe(0);
  });

  it("exports what is there as the target's files, without its own records", async () => {
    const { run, netmaster } = await scene();
    await run(["apply", ...to]);
    const folder = join(scratch(), "live");
    const { code, out } = await run(["export-live", "--out", folder, "--tenant", "shop"]);
    expect([code, out]).toEqual([0, `12 objects of ${netmaster.url} in ${folder}/contiv, 12 changed\n`]);
    const network = JSON.parse(readFileSync(join(folder, "contiv/tenants/shop/networks/net.json"), "utf8"));
    expect(network).toMatchObject({ networkName: "net", subnet: "10.1.0.0/16" });
    const everything = JSON.parse((await run(["export-live"])).out);
    expect(Object.keys(everything.objects)).toContain("tenants/shop/rules/tiers.db/sql.in.web.6-5432.open.json");
    expect(JSON.stringify(everything)).not.toContain("ctv.owned");
  });
});
