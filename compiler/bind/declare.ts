/** The names that a statement declares, collected into scopes: one for each file's top level, one for each tenant of the project. */
import type { Item } from "../../grammar/syntax.js";
import type * as syntax from "../../grammar/syntax.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { duplicateName, misplacedStatement, reservedName, shadowedName } from "../diagnostics/names.js";
import type { LoadedFile } from "../source/files.js";
import { isProtocolName, isReservedPeer, reservedPeers } from "./builtins.js";
import { describeKind, findIn, nameSpaceOf } from "./symbols.js";
import type { DeclarationNode, MutableScope, PolicySymbol, Scope, SymbolKind } from "./symbols.js";

/** Where names are declared, with what there was to say about declaring them. */
export interface Declared {
  readonly scope: Scope;
  readonly symbolOfNode: ReadonlyMap<DeclarationNode, PolicySymbol>;
  readonly findings: readonly Diagnostic[];
}

/**
 * What a file declares outside tenants. Whatever its names stand for depends on the file and on those that it imports alone, so they stand
 * for the same as long as this is the same object.
 */
export interface FileScope extends Declared {
  readonly file: LoadedFile;
  /** Of the files whose names it sees: each once, and none that leads back to it. */
  readonly imports: readonly FileScope[];
  readonly tenants: readonly syntax.Tenant[];
  /** Statements that are about the whole installation, and tests. */
  readonly outside: readonly Item[];
}

/** A tenant, put together from every file that opens it. Its names stand for the same as long as this is the same object. */
export interface TenantScope extends Declared {
  readonly symbol: PolicySymbol;
  readonly name: string;
  /** One at least. */
  readonly parts: readonly TenantPart[];
}

export interface TenantPart {
  readonly file: LoadedFile;
  readonly outer: FileScope;
  readonly node: syntax.Tenant;
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

/** The top level of one file; `imports` are the scopes of what it imports. */
export function declareFile(file: LoadedFile, imports: readonly FileScope[]): FileScope {
  const { declared, add, tell } = collect();
  const tenants: syntax.Tenant[] = [];
  const outside: Item[] = [];
  for (const item of file.parsed.file.items) {
    const misplaced = !mayStand(item.kind, "file");
    if (misplaced) tell(misplacedAt(item, "file"));
    if (item.kind === "tenant") tenants.push(item);
    else add(item, undefined, misplaced);
    if (isOutside(item)) outside.push(item);
  }
  return { file, imports, tenants, outside, ...declared };
}

function isOutside({ kind }: Item): boolean {
  return kind === "fabric" || kind === "aci" || kind === "bgp" || kind === "test";
}

/** A tenant with everything that its parts declare. */
export function declareTenant(name: string, parts: readonly TenantPart[]): TenantScope {
  const { declared, add, tell } = collect();
  for (const { node } of parts) {
    for (const item of node.items) {
      const misplaced = !mayStand(item.kind, "tenant");
      if (misplaced) tell(misplacedAt(item, "tenant"));
      if (item.kind !== "tenant") add(item, name, misplaced);
    }
  }
  const docs = parts.flatMap(({ node }) => (node.doc === undefined ? [] : [node.doc]));
  const symbol: PolicySymbol = {
    kind: "tenant",
    name,
    declarations: parts.map(({ node }) => ({ node, nameSpan: node.name.span })),
    misplaced: false,
    ...(docs.length === 0 ? {} : { doc: docs.join("\n\n") }),
  };
  for (const part of parts) tellShadowing(name, part, declared, tell);
  for (const { node } of parts) declared.symbolOfNode.set(node, symbol);
  return { name, symbol, parts, ...declared };
}

type Tell = (diagnostic: Diagnostic) => void;

/** An empty scope, and what adds the declarations of statements to it. */
function collect() {
  const scope: MutableScope = new Map();
  const symbolOfNode = new Map<DeclarationNode, PolicySymbol>();
  const findings: Diagnostic[] = [];
  const tell: Tell = (diagnostic) => {
    findings.push(diagnostic);
  };
  const add = (item: Item, tenant: string | undefined, misplaced: boolean): void => {
    const declared = declaredName(item);
    if (declared === undefined) return;
    const { kind, name, node } = declared;
    if (isReserved(kind, name.text)) {
      const meaning = isReservedPeer(name.text) ? reservedPeers[name.text] : `the whole protocol ${name.text}`;
      tell(reservedName.make({ name: name.text, meaning }, { span: name.span }));
      return;
    }
    const space = nameSpaceOf(kind);
    const names = scope.get(space) ?? new Map<string, PolicySymbol>();
    scope.set(space, names);
    const earlier = names.get(name.text);
    if (earlier !== undefined) {
      const related = earlier.declarations.map((entry) => ({ span: entry.nameSpan, message: `first declared here` }));
      tell(duplicateName.make({ kind: describeKind(kind), name: name.text, other: describeKind(earlier.kind) }, { span: name.span, related }));
      return;
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
  };
  return { declared: { scope, symbolOfNode, findings }, add, tell };
}

function isReserved(kind: SymbolKind, name: string): boolean {
  const space = nameSpaceOf(kind);
  return (space === "peer" && isReservedPeer(name)) || (space === "service" && isProtocolName(name));
}

function misplacedAt(item: Item, place: "file" | "tenant"): Diagnostic {
  const right = place === "file" ? "in a tenant" : "at the top level of a file";
  return misplacedStatement.make(
    { statement: item.kind, place: place === "file" ? "at the top level" : "in a tenant", right },
    { span: { ...item.span, end: Math.min(item.span.end, item.span.start + item.kind.length) } },
  );
}

/** Notes the tenant's declarations that hide one which the same file sees at the top level. */
function tellShadowing(tenant: string, { node, outer }: TenantPart, { symbolOfNode }: Pick<Declared, "symbolOfNode">, tell: Tell): void {
  const seen = [outer, ...outer.imports];
  for (const item of node.items) {
    const declared = declaredName(item);
    const symbol = declared === undefined ? undefined : symbolOfNode.get(declared.node);
    if (declared === undefined || symbol === undefined || symbol.misplaced || symbol.kind === "test") continue;
    const hidden = seen
      .map(({ scope }) => findIn(scope, nameSpaceOf(symbol.kind), symbol.name))
      .find((found) => found !== undefined && !found.misplaced);
    if (hidden === undefined) continue;
    const related = hidden.declarations.map((entry) => ({ span: entry.nameSpan, message: "hides this declaration" }));
    tell(shadowedName.make({ name: symbol.name, kind: symbol.kind, tenant }, { span: declared.name.span, related }));
  }
}
