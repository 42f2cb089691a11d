/** What a file of tests starts and ends: code-server with the extension, Chromium, and a copy of examples to spoil. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach } from "node:test";
import { fileURLToPath } from "node:url";
import { startCodeServer } from "./codeserver.mjs";
import { makeWorkbench } from "./workbench.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where `scripts/vscode-test.mjs` has installed what the tests drive. */
function installation() {
  const cache = process.env.CTV_VSCODE_CACHE;
  if (cache === undefined) throw new Error("run these tests with npm run test:vscode");
  return { entry: join(cache, "node_modules/code-server/out/node/entry.js"), require: createRequire(join(cache, "package.json")) };
}

/** `size` of the window in pixels. */
export async function startSession({ settings = {}, size = { width: 1280, height: 800 } } = {}) {
  const { entry, require } = installation();
  const folder = mkdtempSync(join(tmpdir(), "ctv-vscode-"));
  const work = join(folder, "work");
  mkdirSync(work);
  for (const example of ["guestbook", "shop"]) cpSync(join(root, "examples", example), join(work, example), { recursive: true });
  const server = await startCodeServer({ entry, extension: join(root, "dist/ctv.vsix"), folder, settings });
  const { chromium } = require("playwright-core");
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
  });
  const context = await browser.newContext({ viewport: size, permissions: ["clipboard-read", "clipboard-write"] });
  const workbench = makeWorkbench(await context.newPage(), server.address);
  return {
    workbench,
    work,
    /** The settings of a folder, from now on: VS Code sees the file change, and takes a moment for it. */
    async choose(example, chosen) {
      mkdirSync(join(work, example, ".vscode"), { recursive: true });
      writeFileSync(join(work, example, ".vscode/settings.json"), JSON.stringify(chosen));
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    },
    async close() {
      await browser.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** All tests of a file in one session with the guestbook's folder, which `started` is given; each begins with main.ctv alone in the editor. */
export function testInGuestbook(started) {
  let session;
  before(async () => {
    session = await startSession();
    started(session);
    await session.workbench.open("folder", join(session.work, "guestbook"));
  });
  after(() => session?.close());
  beforeEach(async () => {
    await session.workbench.closeAll();
    await session.workbench.openFile("main.ctv");
  });
}
