/** Names of params in the project file, which change with the params. */
import type { Range, TextEdit } from "vscode-languageserver-types";
import type { PolicySymbol } from "../../compiler/bind/symbols.js";
import { paramKeys } from "../../compiler/source/projectplaces.js";
import { lineMap } from "../../grammar/span.js";
import { toRange } from "../place.js";
import { projectFileName } from "../workspace/disk.js";
import type { View } from "../workspace/workspace.js";

/** The edits to the project file that go with giving the symbol another name: to keys that name a param, or the tenant of one. */
export function renamedKeys(view: View, symbol: PolicySymbol, name: string): readonly TextEdit[] {
  const text = view.project.textOf(projectFileName);
  if (text === undefined || (symbol.kind !== "param" && symbol.kind !== "tenant")) return [];
  const lines = lineMap(text);
  return paramKeys(projectFileName, text).flatMap((key) => {
    const renamed = renamedKey(view, symbol, key.name, name);
    if (renamed === undefined) return [];
    const range: Range = toRange(lines, key.span);
    const quoted = /^["']/.test(text.slice(key.span.start, key.span.end));
    return [{ range, newText: quoted || !isPlainKey(renamed) ? JSON.stringify(renamed) : renamed }];
  });
}

/** A key without a tenant gives a value to all params of its name, and changes with the last of them. */
function renamedKey(view: View, { kind, name, tenant }: PolicySymbol, key: string, to: string): string | undefined {
  if (kind === "tenant") return key.startsWith(`${name}/`) ? `${to}${key.slice(name.length)}` : undefined;
  if (tenant !== undefined && key === `${tenant}/${name}`) return `${tenant}/${to}`;
  const namesakes = view.checked.names.symbols.filter((other) => other.kind === "param" && other.name === name);
  return key === name && namesakes.length === 1 ? to : undefined;
}

/** What YAML reads as a text without quotes. */
function isPlainKey(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9./-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
}
