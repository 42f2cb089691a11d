/** Writing policy in the workbench: colours, findings, completion, hover, rename, formatting, and the keys that the language configures. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { until } from "./process.mjs";
import { testInGuestbook } from "./session.mjs";

let session;
let bench;

/** The colour of the first token in view that is this text, and whether it leans or is bold. */
const look = (token) =>
  bench.page.evaluate((wanted) => {
    const spans = [...document.querySelectorAll(".editor-group-container.active .view-line span span")];
    const found = spans.find((span) => span.textContent.replaceAll("\u00a0", " ").trim() === wanted);
    return found === undefined ? undefined : getComputedStyle(found).color;
  }, token);
const suggestions = () => bench.texts(".suggest-widget.visible .monaco-list-row");
const rows = (found) => found.map((row) => row.split("\n")[0]);

testInGuestbook((started) => {
  session = started;
  bench = started.workbench;
});

describe("what is seen", () => {
  it("is coloured by kind: each kind of token has its own colour", async () => {
    await until("the colours that meaning gives", async () => (await look("backend")) !== (await look("vxlan")));
    const kinds = ["/// The frontend reaches Redis; nobody else does.", "tenant", "guestbook", "subnet", "10.1.1.254", "vxlan", "->", "allow"];
    const colours = await Promise.all(kinds.map(look));
    assert.equal(new Set(colours).size, kinds.length, `colours: ${colours.join()}`);
    assert.ok(!colours.includes(undefined), `a token is not in view: ${colours.join()}`);
    // Words are no signs, also where they combine peers.
    assert.equal(await look("except"), await look("tenant"));
  });

  it("has hints: the default, and the ports of services", async () => {
    await until("hints", async () => (await bench.lines()).some((line) => /: http\s?tcp\/80\s+as web/.test(line)));
    assert.ok((await bench.lines()).some((line) => /tenant guestbook\s?default deny\s+\{/.test(line)));
  });

  it("has lenses: references, what a policy becomes, and running a test", async () => {
    await until("lenses", async () => (await bench.texts(".codelens-decoration")).some((text) => /3 rules · \d+ Kubernetes objects/.test(text)));
    const lenses = await bench.texts(".codelens-decoration");
    assert.ok(lenses.includes("5 references"));
    assert.ok(lenses.includes("Run test"));
  });

  it("is explained under the mouse: who reaches a group, and whom it reaches", async () => {
    await bench.goBehind("group front");
    await bench.command("Show or Focus Hover");
    const hover = await until("a hover", async () => (await bench.texts(".monaco-hover")).find((text) => text.includes("May be reached by")));
    assert.match(hover, /group frontend of tenant guestbook/);
    assert.match(hover, /world : http, by tiers in line 17/);
    assert.match(hover, /backend : redis, by tiers in line 18/);
  });
});

describe("a mistake", () => {
  it("is a problem with a link to the page about it, and goes when it is mended", async () => {
    await bench.goBehind("frontend    -> back");
    await bench.type("s");
    const row = await until("the problem", async () => (await bench.problems()).find((problem) => problem.includes("CTV2001")));
    assert.match(row, /backsend/);
    await bench.command("Problems: Focus on Problems View");
    await bench
      .visible(".markers-panel a", { hasText: "CTV2001" })
      .first()
      .click({ modifiers: ["Control"] });
    const page = await until("the page about the code", () => bench.frameWith("CTV2001:"));
    await bench.key("Control+j");
    assert.match(await page.locator("body").innerText(), /Example/);
    await bench.closeAll();
    await until("the problem to go", async () => !(await bench.problems()).some((problem) => problem.includes("CTV2001")));
  });

  it("is mended by the fix that is offered", async () => {
    await bench.goBehind("frontend    -> back");
    await bench.type("s");
    await until("the problem", async () => (await bench.problems()).some((problem) => problem.includes("CTV2001")));
    await bench.openFile("main.ctv");
    await bench.goBehind("frontend    -> backs");
    await bench.command("Quick Fix...");
    const menu = bench.visible(".action-widget .monaco-list-row", { hasText: "backend" });
    await menu.first().waitFor();
    await bench.key("Enter");
    await until("the mended name", async () => (await bench.text()).includes("frontend    -> backend "));
  });
});

describe("completion", () => {
  it("offers what may come next, and what is declared", async () => {
    await bench.goBehind("as replication");
    await bench.key("Enter");
    await bench.type("allow fr");
    await until("the group", async () => rows(await suggestions()).join() === "frontend");
    await bench.key("Enter");
    await bench.type(" -> ");
    await until("peers", async () => {
      const offered = rows(await suggestions());
      return ["backend", "redis-master", "world"].every((peer) => offered.includes(peer));
    });
    await bench.key("Escape");
    assert.match(await bench.text(), /\n {4}allow frontend -> \n/);
  });

  it("writes whole blocks, whose places are filled one by one", async () => {
    await bench.goBehind("set backend = redis-master, redis-slave");
    await bench.key("Enter");
    await bench.type("group");
    const snippet = bench.visible(".suggest-widget.visible .monaco-list-row", { hasText: "group …" }).first();
    await snippet.click();
    await bench.type("cache");
    await until("the block", async () => /\n {2}group cache /.test(await bench.text()));
  });

  it("has the extension's own snippets", async () => {
    await bench.goBehind("set backend = redis-master, redis-slave");
    await bench.key("Enter");
    await bench.type("hosts");
    await until("the snippet", async () => rows(await suggestions()).includes("hosts"));
    await bench.key("Enter");
    await until("the block", async () => (await bench.text()).includes("  group machines { hosts 192.0.2.10 }\n"));
  });
});

describe("a name", () => {
  it("is renamed wherever it is used, and keeps columns", async () => {
    await bench.goBehind("group front");
    await bench.key("F2");
    const box = bench.visible(".rename-box input");
    await box.fill("web");
    await bench.key("Enter");
    await until("the new name", async () => (await bench.text()).match(/expect allow web +-> backend +: redis/));
    assert.doesNotMatch((await bench.text()).replaceAll(/"[^"]*"|\/\/\/.*|tier = frontend/g, ""), /frontend/);
  });

  it("is refused when it cannot be one", async () => {
    await bench.goBehind("group front");
    await bench.key("F2");
    await bench.visible(".rename-box input").fill("web front");
    await bench.key("Enter");
    await until("the refusal", async () => (await bench.texts(".notification-toast")).some((text) => text.includes('"web front" is no name')));
    await bench.command("Notifications: Clear All Notifications");
    assert.match(await bench.text(), /group frontend/);
  });

  it("leads to its declaration", async () => {
    await bench.goBehind("allow frontend    -> back");
    await bench.key("F12");
    await until("the declaration", async () => (await bench.texts("#status\\.editor\\.selection")).join().startsWith("Ln 14,"));
  });
});

describe("formatting", () => {
  it("is done on save", async () => {
    await bench.goBehind("as replication");
    await bench.key("Enter");
    await bench.type("allow world->redis-slave:tcp/443");
    await bench.key("Escape");
    await bench.save();
    const file = readFileSync(join(session.work, "guestbook/main.ctv"), "utf8");
    assert.match(file, /\n {4}allow world {7}-> redis-slave {2}: tcp\/443\n/);
    await bench.key("Control+z");
    await bench.key("Control+z");
  });
});

describe("the keys of the language", () => {
  it("comment and uncomment a line", async () => {
    await bench.goBehind("set backend");
    await bench.key("Control+/");
    await until("the comment", async () => (await bench.text()).includes("  // set backend = redis-master"));
    await bench.goBehind("set backend");
    await bench.key("Control+/");
    await until("the text again", async () => (await bench.text()).includes("\n  set backend = redis-master"));
  });

  it("close braces and quotes, and indent what is in braces", async () => {
    await bench.goBehind("set backend = redis-master, redis-slave");
    await bench.key("Enter");
    await bench.type("test ");
    await bench.key("Escape");
    await bench.type('"a');
    await bench.key("Escape");
    await bench.type('" {');
    await bench.key("Enter");
    await bench.type("expect");
    await bench.key("Escape");
    await until("the block", async () => (await bench.text()).includes('\n  test "a" {\n    expect\n  }\n'));
  });

  it("go on with a doc comment in the next line", async () => {
    await bench.goBehind("nobody else does.");
    await bench.key("Enter");
    await bench.type("More.");
    await until("the comment", async () => (await bench.text()).includes("nobody else does.\n/// More.\ntenant"));
  });

  it("take a whole name for a word", async () => {
    await bench.goBehind("set backend = redis-ma");
    await bench.key("Control+d");
    await until("the name to be selected", async () => (await bench.texts("#status\\.editor\\.selection")).join().includes("12 selected"));
  });
});
