/**
 * Packages the VS Code extension into `dist/ctv.vsix`: checks its types, bundles client and server, copies the grammar and the
 * schema, and lets vsce put it together. The extension's own packages are installed on the first run.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const extension = join(root, "lsp/vscode");
const run = (command, args) => execFileSync(command, args, { cwd: extension, stdio: "inherit" });

if (!existsSync(join(extension, "node_modules/@vscode/vsce"))) run("npm", ["ci", "--ignore-scripts"]);
execFileSync("npx", ["tsc", "-p", extension], { cwd: root, stdio: "inherit" });

const common = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  logLevel: "warning",
  minifySyntax: true,
  minifyWhitespace: true,
};
await build({ ...common, entryPoints: [join(extension, "src/extension.ts")], outfile: join(extension, "out/extension.cjs") });
await build({ ...common, entryPoints: [join(root, "lsp/main.ts")], outfile: join(extension, "out/ctv-lsp.cjs") });

mkdirSync(join(extension, "syntaxes"), { recursive: true });
copyFileSync(join(root, "grammar/highlight/ctv.tmLanguage.json"), join(extension, "syntaxes/ctv.tmLanguage.json"));
copyFileSync(join(root, "compiler/source/ctv.schema.json"), join(extension, "syntaxes/ctv.schema.json"));
cpSync(join(root, "docs/diagnostics"), join(extension, "docs/diagnostics"), { recursive: true });
copyFileSync(join(root, "LICENSE"), join(extension, "LICENSE"));
// What the change log links to is in the repository and not in the extension, and vsce refuses links that lead nowhere.
const changes = readFileSync(join(root, "CHANGELOG.md"), "utf8");
writeFileSync(join(extension, "CHANGELOG.md"), changes.replace(/\[([^\]]+)\]\((?!https?:)[^)]*\)/g, "$1"));
mkdirSync(join(root, "dist"), { recursive: true });
run("npx", ["vsce", "package", "--no-dependencies", "--allow-missing-repository", "--out", join(root, "dist/ctv.vsix")]);
