/** Neovim as a real client: its own language client, set up as docs/editors.md says, used by its keys. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, it } from "@jest/globals";
import { command, ensureBuilt } from "../cli/support/built.js";
import { scratch } from "../cli/support/command.js";
import { describeWhere } from "../support/where.js";

const lack = spawnSync("nvim", ["--version"]).status === 0 ? undefined : "needs Debian's package neovim";

const main = `tenant shop {
  namespaces shop

  network net {
    subnet 10.1.0.0/24
  }

  /// Serves the pages.
  group web in net { match app = web }

  export web

  policy tiers {
    allow web -> web : redis
    deny any -> web log
  }
}
`;
const operations = `tenant operations {
  group machines { hosts 192.0.2.10 }

  policy outside {
    allow machines -> shop/web : ssh
  }
}
`;

interface Seen {
  readonly failure?: string;
  readonly wrong: readonly {
    readonly line: number;
    readonly column: number;
    readonly code: string;
    readonly source: string;
    readonly message: string;
  }[];
  readonly mended: readonly unknown[];
  readonly completion: readonly string[];
  readonly hover: readonly string[];
  readonly log: string;
  readonly exit: number;
}

/** The configuration for this version of Neovim, as readers of the documentation copy it. */
function documentedConfiguration(): string {
  const found = /<!-- tested: neovim -->\n+```lua\n([\s\S]*?)```/.exec(readFileSync("docs/editors.md", "utf8"));
  if (found === null) throw new Error("docs/editors.md has no tested configuration of Neovim");
  return found[1];
}

function runSession(folder: string): Seen {
  const path = (name: string): string => join(folder, name);
  mkdirSync(path("bin"));
  writeFileSync(path("bin/ctv"), `#!/bin/sh\necho $$ > '${path("server")}'\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(path("bin/ctv"), 0o755);
  writeFileSync(path("init.lua"), documentedConfiguration());
  const environment = {
    ...process.env,
    PATH: `${path("bin")}:${process.env.PATH ?? ""}`,
    HOME: folder,
    XDG_CONFIG_HOME: path("config"),
    XDG_DATA_HOME: path("data"),
    XDG_STATE_HOME: path("state"),
    XDG_CACHE_HOME: path("cache"),
    CTV_CONFIG: path("init.lua"),
    CTV_PROJECT: path("project"),
    CTV_ANSWER: path("answer.json"),
  };
  const words = ["--headless", "-n", "-i", "NONE", "-u", "NONE", "-c", `luafile ${resolve("test/lsp/neovim/session.lua")}`];
  const { stderr } = spawnSync("nvim", words, { cwd: folder, env: environment, encoding: "utf8", timeout: 110_000 });
  if (!existsSync(path("answer.json"))) throw new Error(`Neovim gave no answer: ${stderr}`);
  const seen: Seen = JSON.parse(readFileSync(path("answer.json"), "utf8"));
  if (seen.failure !== undefined) throw new Error(seen.failure);
  return seen;
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

describeWhere(lack, "Neovim", () => {
  const folder =
    lack === undefined ? scratch({ "project/ctv.yaml": "sources: [.]\n", "project/main.ctv": main, "project/operations.ctv": operations }) : "";
  const saved = (name: string): string => readFileSync(join(folder, "project", name), "utf8");
  let seen: Seen;

  beforeAll(() => {
    ensureBuilt();
    seen = runSession(folder);
  });

  it("ends, and its server with it", async () => {
    expect(seen.exit).toBe(0);
    const server = Number(readFileSync(join(folder, "server"), "utf8"));
    for (let tries = 0; isAlive(server) && tries < 100; tries++) await setTimeout(100);
    expect(isAlive(server)).toBe(false);
  });

  it("shows a finding on a wrong line until the line is mended", () => {
    expect(seen.wrong).toEqual([{ line: 14, column: 11, code: "CTV2001", source: "ctv", message: expect.stringContaining("wbe") }]);
    expect(seen.mended).toEqual([]);
  });

  it("completes what may stand at the cursor", () => {
    expect(seen.completion).toEqual(["web", "world"]);
  });

  it("explains what is below the cursor", () => {
    expect(seen.hover.join("\n")).toContain("Serves the pages.");
  });

  it("renames in every file, and formats", () => {
    expect(saved("main.ctv")).toBe(
      main
        .replace("group web", "group frontend")
        .replace("export web", "export frontend")
        .replace("allow web -> web", "allow frontend -> frontend")
        .replace("deny any -> web log", "deny  any      -> frontend         log"),
    );
    expect(saved("operations.ctv")).toBe(operations.replace("shop/web", "shop/frontend"));
  });

  it("leaves no complaint of the server in the editor's log", () => {
    expect(
      existsSync(seen.log)
        ? readFileSync(seen.log, "utf8")
            .split("\n")
            .filter((line) => line.includes("[ERROR]"))
        : [],
    ).toEqual([]);
  });
});
