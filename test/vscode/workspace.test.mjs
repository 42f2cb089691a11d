/** More than one folder, what the user chooses, and tasks. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "./process.mjs";
import { startSession } from "./session.mjs";

const program = fileURLToPath(new URL("../../dist/ctv.cjs", import.meta.url));

let session;
let bench;

before(async () => {
  session = await startSession();
  bench = session.workbench;
});
after(() => session?.close());

describe("a workspace of two projects", () => {
  before(async () => {
    const file = join(session.work, "both.code-workspace");
    writeFileSync(file, JSON.stringify({ folders: [{ path: "guestbook" }, { path: "shop" }] }));
    await bench.open("workspace", file);
  });

  it("has problems of files that are not open", async () => {
    await until("problems", async () => {
      const found = await bench.problems();
      return ["back.ctv", "front.ctv"].every((file) => found.some((row) => row.startsWith(file)));
    });
  });

  it("has the tests of both", async () => {
    await bench.command("Testing: Focus on Test Explorer View");
    await until("the files with tests", async () => {
      const items = (await bench.texts(".test-explorer .monaco-list-row")).join();
      return ["guestbook/main.ctv", "shop/back.ctv", "shop/front.ctv"].every((file) => items.includes(file));
    });
    await bench.command("Test: Run All Tests");
    await until("all to hold", async () => (await bench.texts(".test-explorer")).join().includes("5/5"));
  });

  it("finds a name of another file, and only in its own project", async () => {
    await bench.openFile("back.ctv");
    await bench.goBehind("allow front/w");
    await bench.key("F12");
    await until("the other file", async () => (await bench.page.locator('.tab.active[data-resource-name="front.ctv"]').count()) === 1);
  });
});

describe("in one project", () => {
  before(async () => {
    await session.choose("shop", { "ctv.environment": "production" });
    await bench.open("folder", join(session.work, "shop"));
    await bench.openFile("back.ctv");
  });

  it("the chosen environment says which ports hold, and another as soon as it is chosen", async () => {
    const port = (number) => async () => (await bench.lines()).some((line) => new RegExp(`: metrics\\s?tcp/${number}`).test(line));
    await bench.goBehind("allow office");
    await until("the port of production", port(9100));
    await session.choose("shop", { "ctv.environment": "staging" });
    await until("the port of staging", port(9090));
  });

  it("a task's findings are problems, and each is told once", async () => {
    mkdirSync(join(session.work, "shop/.vscode"), { recursive: true });
    const task = { label: "ctv check", type: "process", command: process.execPath, args: [program, "check"], problemMatcher: "$ctv" };
    writeFileSync(join(session.work, "shop/.vscode/tasks.json"), JSON.stringify({ version: "2.0.0", tasks: [task] }));
    await bench.goBehind("allow stock      -> main");
    await bench.type("s");
    await bench.save();
    const told = async () => (await bench.problems()).filter((row) => row.includes("CTV2001"));
    await until("the server's finding", async () => (await told()).length === 1);
    await bench.command("Tasks: Run Task");
    await bench.choose("ctv check");
    await until("the task to end", async () =>
      (await bench.texts(".terminal-wrapper .xterm-accessibility-tree, .xterm-rows")).join().includes("CTV2001"),
    );
    assert.equal((await told()).length, 1);
    await bench.closeAll();
    assert.equal((await told()).length, 1);
  });
});
