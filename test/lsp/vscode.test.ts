/** The VS Code extension, as far as it can be held against the project without VS Code. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { lensCommands } from "../../lsp/features/lenses.js";
import { ctv, scratch } from "../cli/support/command.js";

const extension = "lsp/vscode";
const read = <Content>(path: string): Content => JSON.parse(readFileSync(join(extension, path), "utf8"));

interface Manifest {
  readonly contributes: {
    readonly languages: readonly { readonly id: string; readonly configuration: string }[];
    readonly grammars: readonly { readonly language: string; readonly scopeName: string }[];
    readonly commands: readonly { readonly command: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly problemMatchers: readonly { readonly pattern: readonly MatcherLine[] }[];
  };
}
interface MatcherLine {
  readonly regexp: string;
  readonly severity?: number;
  readonly code?: number;
  readonly message?: number;
  readonly file?: number;
  readonly line?: number;
  readonly column?: number;
}

const manifest = read<Manifest>("package.json");
const sources = readdirSync(join(extension, "src")).map((name) => readFileSync(join(extension, "src", name), "utf8"));

describe("the extension's commands", () => {
  const registered = new Set(sources.flatMap((text) => [...text.matchAll(/(?:registerCommand\(|name: )"(ctv\.[^"]+)"/g)].map((match) => match[1])));
  const offered = manifest.contributes.commands.map(({ command }) => command);

  it("are there when they are offered", () => {
    expect(offered.filter((command) => !registered.has(command))).toEqual([]);
    const inMenus = Object.values(manifest.contributes.menus).flatMap((entries) => entries.map(({ command }) => command));
    expect(inMenus.filter((command) => !offered.includes(command))).toEqual([]);
  });

  it("are there when a code lens of the server calls them", () => {
    expect(Object.values(lensCommands).filter((command) => !registered.has(command))).toEqual([]);
  });
});

describe("the extension's snippets", () => {
  const snippets = read<Readonly<Record<string, { readonly prefix: string; readonly body: string | readonly string[] }>>>("snippets/ctv.json");
  const inTenant = (text: string): string =>
    `tenant t {\n  namespaces t\n  network n {\n    subnet 10.9.0.0/16\n  }\n  group known in n { match app = known }\n${text}\n}\n`;

  /** The text when every place is left as it was offered. */
  function filled(body: string | readonly string[]): string {
    return [body]
      .flat()
      .join("\n")
      .replace(/\$\{\d+\|([^,|]*)[^}]*\}/g, "$1")
      .replace(/\$\{\d+:([^}]*)\}/g, "$1")
      .replace(/\$\d+/g, "");
  }

  it.each(Object.entries(snippets))("%s is right as it is offered", async (_name, { body }) => {
    const text = filled(body);
    expect(text).not.toContain("$");
    const main = text.includes("tenant ") ? text : inTenant(text);
    const { code, err } = await ctv(["check"], { cwd: scratch({ "ctv.yaml": "sources: [main.ctv]\n", "main.ctv": main }) });
    expect([code, err.split("\n").filter((line) => line.startsWith("error"))]).toEqual([0, []]);
  });
});

describe("the extension's problem matcher", () => {
  const [first, second] = manifest.contributes.problemMatchers[0].pattern;
  const part = (match: RegExpExecArray, group: number | undefined): string => (group === undefined ? "" : match[group]);
  interface Problem {
    readonly severity: string;
    readonly code: string;
    readonly message: string;
    readonly place: string;
  }

  /** What VS Code takes from a task's output: the second line has to follow the first at once. */
  function problems(output: string): readonly Problem[] {
    const lines = output.split("\n");
    return lines.flatMap((line, index) => {
      const head = new RegExp(first.regexp).exec(line);
      const arrow = new RegExp(second.regexp).exec(lines[index + 1] ?? "");
      if (head === null || arrow === null) return [];
      const place = [second.file, second.line, second.column].map((group) => part(arrow, group)).join(":");
      return [{ severity: part(head, first.severity), code: part(head, first.code), message: part(head, first.message), place }];
    });
  }

  interface Finding {
    readonly severity: string;
    readonly code: string;
    readonly message: string;
    readonly file: string;
    readonly range: { readonly start: { readonly line: number; readonly column: number } };
  }
  const folders = readdirSync("test/fixtures/diagnostics").filter((name) => /^CTV[1-6]\d\d[13]$/.test(name));
  const outputs: { readonly pretty: readonly Problem[]; readonly listed: readonly Problem[] }[] = [];

  beforeAll(async () => {
    for (const folder of folders) {
      const cwd = join(process.cwd(), "test/fixtures/diagnostics", folder);
      const pretty = await ctv(["check"], { cwd });
      const json = await ctv(["check", "--format", "json"], { cwd });
      const { findings }: { readonly findings: readonly Finding[] } = JSON.parse(json.out);
      outputs.push({
        pretty: problems(pretty.err),
        listed: findings.map(({ severity, code, message, file, range: { start } }) => ({
          severity,
          code,
          message,
          place: `${file}:${start.line}:${start.column}`,
        })),
      });
    }
  });

  it("finds each finding of `ctv check`, and where it is", () => {
    expect(outputs.flatMap(({ listed }) => listed).length).toBeGreaterThan(10);
    for (const { pretty, listed } of outputs) expect(pretty).toEqual(listed);
  });
});

describe("the extension's language", () => {
  it("is coloured by the one grammar that there is", () => {
    const grammar: { readonly scopeName: string } = JSON.parse(readFileSync("grammar/highlight/ctv.tmLanguage.json", "utf8"));
    const ofPolicy = manifest.contributes.grammars.filter(({ language }) => language === "ctv");
    expect(ofPolicy.map(({ scopeName }) => scopeName)).toEqual([grammar.scopeName]);
  });

  it("has words with the characters that names have", () => {
    const { wordPattern } = read<{ readonly wordPattern: string }>("language-configuration.json");
    const words = (text: string): readonly string[] => text.match(new RegExp(wordPattern, "g")) ?? [];
    expect(words("allow redis-master -> back/orders : tcp/8080, 10.1.0.0/16")).toEqual([
      ..."allow redis-master back orders tcp 8080 10.1.0.0 16".split(" "),
    ]);
  });
});
