/** Types into a file of an example as a person would, by edits, and asks after each what an editor asks. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { finish } from "../../compiler/steps.js";
import { codeActions } from "../../lsp/features/actions/actions.js";
import { completion } from "../../lsp/features/completion/completion.js";
import { diagnosticsOf } from "./diagnostics.js";
import { inlayHints } from "../../lsp/features/hints.js";
import { hover } from "../../lsp/features/hover.js";
import { codeLenses } from "../../lsp/features/lenses.js";
import { semanticTokens } from "../../lsp/features/semanticTokens.js";
import { foldingRanges, selectionRanges } from "../../lsp/features/structure.js";
import { documentSymbols } from "../../lsp/features/symbols.js";
import { toRange } from "../../lsp/place.js";
import { disk } from "../../lsp/workspace/disk.js";
import { type View, makeWorkspace, typedOf } from "../../lsp/workspace/workspace.js";

/** Every source of the examples. */
export const exampleFiles: readonly string[] = disk.filesBelow(resolve("examples")).filter((path) => path.endsWith(".ctv"));

export interface Typist {
  /** The file as it is when nobody has typed. */
  readonly whole: string;
  /** Puts `text` in the place of `[start, end)`. */
  readonly edit: (start: number, end: number, text: string) => void;
  /** Asks everything with the cursor at an offset. A question that throws is not caught. */
  readonly ask: (offset: number) => void;
  /** The findings, as text, once nobody types: what is left for pauses is found too. */
  readonly findings: () => readonly string[];
}

/** Opens the file of an example in its project. */
export function sitDown(path: string): Typist {
  const workspace = makeWorkspace(disk);
  const uri = pathToFileURL(path).href;
  const whole = readFileSync(path, "utf8");
  let version = 1;
  let text = whole;
  workspace.open(uri, version, whole);
  const placeOf = (offset: number): { readonly line: number; readonly character: number } => {
    const before = text.slice(0, offset);
    return { line: before.split("\n").length - 1, character: offset - before.lastIndexOf("\n") - 1 };
  };
  const viewNow = (): View => {
    const view = workspace.view(uri);
    if (view === undefined) throw new Error(`${path} is in no project`);
    if (view.file.text !== text) throw new Error(`${path}: the server has another text than the editor`);
    return view;
  };
  return {
    whole,
    edit: (start, end, inserted) => {
      workspace.change(uri, ++version, [{ range: { start: placeOf(start), end: placeOf(end) }, text: inserted }]);
      text = text.slice(0, start) + inserted + text.slice(end);
    },
    ask: (offset) => {
      const view = viewNow();
      const everything = toRange(view.file.lines, { start: 0, end: text.length });
      const cursor = toRange(view.file.lines, { start: offset, end: offset });
      diagnosticsOf(view);
      completion(typedOf(view), offset);
      hover(view, offset);
      codeActions(view, cursor, undefined);
      documentSymbols(view);
      semanticTokens(view);
      foldingRanges(view);
      selectionRanges(view, [offset]);
      inlayHints(view, everything);
      codeLenses(view);
    },
    findings: () => {
      finish(workspace.projectOf(uri).wholeInSteps());
      return diagnosticsOf(viewNow()).map(({ code, range, message }) => `${range.start.line + 1}: ${String(code)}: ${String(message)}`);
    },
  };
}

/** Types the file from nothing, and asks at every `stride`th prefix. The findings once it is whole. */
export function typeFromNothing(typist: Typist, stride: number): readonly string[] {
  const { whole } = typist;
  typist.edit(0, whole.length, "");
  for (let at = 0; at < whole.length; at += stride) {
    typist.ask(at);
    typist.edit(at, at, whole.slice(at, at + stride));
  }
  return typist.findings();
}

/** Deletes every `stride`th character, asks, and puts it back. The findings once it is whole. */
export function deleteEach(typist: Typist, stride: number): readonly string[] {
  const { whole } = typist;
  for (let at = 0; at < whole.length; at += stride) {
    typist.edit(at, at + 1, "");
    typist.ask(at);
    typist.edit(at, at, whole[at]);
  }
  return typist.findings();
}
