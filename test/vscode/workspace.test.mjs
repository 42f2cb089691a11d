/** More than one folder, and what the user chooses. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { until } from "./process.mjs";
import { startSession } from "./session.mjs";

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
});
