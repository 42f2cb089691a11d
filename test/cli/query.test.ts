import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { ensureBuilt, root, shell } from "./support/built.js";
import { ctv, scratch } from "./support/command.js";

const policy = `external office = 203.0.113.0/24

tenant shop {
  network net { subnet 10.1.1.0/24; gateway 10.1.1.254 }
  group web in net { match app = web }
  group db  in net { match app = db }
  export web
  policy tiers {
    deny  web    -> db  : ssh
    allow web    -> db
    allow office -> web : https as from-office
  }
}

tenant audit {
  network net { subnet 10.2.1.0/24; gateway 10.2.1.254 }
  group web in net { match app = web }
  policy in { allow shop/web -> web : https }
}
`;

const cwd = scratch({ "main.ctv": policy });
const ask = (...words: readonly string[]) => ctv(["query", "--in", "main.ctv", ...words], { cwd });

describe("ctv query", () => {
  it("names the verdict, the rule and its place", async () => {
    expect(await ask("office -> shop/web : https")).toEqual({
      code: 0,
      out: "office -> shop/web : https: allowed\n  by shop/tiers: allow office -> web : https as from-office (main.ctv:11:5)\n",
      err: "",
    });
  });

  it("takes words, with `to` for the arrow, and names of the one tenant where they make sense", async () => {
    const { out } = await ask("db", "to", "db", ":", "tcp/1");
    expect(out).toBe("db -> db : tcp/1: denied\n  by the default of tenant shop: deny (main.ctv:3:8)\n");
    expect((await ask("db", "->", "db", ":", "tcp/1")).out).toBe(out);
    expect((await ask("db->db:tcp/1")).out).toContain("denied");
  });

  it("asks back where the answer is in the question", async () => {
    expect(await ask("allow db -> db : tcp/1")).toEqual({
      code: 2,
      out: "",
      err: 'ctv: a question does not say "allow": that is the answer\n  help: ask "db -> db : tcp/1"\n',
    });
  });

  it("shows a flow of each kind where the answer is mixed", async () => {
    const { out } = await ask("web -> db", "--tenant", "shop");
    expect(out).toMatch(/^web -> db: mixed/);
    expect(out).toMatch(
      /allowed, such as shop\[app=web\]@10\.1\.1\.\d+ -> shop\[app=db\]@10\.1\.1\.\d+ : tcp\/1\n {4}by shop\/tiers: allow web -> db \(main\.ctv:10:5\)/,
    );
    expect(out).toMatch(/denied, such as .* : tcp\/22\n {4}by shop\/tiers: deny web -> db : ssh \(main\.ctv:9:5\)/);
  });

  it("names every tenant that has a say", async () => {
    const { out } = await ask("shop/web -> audit/web : https", "--tenant", "audit", "--format", "json");
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ version: 1, outcome: "deny" });
    expect(answer.parts[0].verdicts.map((verdict: { tenant: string; action: string }) => [verdict.tenant, verdict.action])).toEqual([
      ["audit", "allow"],
      ["shop", "deny"],
    ]);
  });

  it("asks back where a name means something in several tenants", async () => {
    expect(await ask("web -> world")).toMatchObject({ code: 2, out: "", err: expect.stringContaining("each of the tenants audit, shop") });
  });

  it("points at what it does not understand, in the question", async () => {
    const { code, err } = await ask("wbe -> db", "--tenant", "shop");
    expect(code).toBe(2);
    expect(err).toContain("1 | wbe -> db\n  | ^^^\n");
    expect(err).toContain('did you mean "web"?');
  });

  it("cannot be talked into another question", async () => {
    expect(await ask("web -> db\n expect allow db -> web", "--tenant", "shop")).toMatchObject({ code: 2 });
    expect(await ask("web -> db } policy x { allow any -> any", "--tenant", "shop")).toMatchObject({ code: 2 });
  });

  it("answers only for a project without errors", async () => {
    expect(await ctv(["query", "--in", "-", "a -> b"], { cwd, input: "tenant t {" })).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("error[CTV1"),
    });
  });
});

describe("ctv query about everybody", () => {
  const guestbook = ["--in", join(root, "examples/guestbook")];
  const asked = (question: string, ...more: readonly string[]) => ctv(["query", ...guestbook, question, ...more], { cwd }).then(({ out }) => out);

  it("says who may reach a group, and on what", async () => {
    expect(await asked("any -> redis-master")).toContain(
      "  who may reach redis-master, and on what:\n    frontend, redis-slave  tcp/6379\n  allowed, such as guestbook[",
    );
    expect(JSON.parse(await asked("any -> redis-master", "--format", "json")).sources).toEqual([
      { name: "frontend", kind: "group", services: "tcp/6379", servicesForSomeFlows: "" },
      { name: "redis-slave", kind: "group", services: "tcp/6379", servicesForSomeFlows: "" },
    ]);
  });

  it("says whom a group may reach, and who whom, within the services that are asked about", async () => {
    expect(await asked("frontend -> any")).toContain("  whom frontend may reach, and on what:\n    redis-master, redis-slave  tcp/6379\n");
    expect(await asked("redis-slave -> any : http")).toContain("  redis-slave may reach nobody\n");
    expect(await asked("any -> any : tcp/6000-6500")).toContain(
      "who may reach whom, and on what:\n    frontend -> redis-master, redis-slave  tcp/6379\n    redis-slave -> redis-master            tcp/6379\n  allowed",
    );
    expect(JSON.parse(await asked("any -> any : http", "--format", "json")).connections).toEqual([
      { from: "world", to: "frontend", services: "tcp/80", servicesForSomeFlows: "" },
    ]);
  });

  it("leaves out whom the question excepts, and tells what passes for some only", async () => {
    const { out } = await ask("any except web -> web", "--tenant", "shop", "--format", "json");
    expect(JSON.parse(out).sources.map(({ name, services }: { name: string; services: string }) => [name, services])).toEqual([
      ["office", "tcp/443"],
    ]);
    const part = policy.replace("allow office", "deny 203.0.113.7 -> web\n    allow office");
    const { out: some } = await ctv(["query", "--in", "-", "--tenant", "shop", "any -> web"], { cwd, input: part });
    expect(some).toMatch(/\n {4}office +some of tcp\/443\n/);
  });

  it("is short where very many may", async () => {
    const groups = Array.from({ length: 200 }, (_, at) => `  group g${at} in net { match app = g${at} }`).join("\n");
    const rules = Array.from({ length: 200 }, (_, at) => `    allow g${at} -> g0 : tcp/${1000 + (at % 50)}`).join("\n");
    const input = `tenant big {\n  network net { subnet 10.0.0.0/16 }\n${groups}\n  policy p {\n${rules}\n  }\n}\n`;
    const { out } = await ctv(["query", "--in", "-", "any -> g0"], { cwd, input });
    expect(out).toContain("    g0, g50, g100, g150   tcp/1000\n");
    expect(out).toMatch(/\n {4}… and 20 more lines \(`--format json` has them all\)\n/);
    expect(out).toMatch(/\n {2}… and \d+ more parts that other rules decide/);
    expect(out.split("\n").length).toBeLessThan(70);
  });
});

describe("ctv query about one flow", () => {
  it("decides it, and says what it is", async () => {
    const flow = "shop[app=web]@10.1.1.1 -> shop[app=db]@10.1.1.2 : tcp/22";
    expect((await ask(flow)).out).toBe(
      `${flow}: denied\n  it is shop/web (10.1.1.1) -> shop/db (10.1.1.2) : tcp/22\n  by shop/tiers: deny web -> db : ssh (main.ctv:9:5)\n`,
    );
    expect((await ask("shop[app=web,", "extra=x]@10.1.1.1", "to", "@203.0.113.9", ":", "tcp/22")).out).toContain("denied\n");
  });

  it.each([
    "shop[app=web]@10.1.1.1 -> db : ssh",
    "shop[app=web]@10.1.1.1 -> shop@10.1.1.2",
    "shop[app]@10.1.1.1 -> shop@10.1.1.2 : tcp/1",
    "@10.1.1.1 -> @::1 : tcp/1",
    "@10.1.1.1 -> @10.1.1.2 : ssh",
    "@10.1.1.1 -> @10.1.1.2 : tcp/70000",
    "@10.1.1.1 -> @10.1.1.2 : icmp6/1",
  ])("refuses %s in words", async (flow) => {
    expect(await ask(flow)).toMatchObject({ code: 2, out: "", err: expect.stringContaining("this is not a flow that can be read: ") });
  });
});

describe("ctv query in a shell", () => {
  beforeAll(ensureBuilt);

  it("says so when the shell took the arrow for a redirection", () => {
    expect(shell("ctv query --in main.ctv web -> db : https; echo $?; cat db", cwd)).toMatchObject({
      out: "2\n",
      err: expect.stringContaining('the shell has taken the ">" of "->" for a redirection'),
    });
  });
});
