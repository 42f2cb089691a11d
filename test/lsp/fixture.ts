/** Fixtures: folders that are valid projects, with places marked by comments whose text is a name between bars; a place is right after its mark. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { TextEdit } from "vscode-languageserver-types";
import { disk } from "../../lsp/workspace/disk.js";
import { type View, type Workspace, makeWorkspace } from "../../lsp/workspace/workspace.js";

export interface Fixture {
  readonly workspace: Workspace;
  readonly uri: (file: string) => string;
  readonly text: (file: string) => string;
  readonly view: (file: string) => View;
  /** The offset of a mark in a file. */
  readonly mark: (name: string, file?: string) => number;
  /** Opens the file with another text. */
  readonly edit: (file: string, change: (text: string) => string) => void;
}

export const mainFile = "main.ctv";

export function openFixture(name: string): Fixture {
  const folder = resolve("test/lsp/fixtures", name);
  const workspace = makeWorkspace(disk);
  workspace.setFolders([pathToFileURL(folder).href]);
  const uri = (file: string): string => pathToFileURL(join(folder, file)).href;
  const text = (file: string): string => workspace.document(uri(file))?.text ?? readFileSync(join(folder, file), "utf8");
  let version = 0;
  return {
    workspace,
    uri,
    text,
    view: (file) => {
      const view = workspace.view(uri(file));
      if (view === undefined) throw new Error(`${file} is in no project`);
      return view;
    },
    mark: (mark, file = mainFile) => {
      const sign = `/*|${mark}|*/`;
      const at = text(file).indexOf(sign);
      if (at === -1) throw new Error(`${file} has no mark ${mark}`);
      return at + sign.length;
    },
    edit: (file, change) => workspace.open(uri(file), ++version, change(text(file))),
  };
}

/** A range as the text that it holds, with the line it is on. */
export function shown(
  text: string,
  range: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  },
): string {
  const lines = text.split("\n");
  const { start, end } = range;
  const inside = start.line === end.line ? lines[start.line].slice(start.character, end.character) : `${lines[start.line].slice(start.character)} …`;
  return `${start.line + 1}: ${inside}`;
}

/** The text after an editor has applied the edits, which speak of places in the text before any of them. */
export function applied(text: string, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create("file:///text.ctv", "ctv", 1, text), [...edits]);
}
