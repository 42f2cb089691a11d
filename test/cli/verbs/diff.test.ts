/** `ctv diff`: folders, files and git revisions; meaning and text. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { ctv, scratch } from "../support/command.js";
import { broken, sound } from "./shop.js";

const wider = sound.replace("postgres as data", "postgres, ssh as data").replace("https    as front", "http as front");
/** Says the same in other words: rules in another order, a set for a group, a name and a comment more. */
const reworded = sound
  .replace(/ {4}allow world.*\n/, "")
  .replace(" as data\n", " // the data\n    allow world -> sites : tcp/443\n")
  .replace("  policy tiers", "  set sites = web\n  policy levels");

const cwd = scratch({ "old/main.ctv": sound, "new/main.ctv": wider, "same/a.ctv": reworded, "bad/main.ctv": broken, "empty/readme.txt": "" });
const run = (...words: readonly string[]) => ctv(["diff", ...words], { cwd });

describe("ctv diff OLD NEW", () => {
  it("says what becomes allowed and denied, with a witness and the rules responsible", async () => {
    expect(await run("old", "new")).toEqual({
      code: 0,
      out: [
        "becomes allowed",
        "  world -> web : tcp/80",
        "    such as @192.0.2.1 -> shop[app=web]@10.1.1.1 : tcp/80",
        "    before: denied by the default of tenant shop (main.ctv:1)",
        "    after:  allowed by tiers: allow world -> web : http as front (main.ctv:6)",
        "  web -> db : tcp/22",
        "    such as shop[app=web]@10.1.1.1 -> shop[app=db]@10.1.1.3 : tcp/22",
        "    before: denied by the default of tenant shop (main.ctv:1)",
        "    after:  allowed by tiers: allow web -> db : postgres, ssh as data (main.ctv:7)",
        "becomes denied",
        "  world -> web : tcp/443",
        "    such as @192.0.2.1 -> shop[app=web]@10.1.1.1 : tcp/443",
        "    before: allowed by tiers: allow world -> web : https as front (main.ctv:6)",
        "    after:  denied by the default of tenant shop (main.ctv:1)",
        "",
      ].join("\n"),
      err: "",
    });
  });

  it("says nothing where only wording changed, in every form", async () => {
    expect(await run("old", "same", "--exit-code")).toEqual({ code: 0, out: "", err: "" });
    expect(await run("old", "same", "--format", "markdown", "--exit-code")).toEqual({ code: 0, out: "", err: "" });
    expect(JSON.parse((await run("old", "same", "--format", "json")).out).changes).toEqual([]);
  });

  it("compares files as well as folders", async () => {
    expect((await run("old/main.ctv", "new/main.ctv")).out).toBe((await run("old", "new")).out);
  });

  it("ends with 4 for a difference only where that is asked for", async () => {
    expect((await run("old", "new", "--exit-code")).code).toBe(4);
    expect((await run("old", "same", "--exit-code")).code).toBe(0);
    expect((await run("old", "new", "--text", "--exit-code")).code).toBe(4);
    expect((await run("old", "old", "--text", "--exit-code")).code).toBe(0);
  });

  it("is a table for a pull request", async () => {
    const { out } = await run("old", "new", "--format", "markdown");
    expect(out).toMatch(/^### :white_check_mark: Becomes allowed\n\n\| from \| to \| services \| such as \| before \| after \|\n(\|---){6}\|\n/);
    expect(out).toContain("| `world` | `web` | `tcp/443` | `@192.0.2.1 -> shop[app=web]@10.1.1.1 : tcp/443` | allowed by tiers: allow world");
    for (const line of out.split("\n").filter((row) => row.startsWith("|"))) expect(line.match(/(?<!\\)\|/g)).toHaveLength(7);
  });

  it("is a list for programs, with witnesses that query takes", async () => {
    const { changes } = JSON.parse((await run("old", "new", "--format", "json")).out);
    expect(changes.map(({ becomes, from, to, services }: Record<string, string>) => [becomes, from, to, services])).toEqual([
      ["allow", "world", "web", "tcp/80"],
      ["allow", "web", "db", "tcp/22"],
      ["deny", "world", "web", "tcp/443"],
    ]);
    for (const { becomes, example } of changes) {
      const outcomes = await Promise.all(
        ["old", "new"].map(async (side) => JSON.parse((await ctv(["query", "--in", side, example, "--format", "json"], { cwd })).out).outcome),
      );
      expect(outcomes).toEqual(becomes === "allow" ? ["deny", "allow"] : ["allow", "deny"]);
    }
  });

  it("shows the difference of the output with --text, of the targets that are named", async () => {
    const { out } = await run("old", "new", "--text", "--target", "kubernetes");
    expect(out).toContain("--- a/kubernetes/shop/tiers.db.yaml\n+++ b/kubernetes/shop/tiers.db.yaml\n@@ ");
    expect(out).toContain("\n+          port: 22\n");
    expect(out).not.toContain("openflow");
    // The folders' own names are no difference.
    expect(out).not.toContain("default-deny");
    expect((await run("old", "new", "--text")).out).toContain("+++ b/openflow/policy.flows");
  });

  it("shows new and gone groups under their names", async () => {
    const grown = sound
      .replace("  policy", "  group cache in net { match app = cache }\n  policy")
      .replace(" as data", " as data\n    allow web -> cache : redis");
    writeFileSync(join(scratchOf("grown"), "main.ctv"), grown);
    expect((await run("old", "grown")).out).toMatch(/^becomes allowed\n {2}web -> cache : tcp\/6379\n/);
    expect((await run("grown", "old")).out).toMatch(/^becomes denied\n {2}web -> cache : tcp\/6379\n(?: {4}.*\n){3}$/);
  });

  it("points at the errors of the version that has some", async () => {
    expect(await run("old", "bad")).toMatchObject({ code: 1, out: "", err: expect.stringContaining("--> bad/main.ctv:7:11") });
    expect(await run("bad", "old")).toMatchObject({ code: 1, out: "", err: expect.stringContaining("--> bad/main.ctv:7:11") });
  });

  it.each([
    [[], "diff needs OLD and NEW, or --base REVISION"],
    [["old"], "diff needs OLD and NEW"],
    [["old", "new", "same"], "diff needs OLD and NEW"],
    [["old", "gone"], "cannot read gone: there is no such file or folder"],
    [["old", "empty"], "in empty: there are no .ctv files in this folder"],
    [["old", "new", "--format", "html"], 'there is no "html"'],
    [["old", "new", "--text", "--target", "k8s"], 'there is no target "k8s"'],
    [["--base", "main"], "this folder is not in a git repository"],
    [["--base"], "argument missing"],
    [["old", "new", "--exact"], "--exact goes with --base"],
  ])("refuses %j in words", async (words, message) => {
    expect(await run(...words)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });
});

function scratchOf(name: string): string {
  const folder = join(cwd, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

describe("ctv diff --base", () => {
  const repository = scratch({ "policy/ctv.yaml": "sources: ['*.ctv']\n", "policy/main.ctv": sound, "policy/sub/x.txt": "" });
  const git = gitIn(repository);
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "before");
  const said = `comparing with ${git("rev-parse", "--short", "HEAD")}, which is main\n`;
  const at = (...words: readonly string[]) => ctv(["diff", ...words], { cwd: join(repository, "policy/sub") });

  it("compares the working tree with a revision, from anywhere in it, and leaves nothing behind", async () => {
    expect(await at("--base", "main", "--exit-code")).toEqual({ code: 0, out: "", err: said });
    writeFileSync(join(repository, "policy/main.ctv"), wider);
    const { code, out } = await at("--base", "main", "--exit-code");
    expect({ code, out }).toEqual({ code: 4, out: expect.stringMatching(/^becomes allowed\n {2}world -> web : tcp\/80\n/) });
    expect((await at("--base", "HEAD", "--format", "markdown")).out).toContain("### :no_entry: Becomes denied");
    expect((await at("--base", "HEAD", "--text", "--target", "contiv")).out).toContain("+++ b/contiv/");
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("ctv-base-"))).toEqual([]);
    expect(git("status", "--porcelain")).toBe("M policy/main.ctv");
  });

  it("follows a policy that moved to other files", async () => {
    writeFileSync(join(repository, "policy/main.ctv"), sound);
    renameSync(join(repository, "policy/main.ctv"), join(repository, "policy/moved.ctv"));
    expect(await at("--base", "main", "--exit-code")).toEqual({ code: 0, out: "", err: said });
    renameSync(join(repository, "policy/moved.ctv"), join(repository, "policy/main.ctv"));
    expect(existsSync(join(repository, "policy/main.ctv"))).toBe(true);
  });

  it.each([
    [["--base", "nowhere"], 'git knows no revision "nowhere"'],
    [["--base", "--help"], "this is not a revision"],
    [["--base", ""], "git knows no revision"],
    [["--base", "main", "gone"], "cannot read gone"],
  ])("refuses %j in words", async (words, message) => {
    expect(await at(...words)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });

  it("says which revision lacks what is compared", async () => {
    mkdirSync(join(repository, "policy/later"), { recursive: true });
    writeFileSync(join(repository, "policy/later/x.ctv"), sound);
    const { code, err } = await at("--base", "main", "../later");
    expect({ code, err }).toEqual({
      code: 2,
      err: `ctv: in ${said.slice("comparing with ".length, -1)}: cannot read ../later: there is no such file or folder\n`,
    });
  });
});

describe("ctv diff --base, where branches went apart", () => {
  const secure = sound.replace("https    as front", "https, tcp/8443 as front");
  const repository = scratch({ "main.ctv": sound });
  const git = gitIn(repository);
  const commit = (text: string, subject: string): string => {
    writeFileSync(join(repository, "main.ctv"), text);
    git("add", ".");
    git("commit", "-qm", subject, "--allow-empty");
    return git("rev-parse", "--short", "HEAD");
  };
  git("init", "-q");
  const left = commit(sound, "where the branch leaves main");
  git("checkout", "-qb", "feature");
  for (const subject of ["one", "two", "three"]) commit(sound, subject);
  commit(wider, "what the pull request is about");
  git("checkout", "-q", "main");
  const tip = commit(secure, "what was merged since");
  git("checkout", "-q", "--orphan", "elsewhere");
  commit(sound, "no history in common");
  git("checkout", "-q", "feature");
  const at = (...words: readonly string[]) => ctv(["diff", ...words], { cwd: repository });
  const heads = (out: string) => out.split("\n").filter((line) => /^ {2}\w/.test(line));

  it("shows what the branch changes, and not what was merged to the base since", async () => {
    const { code, out, err } = await at("--base", "main");
    expect({ code, err }).toEqual({ code: 0, err: `comparing with ${left}, the merge base of main and HEAD\n` });
    expect(heads(out)).toEqual(["  world -> web : tcp/80", "  web -> db : tcp/22", "  world -> web : tcp/443"]);
    expect(heads((await at("--base", "main", "--exact")).out)).toEqual([
      "  world -> web : tcp/80",
      "  web -> db : tcp/22",
      "  world -> web : tcp/{443, 8443}",
    ]);
    expect((await at("--base", "main", "--exact")).err).toBe(`comparing with ${tip}, which is main\n`);
    expect((await at("--base", left)).err).toBe(`comparing with ${left}\n`);
  });

  it("says which commit it was in every form, and nothing where nothing changed", async () => {
    const { base } = JSON.parse((await at("--base", "main", "--format", "json")).out);
    expect(base).toEqual({ revision: "main", commit: expect.stringMatching(new RegExp(`^${left}[0-9a-f]+$`)) });
    const { out } = await at("--base", "main", "--format", "markdown");
    expect(out.endsWith(`\n\nCompared with ${left}, the merge base of main and HEAD.\n`)).toBe(true);
    expect((await at("--base", "HEAD", "--format", "markdown")).out).toBe("");
  });

  it("refuses histories that do not meet", async () => {
    expect(await at("--base", "elsewhere")).toEqual({
      code: 2,
      out: "",
      err: "ctv: elsewhere and HEAD have no commit in common\n  help: `--base elsewhere --exact` compares with the revision itself\n",
    });
    expect((await at("--base", "elsewhere", "--exact")).code).toBe(0);
  });

  it("refuses a clone that ends before the histories meet, and says how to get the rest", async () => {
    const shallow = shallowOf(repository, 3);
    const inShallow = (...words: readonly string[]) => ctv(["diff", ...words], { cwd: shallow });
    const help = "\n  help: this is a shallow clone: `git fetch --unshallow` brings the rest of it (docs/ci.md has the settings of pipelines)\n";
    expect(await inShallow("--base", "origin/main")).toEqual({
      code: 2,
      out: "",
      err: `ctv: the commit where origin/main and HEAD meet is not in this clone${help}`,
    });
    expect((await inShallow("--base", "v1")).err).toBe(`ctv: git knows no revision "v1"${help}`);
    gitIn(shallow)("fetch", "-q", "--unshallow");
    expect((await inShallow("--base", "origin/main")).err).toContain(left);
  });

  it("does not take a commit for the merge base where the real one may lie beyond a shallow clone's edge", async () => {
    // The branch holds all of main by a long way that the clone cuts, and the first commit of main by a short one.
    git("checkout", "-q", "-b", "long", "main");
    for (const subject of ["one", "two", "three", "four", "five"]) commit(secure, subject);
    git("checkout", "-q", "-b", "both", left);
    git("merge", "-q", "--no-ff", "-m", "both ways", "long");
    git("checkout", "-q", "-b", "later", "main");
    commit(secure, "on main since");
    git("checkout", "-q", "both");
    expect((await at("--base", "later")).err).toContain(tip);
    const shallow = shallowOf(repository, 3);
    expect(gitIn(shallow)("merge-base", "origin/later", "HEAD")).not.toContain(tip);
    expect((await ctv(["diff", "--base", "origin/later"], { cwd: shallow })).err).toContain("is not in this clone");
  });
});

function gitIn(folder: string): (...words: readonly string[]) => string {
  const settings = ["user.name=a", "user.email=a@example.org", "init.defaultBranch=main"].flatMap((setting) => ["-c", setting]);
  return (...words) => execFileSync("git", [...settings, ...words], { cwd: folder, stdio: "pipe", encoding: "utf8" }).trim();
}

function shallowOf(repository: string, depth: number): string {
  const folder = scratch();
  gitIn(folder)("clone", "-q", "--depth", String(depth), "--no-single-branch", `file://${repository}`, ".");
  return folder;
}
