/** Declarations that nobody uses, and imports. For files that could be read whole: what could not may use anything. */
import type { Span } from "../../grammar/span.js";
import { rulesAsRead } from "../../grammar/reparse/moved.js";
import type { Import, Item } from "../../grammar/syntax.js";
import type { Program } from "../bind/program.js";
import { describeKind } from "../bind/symbols.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Diagnostic, Fix } from "../diagnostics/diagnostic.js";
import {
  emptyPolicy,
  repeatedImport,
  unusedExternal,
  unusedGroup,
  unusedImport,
  unusedParam,
  unusedProfile,
  unusedService,
  unusedSet,
} from "../diagnostics/usage.js";
import { namesake, unitsIn, unitsSeeing } from "../policy/units.js";
import type { OutsideUnit, Unit, Units } from "../policy/units.js";
import type { LoadedFile } from "../source/files.js";

/** What is known of uses, for the next check of the same project. */
export interface Usage {
  /** What is not used where it is declared, by the unit that declares it; units without any are left out. */
  readonly open: ReadonlyMap<Declaring, readonly Open[]>;
  /** Policies without rules. */
  readonly empty: ReadonlyMap<Declaring, readonly Diagnostic[]>;
  /** Imports that say nothing, by file; files without any are left out. */
  readonly imports: ReadonlyMap<string, readonly Diagnostic[]>;
}

/** A declaration: who uses it, or what there is to say while nobody does. */
type Open =
  | { readonly symbol: PolicySymbol; readonly user: Unit; readonly finding?: undefined }
  | { readonly symbol: PolicySymbol; readonly finding: Diagnostic; readonly user?: undefined };

type Declaring = Exclude<Unit, OutsideUnit>;

/** Of units that were taken over only that is looked at which `fresh` ones, or the lack of a user, can have changed. */
export function usageOf(program: Program, units: Units, fresh: readonly Unit[], before?: Usage): Usage {
  const open = new Map<Declaring, readonly Open[]>();
  const empty = new Map<Declaring, readonly Diagnostic[]>();
  const isThere = (unit: Unit): boolean => namesake(unit, units) === unit;
  for (const [unit, entries] of before?.open ?? []) {
    if (!isThere(unit)) continue;
    let seeing: readonly Unit[] | undefined;
    const now = (entry: Open): Open => {
      if (entry.user !== undefined && isThere(entry.user)) return entry;
      const user = userAmong(entry.symbol, fresh);
      if (user !== undefined) return { symbol: entry.symbol, user };
      if (entry.finding !== undefined) return entry;
      seeing ??= unitsSeeing(unit, units);
      return opened(program, entry.symbol, seeing);
    };
    open.set(unit, entries.map(now));
  }
  for (const [unit, findings] of before?.empty ?? []) if (isThere(unit)) empty.set(unit, findings);
  for (const unit of fresh) {
    if (unit.kind === "outside") continue;
    const entries = openIn(program, unit, units);
    if (entries.length > 0) open.set(unit, entries);
    const findings = emptyPolicies(program, unit);
    if (findings.length > 0) empty.set(unit, findings);
  }
  return { open, empty, imports: importsOf(program, units, fresh, before?.imports ?? new Map()) };
}

/** `meant` are names that a misspelt one may have been meant to be: nobody can say that they are unused. */
export function usageFindings({ open, empty, imports }: Usage, meant: ReadonlySet<string>): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const entries of open.values()) {
    for (const { symbol, finding } of entries) if (finding !== undefined && !meant.has(symbol.name)) found.push(finding);
  }
  for (const findings of [...empty.values(), ...imports.values()]) found.push(...findings);
  return found;
}

function userAmong(symbol: PolicySymbol, among: readonly Unit[]): Unit | undefined {
  return among.find((unit) => unit.facts.isUsed(symbol));
}

function opened(program: Program, symbol: PolicySymbol, among: readonly Unit[]): Open {
  const user = userAmong(symbol, among);
  return user === undefined ? { symbol, finding: unused(program, symbol) } : { symbol, user };
}

/** What the unit declares and does not use itself. */
function openIn(program: Program, unit: Declaring, units: Units): readonly Open[] {
  const symbols = [...unit.scope.symbolOfNode.values()].filter(
    (symbol) => kindsOfUse.has(symbol.kind) && !symbol.misplaced && !unit.facts.isUsed(symbol),
  );
  if (symbols.length === 0) return [];
  const seeing = unitsSeeing(unit, units);
  return symbols.map((symbol) => opened(program, symbol, seeing));
}

function emptyPolicies(program: Program, { scope }: Declaring): readonly Diagnostic[] {
  return [...scope.symbolOfNode].flatMap(([node, symbol]) => {
    const declaration = symbol.declarations.at(0);
    if (declaration === undefined || symbol.misplaced || node.kind !== "policy" || rulesAsRead(node).length > 0) return [];
    return [emptyPolicy.make({ name: symbol.name }, { span: declaration.nameSpan, fixes: [removal(program, node)] })];
  });
}

/** Kinds of declarations that are for use: the others have an effect by themselves, as policies do, or none to speak of. */
const kindsOfUse: ReadonlySet<PolicySymbol["kind"]> = new Set(["group", "service", "set", "external", "param", "qos", "contracts"] as const);

function unused(program: Program, { kind, name, declarations }: PolicySymbol): Diagnostic {
  const [{ node, nameSpan }] = declarations;
  const details = { span: nameSpan, fixes: [removal(program, node)] };
  switch (kind) {
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
    default:
      return unusedProfile.make({ kind: describeKind(kind).replace(/^an? /, ""), name }, details);
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

/** Only files with statements in a unit that was not taken over are looked at. */
function importsOf(program: Program, units: Units, fresh: readonly Unit[], before: Usage["imports"]): Usage["imports"] {
  const concerned = new Set(fresh.flatMap(filesOf));
  const found = new Map([...before].filter(([id]) => program.files.has(id) && !concerned.has(id)));
  for (const id of concerned) {
    const file = program.files.get(id);
    const findings = file === undefined ? [] : idleImports(program, units, file);
    if (findings.length > 0) found.set(id, findings);
  }
  return found;
}

function filesOf(unit: Unit): readonly string[] {
  return unit.kind === "tenant" ? unit.scope.parts.map(({ file }) => file.id) : [unit.scope.file.id];
}

/** Imports that say nothing: of a file that is imported above, or one whose names nobody uses. */
function idleImports(program: Program, units: Units, file: LoadedFile): readonly Diagnostic[] {
  if (file.imports.length === 0) return [];
  const symbols = unitsIn(file.id, program, units).flatMap((unit) => [...unit.facts.usedIn(file.id)]);
  const used = new Set(symbols.flatMap((symbol) => symbol.declarations.map((declaration) => declaration.node.span.file)));
  const first = new Map<string, Import>();
  return file.imports.flatMap((link) => {
    const target = program.files.get(link.target);
    const earlier = first.get(link.target);
    if (earlier !== undefined) {
      const fields = { path: link.node.path.text, target: link.target };
      const related = [{ span: earlier.span, message: "first imported here" }];
      return [repeatedImport.make(fields, { span: link.node.span, related, fixes: [{ ...removal(program, link.node), safe: true }] })];
    }
    first.set(link.target, link.node);
    if (!link.usable || target === undefined || used.has(link.target)) return [];
    // In a cycle or beside a file that is not there, which has been told, what is imported is not known.
    if (target.imports.some(({ usable }) => !usable)) return [];
    if (!target.parsed.file.items.every((item) => naming.has(item.kind))) return [];
    return [unusedImport.make({ path: link.node.path.text }, { span: link.node.span, fixes: [{ ...removal(program, link.node), safe: true }] })];
  });
}
