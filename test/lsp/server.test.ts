import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { buildServer, startClient } from "./client.js";
import type { Client, Report } from "./client.js";

const server = buildServer();
const folder = pathToFileURL(resolve("test/lsp/fixtures/guestbook")).href;
const uri = `${folder}/main.ctv`;
const text = readFileSync("test/lsp/fixtures/guestbook/main.ctv", "utf8");
const textDocument = { uri };

async function withClient(capabilities: Parameters<typeof startClient>[2], use: (client: Client) => Promise<void>): Promise<void> {
  const client = await startClient(server, folder, capabilities);
  try {
    client.notify("textDocument/didOpen", { textDocument: { uri, languageId: "ctv", version: 1, text } });
    await use(client);
    expect(client.log).toEqual([]);
  } finally {
    expect(await client.stop()).toBe(0);
  }
}

const lineOf = (part: string): number => text.slice(0, text.indexOf(part)).split("\n").length - 1;

describe("the server over its standard streams", () => {
  it("sends findings with the version of the text, and takes them back", () =>
    withClient({}, async (client) => {
      const first = await client.pushed(uri);
      expect(first).toEqual({ uri, version: 1, diagnostics: [] });
      const line = lineOf("allow world");
      client.notify("textDocument/didChange", {
        textDocument: { uri, version: 2 },
        contentChanges: [{ range: { start: { line, character: 10 }, end: { line, character: 15 } }, text: "wrld" }],
      });
      const wrong = await client.pushed(uri);
      expect(wrong.version).toBe(2);
      expect(wrong.diagnostics.map(({ code, range }) => [code, range.start])).toEqual([["CTV2001", { line, character: 10 }]]);
      client.notify("textDocument/didChange", {
        textDocument: { uri, version: 3 },
        contentChanges: [{ range: { start: { line, character: 10 }, end: { line, character: 14 } }, text: "world" }],
      });
      expect(await client.pushed(uri)).toEqual({ uri, version: 3, diagnostics: [] });
    }));

  it("answers those who ask for findings, and says when nothing changed", () =>
    withClient({ textDocument: { diagnostic: {} } }, async (client) => {
      const first = await client.request<Report>("textDocument/diagnostic", { textDocument });
      expect(first).toMatchObject({ kind: "full", items: [] });
      expect(await client.request<Report>("textDocument/diagnostic", { textDocument, previousResultId: first.resultId })).toEqual({
        kind: "unchanged",
        resultId: first.resultId,
      });
      client.notify("textDocument/didChange", { textDocument: { uri, version: 2 }, contentChanges: [{ text: "tenant t {" }] });
      const broken = await client.request<Report>("textDocument/diagnostic", { textDocument, previousResultId: first.resultId });
      expect(broken.kind === "full" ? broken.items.map(({ code }) => code) : []).toEqual([expect.stringMatching(/^CTV1/)]);
      const all = await client.request<{ readonly items: readonly { readonly uri: string }[] }>("workspace/diagnostic", { previousResultIds: [] });
      expect(all.items.map((item) => item.uri.slice(folder.length))).toEqual(expect.arrayContaining(["/main.ctv", "/ctv.yaml"]));
    }));

  it("completes, renames, formats and explains what is typed and not saved", () =>
    withClient({ textDocument: { diagnostic: {} } }, async (client) => {
      const line = lineOf("deny office");
      const changed = text.replace("deny office -> any", "deny office   ->   ");
      client.notify("textDocument/didChange", { textDocument: { uri, version: 2 }, contentChanges: [{ text: changed }] });
      const { items } = await client.request<{ readonly items: readonly { readonly label: string; readonly data?: unknown }[] }>(
        "textDocument/completion",
        {
          textDocument,
          position: { line, character: 23 },
        },
      );
      expect(items.map(({ label }) => label)).toContain("frontend");
      const frontend = items.find(({ label }) => label === "frontend");
      expect(await client.request("completionItem/resolve", frontend)).toMatchObject({
        documentation: { value: expect.stringContaining("Serves the pages.") },
      });
      client.notify("textDocument/didChange", {
        textDocument: { uri, version: 3 },
        contentChanges: [{ text: text.replace("deny office", "deny   office") }],
      });
      const edits = await client.request<{ readonly newText: string }[]>("textDocument/formatting", {
        textDocument,
        options: { tabSize: 2, insertSpaces: true },
      });
      expect(edits).toHaveLength(1);
      const edit = await client.request<{ readonly changes: Readonly<Record<string, readonly unknown[]>> }>("textDocument/rename", {
        textDocument,
        position: { line, character: 12 },
        newName: "branch",
      });
      expect(Object.keys(edit.changes).map((file) => file.split("/").at(-1))).toEqual(["main.ctv", "offices.ctv"]);
      await expect(client.request("textDocument/rename", { textDocument, position: { line: 0, character: 0 }, newName: "x" })).rejects.toThrow(
        /no declared name/,
      );
      expect(await client.request("ctv/explainFlow", { uri, question: "world -> redis-master" })).toMatchObject({
        text: expect.stringContaining("denied"),
      });
    }));

  it("lives through every kind of request at every kind of place", () =>
    withClient({ textDocument: { diagnostic: {} } }, async (client) => {
      const methods = ["hover", "definition", "documentHighlight", "completion", "prepareCallHierarchy"];
      const wholes = ["documentSymbol", "foldingRange", "documentLink", "codeLens", "semanticTokens/full"];
      for (const broken of ["", "}", text.slice(0, 700), "\u0000", "tenant é {", text.replaceAll("\n", "\r\n")]) {
        client.notify("textDocument/didChange", { textDocument: { uri, version: 2 }, contentChanges: [{ text: broken }] });
        for (const method of methods) {
          for (const position of [
            { line: 0, character: 0 },
            { line: 20, character: 8 },
            { line: 9999, character: 9999 },
          ]) {
            await client.request(`textDocument/${method}`, { textDocument, position });
          }
        }
        for (const method of wholes) await client.request(`textDocument/${method}`, { textDocument });
        await client.request("textDocument/codeAction", {
          textDocument,
          range: { start: { line: 0, character: 0 }, end: { line: 50, character: 0 } },
          context: { diagnostics: [] },
        });
      }
      expect(await client.request("textDocument/hover", { textDocument: { uri: "untitled:1" }, position: { line: 0, character: 0 } })).toBeNull();
      expect(
        await client.request("textDocument/hover", { textDocument: { uri: `${folder}/ctv.yaml` }, position: { line: 0, character: 0 } }),
      ).toBeNull();
    }));
});
