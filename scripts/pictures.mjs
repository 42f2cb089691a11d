/**
 * Makes the pictures of docs/images/: the screen of a Neovim that runs in tmux with the configuration of docs/editors.md, and the
 * matrix of an example. Needs nvim, tmux and a built command; it is no part of the tests.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readScreen, screenSvg } from "./terminal-svg.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const images = join(root, "docs/images");
const scratch = mkdtempSync(join(tmpdir(), "ctv-pictures-"));
const columns = 112;
const socket = `ctv-pictures-${process.pid}`;
const tmux = (...words) => execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...words], { encoding: "utf8" });

/** A block of docs/editors.md by its mark. */
function documented(mark) {
  const [, text] = new RegExp(`<!-- ${mark} -->\\n+\`\`\`[a-z]+\\n([\\s\\S]*?)\`\`\``).exec(readFileSync(join(root, "docs/editors.md"), "utf8"));
  return text;
}

function prepare(source) {
  for (const folder of ["bin", "config/syntax", "project"]) mkdirSync(join(scratch, folder), { recursive: true });
  writeFileSync(join(scratch, "bin/ctv"), `#!/bin/sh\nexec '${process.execPath}' '${join(root, "dist/ctv.cjs")}' "$@"\n`);
  chmodSync(join(scratch, "bin/ctv"), 0o755);
  writeFileSync(join(scratch, "config/syntax/ctv.vim"), documented("tested: vim syntax"));
  const more = `vim.o.runtimepath = ${JSON.stringify(join(scratch, "config"))} .. "," .. vim.o.runtimepath\nvim.cmd("syntax on")\n`;
  writeFileSync(join(scratch, "init.lua"), `${more}${documented("tested: neovim")}\ndofile(${JSON.stringify(join(root, "scripts/pictures.lua"))})\n`);
  cpSync(join(root, "examples/guestbook/ctv.yaml"), join(scratch, "project/ctv.yaml"));
  writeFileSync(join(scratch, "project/main.ctv"), source);
}

/** Waits until the screen holds the text: the server answers when it can. */
async function shows(text) {
  for (let tries = 0; tries < 300; tries++) {
    if (tmux("capture-pane", "-p").includes(text)) return;
    await pause(100);
  }
  throw new Error(`the screen does not show "${text}":\n${tmux("capture-pane", "-p")}`);
}

/** One picture: Neovim on the source, the keys, and what the screen shows when it is done. */
async function photograph(name, { source, rows, keys, sign, title }) {
  prepare(source);
  const environment = ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"].map(
    (key) => `${key}=${join(scratch, "home")}`,
  );
  const command = [
    "env",
    ...environment,
    `PATH=${join(scratch, "bin")}:${process.env.PATH}`,
    "nvim",
    "-n",
    "-i",
    "NONE",
    "-u",
    join(scratch, "init.lua"),
  ];
  tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", join(scratch, "project"), ...command, "main.ctv");
  try {
    tmux("set-option", "-g", "status", "off");
    await shows("tenant guestbook");
    await pause(4000);
    tmux("send-keys", "F2");
    for (const key of keys) tmux("send-keys", key);
    await shows(sign);
    await pause(500);
    const screen = readScreen(tmux("capture-pane", "-p", "-e"), rows);
    writeFileSync(join(images, `${name}.svg`), screenSvg(screen, { columns, title }));
  } finally {
    tmux("kill-server");
  }
}

mkdirSync(images, { recursive: true });
try {
  const example = readFileSync(join(root, "examples/guestbook/main.ctv"), "utf8");
  const wrong = example
    .replace("allow frontend    -> backend ", "allow fronted     -> backend ")
    .replace("as replication\n", "as replication\n    allow redis-slave -> redis-master : tcp/6379\n");
  await photograph("neovim-findings", {
    source: wrong,
    rows: 34,
    keys: ["/fronted", "Enter", ":", "C-c", "F4"],
    sign: "is not declared",
    title: "main.ctv",
  });
  await photograph("neovim-hover", {
    source: example,
    rows: 34,
    keys: ["/frontend", "Enter", "n", "n", ":", "C-c", "F3"],
    sign: "May reach",
    title: "main.ctv",
  });
  writeFileSync(
    join(images, "shop-matrix.svg"),
    execFileSync(process.execPath, [join(root, "dist/ctv.cjs"), "matrix", "examples/shop", "--format", "svg"], { cwd: root }),
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
