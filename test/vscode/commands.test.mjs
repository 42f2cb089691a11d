/** What the extension does beyond LSP: a target's output, the matrix, the fate of a flow, tests, and the server's own life. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { until } from "./process.mjs";
import { testInGuestbook } from "./session.mjs";

let session;
let bench;

const main = () => join(session.work, "guestbook/main.ctv");
/** What stands in the editor beside the source. */
const beside = () => bench.texts(".editor-group-container:not(.active) .view-line");

testInGuestbook((started) => {
  session = started;
  bench = started.workbench;
});

async function showTarget(target) {
  await bench.command("ctv: Show Target Output Beside");
  await bench.choose(target);
}

describe("a target's output", () => {
  it("stands beside the source and follows what is typed", async () => {
    await showTarget("kubernetes");
    await until("the output", async () => (await beside()).includes("kind: NetworkPolicy"));
    await bench.goBehind("tenant guest");
    await bench.type("s");
    await until("the new name in the output", async () => (await beside()).includes("# guestsbook/default-deny.yaml"));
    await bench.key("Control+z");
    await until("the old name in the output", async () => (await beside()).includes("# guestbook/default-deny.yaml"));
  });

  it("says that there is none while the policy has errors", async () => {
    await showTarget("kubernetes");
    await until("the output", async () => (await beside()).includes("kind: NetworkPolicy"));
    await bench.goBehind("group front");
    await bench.type("x");
    await until("the word", async () => (await beside()).join("").includes("The policy has errors"));
  });

  for (const [target, line] of [
    ["contiv", "# labels/kubectl-label.txt"],
    ["openflow", "# policy.flows"],
  ])
    it(`of ${target} is no JSON and no YAML to VS Code, and makes no problems`, async () => {
      await showTarget(target);
      await until("the output", async () => (await beside()).includes(line));
      const problems = await until("what the targets cannot say", async () => {
        const rows = await bench.problems();
        return rows.some((row) => row.includes("CTV5201")) && rows;
      });
      assert.deepEqual(
        problems.filter((row) => !/^main\.ctv \d+$|ctv CTV\d{4} \[/.test(row)),
        [],
      );
    });

  it("is opened by the lens over a policy", async () => {
    const lens = bench.visible(".codelens-decoration a", { hasText: "show target output" });
    await lens.first().click();
    await bench.choose("openflow");
    await until("the flows", async () => (await beside()).some((text) => text.startsWith("table=")));
  });
});

describe("the matrix", () => {
  it("stands beside the source, follows edits and the theme, and is opened once", async () => {
    await bench.command("ctv: Show Connectivity Matrix");
    const picture = await until("the picture", () => bench.frameWith("redis-master"));
    assert.match(await picture.locator("body").innerText(), /tcp\/6379/);
    assert.doesNotMatch(await picture.locator("body").innerText(), /tcp\/8443/);
    await bench.goBehind("as replication");
    await bench.key("Enter");
    await bench.type("allow world -> redis-slave : tcp/8443");
    await bench.key("Escape");
    await until("the new cell", () => bench.frameWith("tcp/8443"));

    const ground = async () => (await bench.frameWith("tcp/8443"))?.evaluate(() => getComputedStyle(document.querySelector(".ground")).fill);
    assert.equal(await ground(), "rgb(255, 255, 255)");
    await session.choose("guestbook", { "workbench.colorTheme": "Default Dark Modern" });
    await until("a dark picture", async () => (await ground()) === "rgb(13, 17, 23)");
    await session.choose("guestbook", {});

    await bench.command("ctv: Show Connectivity Matrix");
    assert.equal(await bench.page.locator(".tab", { hasText: "Connectivity" }).count(), 1);
    await bench.type("!");
    await until("the word about errors", () => bench.frameWith("The policy has errors"));
  });
});

describe("a flow", () => {
  const ask = async (question) => {
    await bench.command("ctv: Explain a Flow");
    await bench.visible(".quick-input-widget input").first().fill(question);
    await bench.key("Enter");
  };

  it("is explained beside the source, as text that nobody has to save", async () => {
    await ask("world -> redis-master : redis");
    const answer = await until("the answer", () => bench.frameWith("All of it is denied."));
    assert.match(await answer.locator("body").innerText(), /deny by the default of tenant "guestbook"/);
    assert.equal(await bench.page.locator(".tab.dirty").count(), 0);
    await bench.focusSource();
    await bench.goBehind("as replication");
    await bench.key("Enter");
    await bench.type("allow world -> redis-master : redis as opened");
    await bench.key("Escape");
    await until("the answer to follow", () => bench.frameWith("opened"));
  });

  it("that is none is told", async () => {
    await ask("nobody -> redis-master");
    await until("the answer", () => bench.frameWith("nobody"));
  });
});

describe("tests", () => {
  const items = () => bench.texts(".test-explorer .monaco-list-row");
  const notes = () => bench.texts(".notification-toast");

  it("are run by the lens over them", async () => {
    await bench.visible(".codelens-decoration a", { hasText: "Run test" }).first().click();
    await until("the result", async () => (await notes()).some((text) => text.includes('"redis answers to the frontend and to nobody else" holds.')));
    await bench.command("Notifications: Clear All Notifications");
    await bench.goBehind("expect deny  world                            -> ");
    await bench.type("frontend, ");
    await bench.key("Escape");
    await bench.visible(".codelens-decoration a", { hasText: "Run test" }).first().click();
    await until("the other result", async () => (await notes()).some((text) => /nobody else" fails: .*web/.test(text)));
    await bench.command("Notifications: Clear All Notifications");
  });

  it("are listed, run and found wanting in the test explorer", async () => {
    await bench.command("Testing: Focus on Test Explorer View");
    await bench.command("Test: Run All Tests");
    await until("the test to hold", async () => (await bench.texts(".test-explorer")).join().includes("1/1"));
    const text = readFileSync(main(), "utf8");
    appendFileSync(main(), '\ntest "nobody reaches the frontend" {\n  expect deny world -> guestbook/frontend\n}\n');
    await bench.page.locator(".test-explorer .monaco-tl-twistie").first().click();
    await until("the new test", async () => (await items()).some((item) => item.includes("nobody reaches the frontend")));
    await bench.command("Test: Run All Tests");
    await until("one to fail", async () => (await bench.texts(".test-explorer")).join().includes("1/2"));
    writeFileSync(main(), text);
  });
});

describe("the server", () => {
  it("starts again when it is told to, and goes on", async () => {
    await bench.command("ctv: Restart Language Server");
    await bench.goBehind("allow frontend    -> back");
    await bench.type("s");
    await until("a problem", async () => (await bench.problems()).some((problem) => problem.includes("CTV2001")));
  });

  it("is another when the settings say so, from the next start on", async () => {
    await session.choose("guestbook", { "ctv.server.path": "/nowhere/ctv" });
    await bench.command("ctv: Restart Language Server");
    await until("the refusal", async () =>
      (await bench.texts(".notification-toast")).some((text) => text.includes("/nowhere/ctv cannot be started")),
    );
    await session.choose("guestbook", {});
    await bench.command("Notifications: Clear All Notifications");
    await bench.command("ctv: Restart Language Server");
    await bench.goBehind("allow frontend    -> back");
    await bench.type("s");
    await until("a problem", async () => (await bench.problems()).some((problem) => problem.includes("CTV2001")));
  });
});
