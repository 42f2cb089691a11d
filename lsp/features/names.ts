/** Where a name is declared and used, and giving it another. */
import { type DocumentHighlight, DocumentHighlightKind, type Location, type Range, type WorkspaceEdit } from "vscode-languageserver-types";
import type { Occurrence } from "../../compiler/bind/facts.js";
import { isName } from "../../compiler/bind/names.js";
import { findIn, nameSpaceOf } from "../../compiler/bind/symbols.js";
import type { PolicySymbol } from "../../compiler/bind/symbols.js";
import { isPlainName } from "../../grammar/format/names.js";
import { locationOf, rangeOf } from "../place.js";
import { projectFileName } from "../workspace/disk.js";
import type { View } from "../workspace/workspace.js";
import { renamedKeys } from "./paramkeys.js";

export function occurrenceAt(view: View, offset: number): Occurrence | undefined {
  return view.checked.names.occurrenceAt(view.file.id, offset);
}

/** Where the name at `offset` is declared; for the path of an import, the file. */
export function definition(view: View, offset: number): Location[] {
  const link = view.file.imports.find(({ node }) => node.path.span.start <= offset && offset <= node.path.span.end);
  if (link !== undefined)
    return link.usable ? [{ uri: view.uriOf(link.target), range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } }] : [];
  const found = occurrenceAt(view, offset);
  return found === undefined ? [] : found.symbol.declarations.map(({ nameSpan }) => locationOf(view, nameSpan));
}

export function references(view: View, offset: number, withDeclaration: boolean): Location[] {
  return occurrencesOf(view, offset)
    .filter(({ declaration }) => withDeclaration || !declaration)
    .map(({ span }) => locationOf(view, span));
}

export function highlights(view: View, offset: number): DocumentHighlight[] {
  return occurrencesOf(view, offset)
    .filter(({ span }) => span.file === view.file.id)
    .map(({ span, declaration }) => ({ range: rangeOf(view, span), kind: declaration ? DocumentHighlightKind.Write : DocumentHighlightKind.Read }));
}

/** In order of file and position. */
function occurrencesOf(view: View, offset: number): readonly Occurrence[] {
  const found = occurrenceAt(view, offset);
  if (found === undefined) return [];
  return [...view.checked.names.occurrencesOf(found.symbol)].sort(
    (left, right) => (left.span.file < right.span.file ? -1 : left.span.file > right.span.file ? 1 : 0) || left.span.start - right.span.start,
  );
}

export type Renaming =
  { readonly kind: "refused"; readonly reason: string } | { readonly kind: "possible"; readonly range: Range; readonly placeholder: string };

/** Whether the name at `offset` can be given another. */
export function prepareRename(view: View, offset: number): Renaming {
  const found = occurrenceAt(view, offset);
  if (found === undefined) return { kind: "refused", reason: "There is no declared name here." };
  if (found.symbol.declarations.length === 0)
    return { kind: "refused", reason: `"${found.symbol.name}" is built in; declare a service of your own to change it.` };
  return { kind: "possible", range: rangeOf(view, found.span), placeholder: found.symbol.name };
}

export type Renamed = { readonly kind: "refused"; readonly reason: string } | { readonly kind: "renamed"; readonly edit: WorkspaceEdit };

/** The edits that give the name at `offset` another, in every file of the project and in the project file, with quotes where the new name needs them. */
export function rename(view: View, offset: number, newName: string): Renamed {
  const found = occurrenceAt(view, offset);
  const prepared = prepareRename(view, offset);
  if (prepared.kind === "refused" || found === undefined) return { kind: "refused", reason: prepared.kind === "refused" ? prepared.reason : "" };
  const name = newName.replace(/^"(.*)"$/, "$1");
  const reason = whyNot(view, found.symbol, name);
  if (reason !== undefined) return { kind: "refused", reason };
  const text = found.symbol.kind === "test" || !isPlainName(name) ? JSON.stringify(name) : name;
  const changes: Record<string, { range: Range; newText: string }[]> = {};
  for (const { span } of occurrencesOf(view, offset)) (changes[view.uriOf(span.file)] ??= []).push({ range: rangeOf(view, span), newText: text });
  const keys = renamedKeys(view, found.symbol, name);
  if (keys.length > 0) changes[view.uriOf(projectFileName)] = [...keys];
  return { kind: "renamed", edit: { changes } };
}

/** Why the symbol cannot have this name; nothing where it can. */
function whyNot(view: View, symbol: PolicySymbol, name: string): string | undefined {
  if (symbol.kind === "test") return name.trim() === "" ? "A test needs a title." : undefined;
  if (!isName(name)) return `"${name}" is no name: names have letters, digits, and "-" or "." inside, at most 64 of them.`;
  const space = nameSpaceOf(symbol.kind);
  const { program } = view.checked;
  const scopes = symbol.tenant === undefined ? [...program.fileScopes.values()] : [program.tenants.get(symbol.tenant)];
  const taken =
    symbol.kind === "tenant"
      ? program.tenants.get(name)?.symbol
      : scopes.map((declared) => findIn(declared?.scope, space, name)).find((other) => other !== undefined);
  return taken === undefined || taken === symbol ? undefined : `There is a ${taken.kind} named "${name}" already.`;
}
