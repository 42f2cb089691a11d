/** Emacs as a real client: eglot, set up as docs/editors.md says, in batch. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, afterAll, expect, it } from "@jest/globals";
import { command, ensureBuilt } from "../cli/support/built.js";
import { describeWhere } from "../support/where.js";

const probe = ["--batch", "-q", "--eval", "(progn (package-initialize) (require 'eglot))"];
const lack = spawnSync("emacs", probe, { timeout: 20_000 }).status === 0 ? undefined : "needs Debian's packages emacs-nox and elpa-eglot";

const main = `tenant shop {
  group web { match app = web }
  group db { match app = db }
  policy p {
    allow web->db:redis
    allow wep -> db : http
  }
}
`;

const folder = mkdtempSync(join(tmpdir(), "ctv-emacs-"));
const path = (name: string): string => join(folder, name);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The configuration, as readers of the documentation copy it. */
function documentedConfiguration(): string {
  const found = /<!-- tested: emacs -->\n+```elisp\n([\s\S]*?)```/.exec(readFileSync("docs/editors.md", "utf8"));
  if (found === null) throw new Error("docs/editors.md has no tested configuration of Emacs");
  return found[1];
}

function runSession(): Readonly<Record<string, string>> {
  for (const name of ["bin", "project"]) mkdirSync(path(name));
  writeFileSync(path("bin/ctv"), `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(path("bin/ctv"), 0o755);
  writeFileSync(path("configuration.el"), documentedConfiguration());
  writeFileSync(path("project/ctv.yaml"), "");
  writeFileSync(path("project/main.ctv"), main);
  const environment = {
    ...process.env,
    PATH: `${path("bin")}:${process.env.PATH ?? ""}`,
    HOME: folder,
    CTV_CONFIGURATION: path("configuration.el"),
    CTV_FILE: path("project/main.ctv"),
    CTV_SEEN: path("seen.json"),
  };
  const { status, stderr } = spawnSync("emacs", ["--batch", "-q", "-l", resolve("test/lsp/emacs/session.el")], {
    env: environment,
    encoding: "utf8",
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(stderr);
  const seen: Readonly<Record<string, string>> = JSON.parse(readFileSync(path("seen.json"), "utf8"));
  return seen;
}

describeWhere(lack, "Emacs with eglot", () => {
  let seen: Readonly<Record<string, string>> = {};
  beforeAll(() => {
    ensureBuilt();
    seen = runSession();
  }, 120_000);

  it("knows the language, and shows a wrong line", () => {
    expect(seen.mode).toBe("ctv-mode");
    expect(seen.wrong).toMatch(/^6 ctv \[CTV2001\]: "wep" is not declared; .*\ndid you mean "web"\?$/);
  });

  it("completes what may stand there", () => {
    expect(seen.completion.split(" ").sort()).toEqual(["any", "db", "web", "world"]);
  });

  it("goes to a definition", () => {
    expect(seen.definition).toBe("  group front { match app = web }");
  });

  it("renames and formats", () => {
    expect(seen.renamed).toBe(main.replace("group web", "group front").replace("allow web->", "allow front->"));
    expect(seen.formatted).toContain("    allow front -> db : redis\n    allow wep   -> db : http\n");
  });
});
