/** Declarations that nobody uses, found in the side table of names. For files that could be read whole: what could not may use anything. */
import type { Span } from "../../grammar/span.js";
import { rulesAsRead } from "../../grammar/reparse/moved.js";
import type { Item } from "../../grammar/syntax.js";
import type { Program } from "../bind/declare.js";
import type { Facts } from "../bind/facts.js";
import { describeKind } from "../bind/symbols.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Diagnostic, Fix } from "../diagnostics/diagnostic.js";
import type { Report } from "../diagnostics/sink.js";
import {
  emptyPolicy,
  unusedExternal,
  unusedGroup,
  unusedImport,
  unusedParam,
  unusedProfile,
  unusedService,
  unusedSet,
} from "../diagnostics/usage.js";
import type { LoadedFile } from "../source/files.js";

/** `meant` are names that a misspelt one may have been meant to be: nobody can say that they are unused. */
export function checkUsage(program: Program, facts: Facts, meant: ReadonlySet<string>, report: Report): void {
  for (const [node, symbol] of program.symbolOfNode) {
    const declaration = symbol.declarations.find((entry) => entry.node === node);
    if (declaration === undefined || symbol.misplaced) continue;
    if (node.kind === "policy") {
      if (rulesAsRead(node).length === 0)
        report(emptyPolicy.make({ name: symbol.name }, { span: declaration.nameSpan, fixes: [removal(program, node)] }));
      continue;
    }
    if (facts.isUsed(symbol) || meant.has(symbol.name)) continue;
    const found = unused(symbol, declaration.nameSpan, removal(program, node));
    if (found !== undefined) report(found);
  }
  for (const file of program.files.values()) checkImports(program, facts, file, report);
}

function unused(symbol: PolicySymbol, span: Span, fix: Fix): Diagnostic | undefined {
  const { name } = symbol;
  const details = { span, fixes: [fix] };
  switch (symbol.kind) {
    case "group":
      return unusedGroup.make({ name }, details);
    case "service":
      return unusedService.make({ name }, details);
    case "set":
      return unusedSet.make({ name }, details);
    case "external":
      return unusedExternal.make({ name }, details);
    case "param":
      return unusedParam.make({ name }, details);
    case "qos":
    case "contracts":
      return unusedProfile.make({ kind: describeKind(symbol.kind).replace(/^an? /, ""), name }, details);
    case "tenant":
    case "network":
    case "policy":
    case "app":
    case "loadbalancer":
    case "bgp":
    case "test":
      return undefined;
  }
}

/** Takes a declaration out with the line end behind it, and the indent before it where it stands alone on its line. */
function removal(program: Program, node: { readonly span: Span }): Fix {
  const text = program.files.get(node.span.file)?.text ?? "";
  let { start, end } = node.span;
  while (start > 0 && (text[start - 1] === " " || text[start - 1] === "\t")) start--;
  const alone = start === 0 || text[start - 1] === "\n";
  if (alone && text.startsWith("\r\n", end)) end += 2;
  else if (alone && text.startsWith("\n", end)) end += 1;
  return { title: "remove it", safe: false, edits: [{ span: { ...node.span, start: alone ? start : node.span.start, end }, text: "" }] };
}

/** Statements that only give names to things: a file of nothing else has no effect but through its names. */
const naming: ReadonlySet<Item["kind"]> = new Set(["import", "param", "external", "service", "set", "qos"] as const);

function checkImports(program: Program, facts: Facts, file: LoadedFile, report: Report): void {
  if (file.imports.length === 0) return;
  const used = new Set([...facts.usedIn(file.id)].flatMap((symbol) => symbol.declarations.map((declaration) => declaration.node.span.file)));
  for (const link of file.imports) {
    const target = program.files.get(link.target);
    if (!link.usable || target === undefined || used.has(link.target)) continue;
    if (!target.parsed.file.items.every((item) => naming.has(item.kind))) continue;
    report(unusedImport.make({ path: link.node.path.text }, { span: link.node.span, fixes: [{ ...removal(program, link.node), safe: true }] }));
  }
}
