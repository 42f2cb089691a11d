/** Sessions as editors lead them, over the server's standard streams: several folders, files that move and change, questions taken back. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "@jest/globals";
import type { ClientCapabilities, WorkspaceEdit } from "vscode-languageserver/node";
import { shippedPages } from "../../lsp/documentation.js";
import { generateProject } from "../bench/generate.js";
import { type Client, type Report, buildServer, startClient } from "./client.js";

const server = buildServer();
const scratch = mkdtempSync(join(tmpdir(), "ctv-session-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** A folder of this name with these files. */
function folderOf(
  name: string,
  files: Readonly<Record<string, string>>,
): {
  readonly uri: (file?: string) => string;
  readonly write: (file: string, text: string) => void;
} {
  const folder = join(scratch, name);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  return { uri: (file = "") => pathToFileURL(join(folder, file)).href, write };
}

async function withClient(
  folders: readonly string[],
  capabilities: ClientCapabilities,
  use: (client: Client) => Promise<void>,
  options?: unknown,
): Promise<void> {
  const client = await startClient(server, folders, capabilities, options);
  try {
    await use(client);
    expect(client.log).toEqual([]);
  } finally {
    expect(await client.stop()).toBe(0);
  }
}

const pulls: ClientCapabilities = { textDocument: { diagnostic: {} } };

interface AllReports {
  readonly items: readonly { readonly uri: string; readonly items?: readonly { readonly code?: string | number }[] }[];
}

const group = (name: string): string => `  group ${name} { match app = ${name} }\n`;
const shop = `import "names.ctv"\ntenant shop {\n${group("web")}  policy p { allow office -> web : http }\n}\n`;
const names = "external office = 198.51.100.0/24\n";

describe("a workspace of several folders and projects", () => {
  const one = folderOf("1", {
    "a/ctv.yaml": "",
    "a/main.ctv": shop,
    "a/names.ctv": names,
    "b/ctv.yaml": "",
    "b/main.ctv": "tenant b {\n  policy p { allow nobody -> any }\n}\n",
  });
  const two = folderOf("2", { "ctv.yaml": "", "main.ctv": `tenant two {\n${group("idle")}}\n` });

  it("answers about each project apart, and about a file of none", () =>
    withClient([one.uri(), two.uri()], { ...pulls, workspace: { workspaceFolders: true } }, async (client) => {
      const codes = async (): Promise<readonly string[]> => {
        const { items } = await client.request<AllReports>("workspace/diagnostic", { previousResultIds: [] });
        return items.flatMap(({ uri, items: found = [] }) => found.map(({ code }) => `${uri.split("/").slice(-2).join("/")} ${String(code)}`)).sort();
      };
      const known = ["2/main.ctv CTV4101", "b/main.ctv CTV2001"];
      expect(await codes()).toEqual(known);
      const third = folderOf("3", { "lonely.ctv": "service x = nothing\n" });
      client.notify("textDocument/didOpen", {
        textDocument: { uri: third.uri("lonely.ctv"), languageId: "ctv", version: 1, text: "service x = nothing\n" },
      });
      expect(await codes()).toEqual(["3/lonely.ctv CTV2001", "3/lonely.ctv CTV4102", ...known].sort());
      const symbols = await client.request<readonly { readonly name: string }[]>("workspace/symbol", { query: "" });
      expect(symbols.map(({ name }) => name)).toEqual(expect.arrayContaining(["shop", "office", "two", "idle"]));
    }));

  it("renames in the project of the name and in no other, and mends imports when files move", () =>
    withClient([one.uri(), two.uri()], pulls, async (client) => {
      const edit = await client.request<WorkspaceEdit>("textDocument/rename", {
        textDocument: { uri: one.uri("a/names.ctv") },
        position: { line: 0, character: 10 },
        newName: "desk",
      });
      expect(Object.keys(edit.changes ?? {}).sort()).toEqual([one.uri("a/main.ctv"), one.uri("a/names.ctv")]);
      const moved = await client.request<WorkspaceEdit>("workspace/willRenameFiles", {
        files: [{ oldUri: one.uri("a/names.ctv"), newUri: one.uri("a/shared/words.ctv") }],
      });
      expect(moved.changes).toEqual({
        [one.uri("a/main.ctv")]: [{ range: { start: { line: 0, character: 7 }, end: { line: 0, character: 18 } }, newText: '"shared/words.ctv"' }],
      });
    }));
});

describe("files that change on the disk", () => {
  it("are read again when the client says so, and the project file too", async () => {
    const folder = folderOf("watched", { "ctv.yaml": "", "main.ctv": shop });
    const watching: ClientCapabilities = { ...pulls, workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } };
    await withClient([folder.uri()], watching, async (client) => {
      await client.called("client/registerCapability");
      expect(JSON.stringify(client.heard)).toContain("**/*.ctv");
      const codes = async (): Promise<readonly unknown[]> => {
        const found = await client.request<Report>("textDocument/diagnostic", { textDocument: { uri: folder.uri("main.ctv") } });
        return found.kind === "full" ? found.items.map(({ code }) => code) : [];
      };
      expect(await codes()).toEqual(["CTV2005"]);
      folder.write("names.ctv", names);
      expect(await codes()).toEqual(["CTV2005"]);
      client.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: folder.uri("names.ctv"), type: 1 }] });
      expect(await codes()).toEqual([]);
      folder.write("ctv.yaml", "sources: [main.ctv]\nparams: { nothing: 1 }\n");
      client.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: folder.uri("ctv.yaml"), type: 2 }] });
      const yaml = await client.request<Report>("textDocument/diagnostic", { textDocument: { uri: folder.uri("ctv.yaml") } });
      expect(yaml.kind === "full" ? yaml.items.length : 0).toBeGreaterThan(0);
    });
  });
});

describe("the first load", () => {
  it("says how far it is", async () => {
    const folder = folderOf("loaded", { "a/ctv.yaml": "", "a/main.ctv": shop, "a/names.ctv": names, "b/ctv.yaml": "", "b/main.ctv": "" });
    await withClient([folder.uri()], { ...pulls, window: { workDoneProgress: true } }, async (client) => {
      await client.called("$/progress", 4);
      expect(client.heard.map(({ method }) => method).filter((method) => method === "window/workDoneProgress/create")).toHaveLength(1);
      const kinds = client.heard.flatMap(({ method, params }) =>
        method === "$/progress" ? [/"kind":"(\w+)"/.exec(JSON.stringify(params))?.[1] ?? ""] : [],
      );
      expect(kinds).toEqual(["begin", "report", "report", "end"]);
    });
  });
});

describe("a question that is taken back", () => {
  const large = generateProject(1500);
  const folder = folderOf("large", { "ctv.yaml": "", "main.ctv": large });
  const textDocument = { uri: folder.uri("main.ctv") };

  it("is given up while the check for it is under way, and the next one is answered", () =>
    withClient([], pulls, async (client) => {
      client.notify("textDocument/didOpen", { textDocument: { ...textDocument, languageId: "ctv", version: 1, text: large } });
      const { answer, takeBack } = client.ask<Report>("textDocument/diagnostic", { textDocument });
      await new Promise((resolve) => setTimeout(resolve, 60));
      takeBack();
      await expect(answer).rejects.toMatchObject({ code: -32800 });
      const found = await client.request<Report>("textDocument/diagnostic", { textDocument });
      expect(found.kind === "full" ? found.items.length : 0).toBeGreaterThan(0);
    }));

  it("does not keep others waiting: a hover is answered before the findings that were asked for first", () =>
    withClient([], pulls, async (client) => {
      client.notify("textDocument/didOpen", { textDocument: { ...textDocument, languageId: "ctv", version: 1, text: large } });
      await client.request<Report>("textDocument/diagnostic", { textDocument });
      const order: string[] = [];
      client.notify("textDocument/didChange", {
        textDocument: { ...textDocument, version: 2 },
        // Nothing of what was checked before is of use for this one.
        contentChanges: [{ text: large.replace("tenant bench", "tenant other").replaceAll("tier = ", "level = ") }],
      });
      const findings = client.request("textDocument/diagnostic", { textDocument }).then(() => order.push("findings"));
      const completion = client
        .request("textDocument/completion", { textDocument, position: { line: 0, character: 0 } })
        .then(() => order.push("completion"));
      await Promise.all([findings, completion]);
      expect(order[0]).toBe("completion");
    }));
});

describe("what the targets make of a large project", () => {
  const large = generateProject(400).replace("deny suspect -> any log", "deny suspect -> 192.0.2.0/24 : tcp/7 log");
  const folder = folderOf("targets", { "ctv.yaml": "targets: { kubernetes: {}, contiv: {} }\n", "main.ctv": large });
  const textDocument = { uri: folder.uri("main.ctv") };
  const counted = async (client: Client): Promise<readonly string[]> => {
    const lenses = await client.request<readonly { readonly command?: { readonly title: string } }[]>("textDocument/codeLens", { textDocument });
    return lenses.flatMap(({ command }) => (/ Contiv objects?/.test(command?.title ?? "") ? [command?.title ?? ""] : []));
  };

  it("is found out in a thread, for the text as it is last", () =>
    withClient([folder.uri()], pulls, async (client) => {
      client.notify("textDocument/didOpen", { textDocument: { ...textDocument, languageId: "ctv", version: 1, text: large } });
      await made(client);
      const before = await counted(client);
      const edit = (version: number, text: string): void => {
        client.notify("textDocument/didChange", { textDocument: { ...textDocument, version }, contentChanges: [{ text }] });
      };
      edit(2, large.replace("policy p0 ", "policy first "));
      await new Promise((resolve) => setTimeout(resolve, 350));
      edit(3, large.replace(/\n  policy p0 [^}]*\n {2}\}/, ""));
      expect(await counted(client)).toEqual([]);
      await made(client);
      expect((await counted(client)).length).toBe(before.length - 1);
      const found = await client.request<Report>("textDocument/diagnostic", { textDocument });
      expect(found.kind === "full" && found.items.some(({ code }) => String(code).startsWith("CTV5"))).toBe(true);
    }));

  const watching: ClientCapabilities = { ...pulls, window: { workDoneProgress: true } };
  const asks: readonly (readonly [string, object])[] = [
    ["ctv/targetText", { target: "contiv" }],
    ["ctv/matrix", {}],
    ["ctv/runTest", {}],
    ["ctv/explainFlow", { question: "g1 -> g2 : tcp/80" }],
    ["workspace/executeCommand", { command: "ctv.showTarget", arguments: [textDocument.uri] }],
  ];

  it("is answered by the thread when it is asked for, and everything else meanwhile, with a word to the reader", () =>
    withClient([folder.uri()], watching, async (client) => {
      for (const [method, params] of asks) {
        const order: string[] = [];
        const answer = client.request<object>(method, { uri: textDocument.uri, ...params }).then((found) => {
          order.push(method);
          return found;
        });
        await client.request("textDocument/completion", { textDocument, position: { line: 0, character: 0 } });
        order.push("completion");
        expect([await answer, order]).toEqual([expect.anything(), ["completion", method]]);
      }
      const begun = client.heard.flatMap(({ method, params }) => (method === "$/progress" ? [params] : []));
      expect(begun.filter((params) => JSON.stringify(params).includes("compiling for contiv")).length).toBe(2);
      expect(begun).toContainEqual(expect.objectContaining({ value: expect.objectContaining({ kind: "begin", cancellable: true }) }));
      expect(begun.filter((params) => JSON.stringify(params).includes('"end"')).length).toBeGreaterThanOrEqual(asks.length);
      expect(client.log).toEqual([]);
    }));

  it("is left when it is taken back", () =>
    withClient([folder.uri()], pulls, async (client) => {
      const first = client.ask("ctv/targetText", { uri: textDocument.uri, target: "contiv" });
      const second = client.ask("ctv/targetText", { uri: textDocument.uri, target: "kubernetes" });
      second.takeBack();
      await expect(second.answer).rejects.toThrow(/cancelled/);
      expect(await first.answer).toMatchObject({ artefacts: expect.anything() });
      expect(await client.request("ctv/matrix", { uri: textDocument.uri })).toMatchObject({ svg: expect.anything() });
    }));

  const made = async (client: Client): Promise<void> => {
    for (let tries = 0; tries < 200 && (await counted(client)).length === 0; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
  };
});

describe("what the editor chooses", () => {
  const folder = folderOf("chosen", {
    "ctv.yaml": "environments:\n  small: { params: { ports: 80 } }\n  large: { params: { ports: 443 } }\n",
    "main.ctv": "param ports: port\nservice web = tcp/ports\n",
  });
  const hover = (client: Client): Promise<{ readonly contents: { readonly value: string } }> =>
    client.request("textDocument/hover", { textDocument: { uri: folder.uri("main.ctv") }, position: { line: 1, character: 9 } });

  it("is the environment: at the start, and later", () =>
    withClient(
      [folder.uri()],
      pulls,
      async (client) => {
        expect((await hover(client)).contents.value).toContain("tcp/443");
        client.notify("workspace/didChangeConfiguration", { settings: { ctv: { environment: "small" } } });
        expect((await hover(client)).contents.value).toContain("tcp/80");
        client.notify("workspace/didChangeConfiguration", { settings: { ctv: { environment: ["no", "text"] } } });
        expect((await hover(client)).contents.value).toContain("tcp/80");
      },
      { environment: "large" },
    ));
});

describe("a client that shows codes as links", () => {
  const folder = folderOf("linked", { "ctv.yaml": "", "main.ctv": "service unused = tcp/1\n" });
  const linked: ClientCapabilities = { textDocument: { diagnostic: {}, publishDiagnostics: { codeDescriptionSupport: true } } };
  const link = async (client: Client): Promise<string | undefined> => {
    const found = await client.request<Report>("textDocument/diagnostic", { textDocument: { uri: folder.uri("main.ctv") } });
    return found.kind === "full" ? found.items[0].codeDescription?.href : undefined;
  };

  it("gets the address that the editor chose, and otherwise none where no pages are shipped", () =>
    withClient([folder.uri()], linked, async (client) => {
      expect(await link(client)).toBeUndefined();
      client.notify("workspace/didChangeConfiguration", { settings: { ctv: { documentation: "https://example.org/{code}.html" } } });
      expect(await link(client)).toBe("https://example.org/CTV4102.html");
      client.notify("workspace/didChangeConfiguration", { settings: { ctv: { documentation: "https://example.org/codes#" } } });
      expect(await link(client)).toBe("https://example.org/codes#CTV4102");
    }));

  it("gets the page that is shipped with the program, where there is one", () => {
    const pageOf = shippedPages(resolve("dist/ctv.cjs"));
    expect([pageOf("CTV4102"), pageOf("CTV0000")]).toEqual([pathToFileURL(resolve("docs/diagnostics/CTV4102.md")).href, undefined]);
    expect(shippedPages(join(scratch, "nowhere/ctv.cjs"))("CTV4102")).toBeUndefined();
  });
});

describe("a client without commands of its own", () => {
  const text = `tenant shop {\n${group("web")}${group("db")}  policy p { allow web -> db : redis }\n  test "good" { expect allow web -> db : redis }\n  test "bad" { expect allow db -> web }\n}\n`;
  const folder = folderOf("commands", { "ctv.yaml": "targets: { kubernetes: {} }\n", "main.ctv": text });
  const uri = folder.uri("main.ctv");

  it("has the server run tests, show a target's output and explain flows, and is told what came of it", () =>
    withClient([folder.uri()], pulls, async (client) => {
      const run = (command: string, ...args: unknown[]): Promise<unknown> => client.request("workspace/executeCommand", { command, arguments: args });
      const lenses = await client.request<readonly { readonly command?: { readonly command: string; readonly arguments?: readonly unknown[] } }[]>(
        "textDocument/codeLens",
        { textDocument: { uri } },
      );
      const test = lenses.find(({ command }) => command?.command === "ctv.runTest")?.command;
      expect(await run("ctv.runTest", ...(test?.arguments ?? []))).toMatchObject([{ name: "good", passed: true }]);
      expect(await run("ctv.runTest", uri)).toMatchObject([{ passed: true }, { passed: false }]);
      expect(await run("ctv.showTarget", uri)).toMatchObject([{ target: "kubernetes" }]);
      expect(await run("ctv.explainFlow", { uri, question: "web -> db : redis" })).toMatchObject({ text: expect.stringContaining("**allowed**") });
      expect(await run("ctv.showTarget", uri, "contiv")).toMatchObject([
        { target: "contiv", findings: expect.arrayContaining([expect.stringMatching(/^main\.ctv:\d+: CTV52\d\d: /)]) },
      ]);
      await expect(run("ctv.runTest")).rejects.toThrow(/needs the URI/);
      await expect(run("ctv.nothing", uri)).rejects.toThrow(/no command ctv.nothing/);
      await client.called("window/showMessage", 5);
      const said = client.heard.flatMap(({ method, params }) => (method === "window/showMessage" ? [params] : []));
      expect(said).toMatchObject([
        { type: 3, message: "1 of 1 test holds" },
        { type: 1, message: expect.stringMatching(/^1 of 2 tests hold\nbad: /) },
        { type: 3, message: expect.stringMatching(/^kubernetes: \d+ files\. `ctv compile` writes them\.$/) },
        { type: 3 },
        { type: 3, message: expect.stringMatching(/^contiv: \d+ files\. `ctv compile` writes them\.\ncontiv: main\.ctv:\d+: CTV52/) },
      ]);
    }));

  it("is not offered what it says that it has", async () => {
    const offered = async (options: unknown): Promise<unknown> => {
      const client = await startClient(server, [folder.uri()], pulls, options);
      await client.stop();
      return client.initialized.capabilities.executeCommandProvider?.commands;
    };
    expect(await offered({})).toEqual(["ctv.runTest", "ctv.showTarget", "ctv.showMatrix", "ctv.explainFlow"]);
    expect(await offered({ ownCommands: true })).toBeUndefined();
  });
});
