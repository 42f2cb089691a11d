/** A code-server of one's own, with the extension in it: on a loopback port, without an account, and everything that it writes in one folder. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { stopped, until } from "./process.mjs";

/** Nothing that talks to the network, nothing that saves by itself, and nothing that moves or covers the text. */
const quiet = {
  "chat.commandCenter.enabled": false,
  "editor.cursorBlinking": "solid",
  "editor.minimap.enabled": false,
  "editor.stickyScroll.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "git.enabled": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "terminal.integrated.shellIntegration.enabled": false,
  "testing.automaticallyOpenTestResults": "neverOpen",
  "update.mode": "none",
  "window.commandCenter": false,
  "workbench.colorTheme": "Default Light Modern",
  "workbench.enableExperiments": false,
  "workbench.layoutControl.enabled": false,
  "workbench.reduceMotion": "on",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** `entry` is code-server's own file, `extension` the .vsix, `folder` where everything goes; `settings` are added to the quiet ones. */
export async function startCodeServer({ entry, extension, folder, settings = {} }) {
  const user = join(folder, "user");
  mkdirSync(join(user, "User"), { recursive: true });
  writeFileSync(join(user, "User", "settings.json"), JSON.stringify({ ...quiet, ...settings }));
  const folders = ["--user-data-dir", user, "--extensions-dir", join(folder, "extensions"), "--config", join(folder, "config.yaml")];
  const environment = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  const installed = spawnSync(process.execPath, [entry, ...folders, "--install-extension", extension], { encoding: "utf8", env: environment });
  if (installed.status !== 0) throw new Error(`the extension cannot be installed: ${installed.stdout}${installed.stderr}`);

  const port = await freePort();
  const quietly = ["--auth", "none", "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"];
  const server = spawn(process.execPath, [entry, ...folders, ...quietly, "--bind-addr", `127.0.0.1:${port}`], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (data) => (log += data));
  await until("code-server", () => {
    if (server.exitCode !== null) throw new Error(`code-server ended:\n${log}`);
    return log.includes("HTTP server listening");
  });
  return {
    address: `http://127.0.0.1:${port}/`,
    close: () => stopped(server),
  };
}
