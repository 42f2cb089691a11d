/** Collects the declarations of all files into scopes: one for each file's top level, one for each tenant of the project. */
import type { Item } from "../../grammar/syntax.js";
import type * as syntax from "../../grammar/syntax.js";
import { duplicateName, misplacedStatement, reservedName, secondInstallation, shadowedName } from "../diagnostics/names.js";
import type { Report } from "../diagnostics/sink.js";
import type { LoadedFile } from "../source/files.js";
import { isProtocolName, isReservedPeer, reservedPeers } from "./builtins.js";
import { describeKind, findIn, nameSpaceOf } from "./symbols.js";
import type { Declaration, DeclarationNode, MutableScope, PolicySymbol, Scope, SymbolKind } from "./symbols.js";

/** A tenant, put together from every file that opens it. */
export interface TenantScope {
  readonly symbol: PolicySymbol;
  readonly name: string;
  readonly parts: readonly { readonly file: LoadedFile; readonly node: syntax.Tenant }[];
  readonly scope: Scope;
}

export interface Program {
  readonly files: ReadonlyMap<string, LoadedFile>;
  readonly fileScopes: ReadonlyMap<string, Scope>;
  /** In order of name. */
  readonly tenants: ReadonlyMap<string, TenantScope>;
  readonly symbolOfNode: ReadonlyMap<DeclarationNode, PolicySymbol>;
  /** Top-level symbols of all files by name, to say which file an unknown name could be imported from. */
  readonly topLevel: ReadonlyMap<string, readonly { readonly file: string; readonly symbol: PolicySymbol }[]>;
}

const atFile: ReadonlySet<Item["kind"]> = new Set([
  "import",
  "tenant",
  "param",
  "external",
  "service",
  "set",
  "qos",
  "fabric",
  "bgp",
  "aci",
  "test",
] as const);
const atTenant: ReadonlySet<Item["kind"]> = new Set([
  "namespaces",
  "default",
  "network",
  "group",
  "external",
  "set",
  "service",
  "policy",
  "export",
  "qos",
  "app",
  "contracts",
  "loadbalancer",
  "param",
  "test",
] as const);

/** Whether a statement may stand at a file's top level, or in a tenant. */
export function mayStand(kind: Item["kind"], place: "file" | "tenant"): boolean {
  return (place === "file" ? atFile : atTenant).has(kind);
}

/** The name that a statement declares, with the kind of symbol; nothing for statements that declare none. */
export function declaredName(item: Item): { readonly kind: SymbolKind; readonly name: syntax.Name; readonly node: DeclarationNode } | undefined {
  switch (item.kind) {
    case "import":
    case "namespaces":
    case "default":
    case "export":
    case "fabric":
    case "aci":
      return undefined;
    case "network":
    case "group":
    case "qos":
    case "loadbalancer":
    case "bgp":
      return item.name === undefined ? undefined : { kind: item.kind, name: item.name, node: item };
    default:
      return { kind: item.kind, name: item.name, node: item };
  }
}

interface MutableTenant {
  readonly name: string;
  readonly parts: { file: LoadedFile; node: syntax.Tenant }[];
  readonly scope: MutableScope;
  readonly declarations: Declaration[];
}

export function declare(files: ReadonlyMap<string, LoadedFile>, report: Report): Program {
  const fileScopes = new Map<string, MutableScope>();
  const tenants = new Map<string, MutableTenant>();
  const symbolOfNode = new Map<DeclarationNode, PolicySymbol>();
  const topLevel = new Map<string, { file: string; symbol: PolicySymbol }[]>();

  const add = (scope: MutableScope, item: Item, tenant: string | undefined, misplaced: boolean): PolicySymbol | undefined => {
    const declared = declaredName(item);
    if (declared === undefined) return undefined;
    const { kind, name, node } = declared;
    if (isReserved(kind, name.text)) {
      const meaning = isReservedPeer(name.text) ? reservedPeers[name.text] : `the whole protocol ${name.text}`;
      report(reservedName.make({ name: name.text, meaning }, { span: name.span }));
      return undefined;
    }
    const space = nameSpaceOf(kind);
    const names = scope.get(space) ?? new Map<string, PolicySymbol>();
    scope.set(space, names);
    const earlier = names.get(name.text);
    if (earlier !== undefined) {
      const related = earlier.declarations.map((entry) => ({ span: entry.nameSpan, message: `first declared here` }));
      report(duplicateName.make({ kind: describeKind(kind), name: name.text, other: describeKind(earlier.kind) }, { span: name.span, related }));
      return undefined;
    }
    const symbol: PolicySymbol = {
      kind,
      name: name.text,
      declarations: [{ node, nameSpan: name.span }],
      misplaced,
      ...(tenant === undefined ? {} : { tenant }),
      ...(item.doc === undefined ? {} : { doc: item.doc }),
    };
    names.set(name.text, symbol);
    symbolOfNode.set(node, symbol);
    return symbol;
  };

  const openTenant = (file: LoadedFile, node: syntax.Tenant): void => {
    const known: MutableTenant = tenants.get(node.name.text) ?? { name: node.name.text, parts: [], scope: new Map(), declarations: [] };
    tenants.set(known.name, known);
    known.parts.push({ file, node });
    known.declarations.push({ node, nameSpan: node.name.span });
    for (const item of node.items) {
      const misplaced = !mayStand(item.kind, "tenant");
      if (misplaced) report(misplacedAt(item, "tenant"));
      if (item.kind !== "tenant") add(known.scope, item, known.name, misplaced);
    }
  };

  for (const file of files.values()) {
    const scope: MutableScope = new Map();
    fileScopes.set(file.id, scope);
    for (const item of file.parsed.file.items) {
      const misplaced = !mayStand(item.kind, "file");
      if (misplaced) report(misplacedAt(item, "file"));
      if (item.kind === "tenant") {
        openTenant(file, item);
        continue;
      }
      const symbol = add(scope, item, undefined, misplaced);
      if (symbol !== undefined && symbol.kind !== "test") {
        const list = topLevel.get(symbol.name) ?? [];
        list.push({ file: file.id, symbol });
        topLevel.set(symbol.name, list);
      }
    }
  }
  reportSecondInstallations(files, report);

  const made = new Map<string, TenantScope>();
  for (const tenant of [...tenants.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const docs = tenant.parts.flatMap((part) => (part.node.doc === undefined ? [] : [part.node.doc]));
    const symbol: PolicySymbol = {
      kind: "tenant",
      name: tenant.name,
      declarations: tenant.declarations,
      misplaced: false,
      ...(docs.length === 0 ? {} : { doc: docs.join("\n\n") }),
    };
    for (const part of tenant.parts) symbolOfNode.set(part.node, symbol);
    made.set(tenant.name, { symbol, name: tenant.name, parts: tenant.parts, scope: tenant.scope });
  }
  const program: Program = { files, fileScopes, tenants: made, symbolOfNode, topLevel };
  reportShadowing(program, report);
  return program;
}

function isReserved(kind: SymbolKind, name: string): boolean {
  const space = nameSpaceOf(kind);
  return (space === "peer" && isReservedPeer(name)) || (space === "service" && isProtocolName(name));
}

function misplacedAt(item: Item, place: "file" | "tenant"): ReturnType<typeof misplacedStatement.make> {
  const right = place === "file" ? "in a tenant" : "at the top level of a file";
  return misplacedStatement.make(
    { statement: item.kind, place: place === "file" ? "at the top level" : "in a tenant", right },
    { span: { ...item.span, end: Math.min(item.span.end, item.span.start + item.kind.length) } },
  );
}

function reportSecondInstallations(files: ReadonlyMap<string, LoadedFile>, report: Report): void {
  for (const kind of ["fabric", "aci"] as const) {
    const all = [...files.values()].flatMap((file) => file.parsed.file.items.filter((item) => item.kind === kind));
    for (const item of all.slice(1)) {
      const keyword = { ...item.span, end: item.span.start + kind.length };
      report(secondInstallation.make({ statement: kind }, { span: keyword, related: [{ span: all[0].span, message: "the first is here" }] }));
    }
  }
}

/** Notes a tenant's declarations that hide one which the same file sees at the top level. */
function reportShadowing(program: Program, report: Report): void {
  for (const tenant of program.tenants.values()) {
    for (const part of tenant.parts) {
      const outer = [part.file.id, ...part.file.imports.filter((link) => link.usable).map((link) => link.target)].map((id) =>
        program.fileScopes.get(id),
      );
      for (const item of part.node.items) {
        const declared = declaredName(item);
        const symbol = declared === undefined ? undefined : program.symbolOfNode.get(declared.node);
        if (declared === undefined || symbol === undefined || symbol.kind === "test") continue;
        const hidden = outer
          .map((scope) => findIn(scope, nameSpaceOf(symbol.kind), symbol.name))
          .find((found) => found !== undefined && !found.misplaced);
        if (hidden === undefined) continue;
        const related = hidden.declarations.map((entry) => ({ span: entry.nameSpan, message: "hides this declaration" }));
        report(shadowedName.make({ name: symbol.name, kind: symbol.kind, tenant: tenant.name }, { span: declared.name.span, related }));
      }
    }
  }
}
