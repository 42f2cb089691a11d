/** The pictures of `docs/editors.md`, taken in the workbench and not drawn by hand. Each has the name of its file. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./process.mjs";
import { startSession } from "./session.mjs";

const images = fileURLToPath(new URL("../../docs/images", import.meta.url));

const session = await startSession({ size: { width: 1100, height: 680 }, settings: { "workbench.activityBar.location": "hidden" } });
const bench = session.workbench;

async function take(name) {
  const path = join(images, `${name}.png`);
  await bench.page.mouse.move(0, 0);
  await new Promise((resolve) => setTimeout(resolve, 700));
  await bench.page.screenshot({ path });
  console.error(`${name}.png: ${Math.round(statSync(path).size / 1024)} kB`);
}

const lenses = () =>
  until("lenses", async () => (await bench.texts(".codelens-decoration")).some((text) => /rules · \d+ Kubernetes objects/.test(text)), 60_000);

try {
  await bench.open("folder", join(session.work, "guestbook"));
  await bench.openFile("main.ctv");
  await bench.command("View: Toggle Primary Side Bar Visibility");
  await lenses();

  // What a group means, and the hints and lenses around it.
  await bench.goBehind("group front");
  await bench.command("Show or Focus Hover");
  await until("the hover", async () => (await bench.texts(".monaco-hover")).some((text) => text.includes("May reach")));
  await take("vscode-hover");
  await bench.key("Escape");

  // A target's output, which follows what is typed.
  await bench.command("ctv: Show Target Output Beside");
  await bench.choose("kubernetes");
  await until("the output", async () => (await bench.texts(".view-line")).includes("kind: NetworkPolicy"));
  await take("vscode-target");
  await bench.closeAll();

  // Who may talk to whom, and the fate of a flow.
  await bench.openFile("main.ctv");
  await lenses();
  await bench.command("ctv: Show Connectivity Matrix");
  await until("the matrix", () => bench.frameWith("redis-master"));
  await take("vscode-matrix");
  await bench.closeAll();

  // A name that is not there, and what it may have been.
  await bench.openFile("main.ctv");
  await bench.goBehind("as replication");
  await bench.key("Enter");
  await bench.type("allow frontend -> bakend : https");
  await bench.key("Escape");
  await bench.command("Problems: Focus on Problems View");
  await until("the problems", async () => (await bench.texts(".markers-panel .monaco-list-row")).some((row) => row.includes("CTV2001")));
  await take("vscode-problems");
  await bench.key("Control+j");
  await bench.closeAll();

  // The test explorer with a test that fails.
  await bench.openFile("main.ctv");
  await bench.goBehind("expect deny  world                            -> ");
  await bench.type("frontend, ");
  await bench.key("Escape");
  await bench.command("Testing: Focus on Test Explorer View");
  await bench.command("Test: Run All Tests");
  await until("the failure", async () => (await bench.texts(".test-explorer")).join().includes("0/1"));
  await bench.page.locator(".test-explorer .monaco-tl-twistie").first().click();
  await take("vscode-tests");
} finally {
  await session.close();
}
