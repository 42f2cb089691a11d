import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { codeActions } from "../../lsp/features/actions/actions.js";
import { completion } from "../../lsp/features/completion/completion.js";
import { diagnosticsOf } from "../../lsp/features/diagnostics.js";
import { inlayHints } from "../../lsp/features/hints.js";
import { hover } from "../../lsp/features/hover.js";
import { codeLenses } from "../../lsp/features/lenses.js";
import { semanticTokens } from "../../lsp/features/semanticTokens.js";
import { foldingRanges, selectionRanges } from "../../lsp/features/structure.js";
import { documentSymbols } from "../../lsp/features/symbols.js";
import { toRange } from "../../lsp/place.js";
import { makeWorkspace } from "../../lsp/workspace/workspace.js";

const whole = readFileSync("test/fixtures/language/guestbook.ctv", "utf8").replace(/^import.*$/m, "external office = 203.0.113.0/24");
const uri = "file:///project/main.ctv";

/** Coarse by default; the long run takes every character. */
const stride = process.env.CTV_LONG === "1" ? 1 : 11;

/** Types the texts one after the other, as edits of one document, and asks everything at `offset` each time. */
function type(texts: Iterable<{ readonly text: string; readonly offset: number }>): readonly string[] {
  const workspace = makeWorkspace({ read: () => undefined, filesBelow: () => [], isFile: () => false });
  workspace.open(uri, 1, whole);
  let version = 1;
  let last: readonly string[] = [];
  for (const { text, offset } of texts) {
    workspace.change(uri, ++version, [{ text }]);
    const view = workspace.view(uri);
    if (view === undefined) throw new Error("the document is in no project");
    const everything = toRange(view.file.lines, { start: 0, end: text.length });
    last = diagnosticsOf(view).map(({ code, severity }) => `${String(severity)} ${String(code)}`);
    completion(view, offset);
    hover(view, offset);
    codeActions(view, { start: everything.start, end: everything.start }, undefined);
    documentSymbols(view);
    semanticTokens(view);
    foldingRanges(view);
    selectionRanges(view, [offset]);
    inlayHints(view, everything);
    codeLenses(view);
  }
  return last;
}

describe("typing", () => {
  it("answers at every prefix of a file, and is content when the file is whole", () => {
    const prefixes = Array.from({ length: Math.floor(whole.length / stride) }, (_, index) => ({
      text: whole.slice(0, index * stride),
      offset: index * stride,
    }));
    expect(type([...prefixes, { text: whole, offset: 0 }]).filter((found) => found.startsWith("1"))).toEqual([]);
  });

  it("answers when any one character is missing, and is content when it is back", () => {
    const gaps = Array.from({ length: Math.floor(whole.length / stride) }, (_, index) => index * stride);
    const texts = gaps.flatMap((at) => [{ text: whole.slice(0, at) + whole.slice(at + 1), offset: at }]);
    expect(type([...texts, { text: whole, offset: 0 }]).filter((found) => found.startsWith("1"))).toEqual([]);
  });
});
