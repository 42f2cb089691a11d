import { beforeAll, describe, expect, it } from "@jest/globals";
import { ensureBuilt, shell } from "./support/built.js";
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

  it("shows a flow of each kind where the answer is mixed", async () => {
    const { out } = await ask("web -> db", "--tenant", "shop");
    expect(out).toMatch(/^web -> db: mixed/);
    expect(out).toMatch(
      /allowed, such as shop\/web \(10\.1\.1\.\d+\) -> shop\/db \(10\.1\.1\.\d+\) : tcp\/1\n {4}by shop\/tiers: allow web -> db \(main\.ctv:10:5\)/,
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

describe("ctv query in a shell", () => {
  beforeAll(ensureBuilt);

  it("says so when the shell took the arrow for a redirection", () => {
    expect(shell("ctv query --in main.ctv web -> db : https; echo $?; cat db", cwd)).toMatchObject({
      out: "2\n",
      err: expect.stringContaining('the shell has taken the ">" of "->" for a redirection'),
    });
  });
});
