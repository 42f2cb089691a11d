/** What is said of names that do not lead to what is needed: with what comes close, and where the name could come from. */
import type { Name } from "../../grammar/syntax.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { ambiguousImport, unknownName, unknownTenant, wrongKind } from "../diagnostics/names.js";
import type { Report } from "../diagnostics/sink.js";
import { relativePath } from "../source/files.js";
import { brokenNames } from "./broken.js";
import type { Candidate, Lookup, Need, Place } from "./lookup.js";
import type { Program } from "./program.js";
import { didYouMean, suggest } from "./suggest.js";
import { describeKind, findIn } from "./symbols.js";
import type { PolicySymbol } from "./symbols.js";

export interface Misses {
  readonly unknown: (place: Place, name: Name, need: Need) => void;
  readonly ambiguous: (place: Place, name: Name, need: Need, found: readonly Candidate[]) => void;
  readonly misfit: (place: Place, name: Name, need: Need, found: PolicySymbol) => void;
  readonly tenant: (name: Name) => void;
  /** Gives the names that the unknown ones may have been meant to be. */
  readonly reportUnknown: () => ReadonlySet<string>;
}

interface Use {
  readonly place: Place;
  readonly name: Name;
  readonly need: Need;
}

/** What other languages call `any` and `world`. */
const habitual: ReadonlyMap<string, string> = new Map([
  ...["all", "anyone", "anything", "everyone", "everything", "everywhere", "anywhere"].map((word) => [word, "any"] as const),
  ...["internet", "outside", "public"].map((word) => [word, "world"] as const),
]);

/** Of a name that is missing in many places, this many are shown. */
const SHOWN = 5;

export function makeMisses(program: Program, visible: Lookup["visible"], report: Report): Misses {
  const unknown = new Map<string, Use[]>();
  const ambiguous = new Set<string>();
  const keyOf = ({ place, name, need }: Use): string => `${place.tenant?.name ?? `\n${place.file.id}`}\n${need.space}\n${name.text}`;

  /** Names of an import that failed, or of a declaration that did not parse, are not unknown: they have had their message. */
  const excused = (place: Place, name: string): boolean => {
    if (place.file.imports.some((link) => !link.usable)) return true;
    const files = [place.file, ...(place.tenant?.parts.map((part) => part.file) ?? [])];
    const seen = new Set(files.flatMap((file) => [file.id, ...file.imports.map((link) => link.target)]));
    return [...seen].some((id) => {
      const file = program.files.get(id);
      return file !== undefined && brokenNames(file).has(name);
    });
  };

  const fitting = (place: Place, need: Need): readonly string[] => [
    ...visible(place, need.space)
      .filter((symbol) => need.kinds?.has(symbol.kind) ?? true)
      .map((symbol) => symbol.name),
    ...(need.also ?? []),
  ];

  const reportUses = (uses: readonly Use[]): readonly string[] => {
    const [{ place, name, need }, ...others] = [...uses].sort((a, b) => compareSpans(a.name, b.name));
    const candidates = fitting(place, need);
    const close = suggest(name.text, candidates);
    const usual = need.space === "peer" ? habitual.get(name.text.toLowerCase()) : undefined;
    const near = close.length === 0 && usual !== undefined && candidates.includes(usual) ? [usual] : close;
    const fixes: Fix[] = near.map((text) => ({ title: `use "${text}"`, safe: false, edits: uses.map((use) => replacement(use.name, text)) }));
    const importable = program.topLevel(name.text).find(({ symbol }) => need.kinds?.has(symbol.kind) ?? true);
    let help = didYouMean(near);
    if (importable !== undefined) {
      const path = relativePath(place.file.id, importable.file);
      const start = { file: place.file.id, start: 0, end: 0 };
      help = `"${name.text}" is declared in ${importable.file}: import "${path}"`;
      fixes.unshift({ title: `import "${path}"`, safe: false, edits: [{ span: start, text: `import "${path}"\n` }] });
    } else if (need.space === "service" && /^(any|all|every)$/i.test(name.text)) {
      help = 'a rule that names no service speaks of every one: leave out ":" and what follows';
    } else if (help === undefined && need.space === "peer") {
      const owner = [...program.tenants.values()].find((tenant) => findIn(tenant.scope, "peer", name.text)?.kind === "group");
      if (owner !== undefined && owner !== place.tenant) help = `tenant "${owner.name}" has a group of that name: ${owner.name}/${name.text}`;
    }
    const related = others.slice(0, SHOWN).map((use) => ({ span: use.name.span, message: "named here too" }));
    report(unknownName.make({ name: name.text, needed: need.text, where: need.where }, { span: name.span, related, help, fixes }));
    return near;
  };

  return {
    unknown: (place, name, need) => {
      if (excused(place, name.text)) return;
      const use = { place, name, need };
      const uses = unknown.get(keyOf(use));
      if (uses === undefined) unknown.set(keyOf(use), [use]);
      else uses.push(use);
    },
    reportUnknown: () => {
      const meant = new Set([...unknown.values()].flatMap(reportUses));
      unknown.clear();
      return meant;
    },
    ambiguous: (place, name, need, found) => {
      const key = keyOf({ place, name, need });
      if (ambiguous.has(key)) return;
      ambiguous.add(key);
      const related = found.flatMap(({ symbol }) => symbol.declarations.map((entry) => ({ span: entry.nameSpan, message: "declared here" })));
      const files = found.flatMap(({ file }) => file ?? []);
      report(ambiguousImport.make({ name: name.text, files }, { span: name.span, related }));
    },
    misfit: (place, name, need, found) => {
      if (found.misplaced) return;
      const declared = found.declarations.slice(0, 1);
      const related = declared.map((entry) => ({ span: entry.nameSpan, message: `declared here as ${describeKind(found.kind)}` }));
      const help = didYouMean(suggest(name.text, fitting(place, need)));
      const fields = { name: name.text, found: describeKind(found.kind), needed: need.text, where: need.where };
      report(wrongKind.make(fields, { span: name.span, related, help }));
    },
    tenant: (name) => {
      const files = [...program.files.values()];
      if (files.some((file) => brokenNames(file).has(name.text))) return;
      const near = suggest(name.text, program.tenants.keys());
      // A file that was not found may hold the tenant, unless the name is plainly a slip.
      if (near.length === 0 && files.some((file) => file.imports.some(({ target }) => !program.files.has(target)))) return;
      const fixes = near.map((text) => ({ title: `use "${text}"`, safe: false, edits: [replacement(name, text)] }));
      report(unknownTenant.make({ name: name.text }, { span: name.span, help: didYouMean(near), fixes }));
    },
  };
}

function replacement(name: Name, text: string) {
  return { span: name.span, text: name.quoted ? `"${text}"` : text };
}

function compareSpans(left: Name, right: Name): number {
  if (left.span.file !== right.span.file) return left.span.file < right.span.file ? -1 : 1;
  return left.span.start - right.span.start;
}
