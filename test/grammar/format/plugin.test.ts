import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildSync } from "esbuild";

const folder = mkdtempSync(join(tmpdir(), "ctv-prettier-"));
const plugin = join(folder, "plugin.mjs");
const prettier = resolve("node_modules/prettier/bin/prettier.cjs");

function run(...args: readonly string[]): string {
  return execFileSync(process.execPath, [prettier, "--plugin", plugin, ...args], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

beforeAll(() => {
  buildSync({
    entryPoints: ["grammar/format/plugin.ts"],
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["prettier"],
    outfile: plugin,
    absWorkingDir: resolve("."),
    nodePaths: [resolve("node_modules")],
  });
  const text = readFileSync(plugin, "utf8").replaceAll('"prettier/doc"', JSON.stringify(resolve("node_modules/prettier/doc.mjs")));
  writeFileSync(plugin, text);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("the plugin in Prettier's own command", () => {
  it("knows .ctv files by their name, and takes Prettier's options", () => {
    writeFileSync(join(folder, "a.ctv"), "tenant t{default deny}\n");
    expect(run("--tab-width", "4", "a.ctv")).toBe("tenant t {\n    default deny\n}\n");
  });

  it("says where a syntax error is", () => {
    writeFileSync(join(folder, "b.ctv"), "tenant t {\n  default maybe\n}\n");
    expect(() => run("b.ctv")).toThrow(/b\.ctv: SyntaxError: .*"maybe"[^]*> 2 \|/);
  });

  it("formats only what asks for it with --require-pragma, and asks with --insert-pragma", () => {
    writeFileSync(join(folder, "c.ctv"), "default   deny\n");
    writeFileSync(join(folder, "d.ctv"), "// @format\ndefault   deny\n");
    expect(run("--require-pragma", "c.ctv")).toBe("default   deny\n");
    expect(run("--require-pragma", "d.ctv")).toBe("// @format\ndefault deny\n");
    expect(run("--insert-pragma", "c.ctv")).toBe("// @format\n\ndefault deny\n");
  });
});
