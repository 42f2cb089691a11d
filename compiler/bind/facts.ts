/**
 * The side table of names: every occurrence of a name, with the symbol it stands for. Filled while names are looked up;
 * editors read it for hover, definition, references, highlight and rename.
 */
import type { Span } from "../../grammar/span.js";
import type { PolicySymbol } from "./symbols.js";

export interface Occurrence {
  /** Of the name alone; of a path `tenant/group`, of the part that names the symbol. */
  readonly span: Span;
  readonly symbol: PolicySymbol;
  readonly declaration: boolean;
}

export interface Facts {
  /** Occurrences of one file in order of position. */
  readonly occurrencesIn: (file: string) => readonly Occurrence[];
  /** Every place where the symbol is declared or used, in no particular order of files. */
  readonly occurrencesOf: (symbol: PolicySymbol) => readonly Occurrence[];
  /** Whether anything but its declaration names the symbol. */
  readonly isUsed: (symbol: PolicySymbol) => boolean;
}

/** The facts of what is resolved together. */
export interface FactRecorder extends Facts {
  readonly record: (span: Span, symbol: PolicySymbol, declaration?: boolean) => void;
  /** Records uses in a file that are listed only when somebody asks for occurrences; `symbols` are those that they name. */
  readonly recordLater: (file: string, symbols: readonly PolicySymbol[], uses: () => readonly Occurrence[]) => void;
  /** The uses that were recorded in a file since `count` of them had been, in the order in which they were. */
  readonly usesSince: (file: string, count: number) => readonly Occurrence[];
  readonly count: (file: string) => number;
  /** The symbols that a file names, other than by declaring them. */
  readonly usedIn: (file: string) => ReadonlySet<PolicySymbol>;
}

/** Uses come by the ten thousand, and mostly nobody asks for them: so their spans and symbols are kept side by side, in the order of recording. */
interface InFile {
  readonly declarations: Occurrence[];
  readonly spans: Span[];
  readonly symbols: PolicySymbol[];
  readonly later: { readonly symbols: readonly PolicySymbol[]; readonly uses: () => readonly Occurrence[] }[];
  sorted?: readonly Occurrence[];
}

function usesFrom({ spans, symbols }: InFile, first: number): readonly Occurrence[] {
  return spans.slice(first).map((span, at) => ({ span, symbol: symbols[first + at], declaration: false }));
}

const nothing: ReadonlySet<PolicySymbol> = new Set();

export function recordFacts(): FactRecorder {
  const byFile = new Map<string, InFile>();
  const used = new Set<PolicySymbol>();
  let bySymbol: Map<PolicySymbol, Occurrence[]> | undefined;

  const inFile = (file: string): InFile => {
    const known = byFile.get(file);
    if (known !== undefined) return known;
    const made: InFile = { declarations: [], spans: [], symbols: [], later: [] };
    byFile.set(file, made);
    return made;
  };
  const occurrencesIn = (file: string): readonly Occurrence[] => {
    const known = byFile.get(file);
    if (known === undefined) return [];
    known.sorted ??= inOrder([...known.declarations, ...usesFrom(known, 0), ...known.later.flatMap(({ uses }) => uses())]);
    return known.sorted;
  };
  const bySymbols = (): ReadonlyMap<PolicySymbol, readonly Occurrence[]> => {
    if (bySymbol !== undefined) return bySymbol;
    bySymbol = new Map();
    for (const file of byFile.keys()) {
      for (const occurrence of occurrencesIn(file)) {
        const list = bySymbol.get(occurrence.symbol);
        if (list === undefined) bySymbol.set(occurrence.symbol, [occurrence]);
        else list.push(occurrence);
      }
    }
    return bySymbol;
  };
  const changed = (known: InFile): void => {
    known.sorted = undefined;
    bySymbol = undefined;
  };

  return {
    record: (span, symbol, declaration = false) => {
      const known = inFile(span.file);
      changed(known);
      if (declaration) {
        known.declarations.push({ span, symbol, declaration });
        return;
      }
      known.spans.push(span);
      known.symbols.push(symbol);
      used.add(symbol);
    },
    recordLater: (file, symbols, uses) => {
      const known = inFile(file);
      known.later.push({ symbols, uses });
      changed(known);
      for (const symbol of symbols) used.add(symbol);
    },
    usesSince: (file, count) => {
      const known = byFile.get(file);
      return known === undefined ? [] : usesFrom(known, count);
    },
    count: (file) => byFile.get(file)?.spans.length ?? 0,
    usedIn: (file) => {
      const known = byFile.get(file);
      return known === undefined ? nothing : new Set([...known.symbols, ...known.later.flatMap(({ symbols }) => symbols)]);
    },
    occurrencesIn,
    occurrencesOf: (symbol) => bySymbols().get(symbol) ?? [],
    isUsed: (symbol) => used.has(symbol),
  };
}

/** The facts of a whole project. */
export interface ProjectFacts extends Facts {
  /** The occurrence at an offset, its end included (a cursor behind a name is on it). */
  readonly occurrenceAt: (file: string, offset: number) => Occurrence | undefined;
}

/** `partsIn` gives the recorders that know something of a file, and `partsNaming` those that may know a symbol. */
export function joinFacts(
  partsIn: (file: string) => readonly FactRecorder[],
  partsNaming: (symbol: PolicySymbol) => readonly FactRecorder[],
): ProjectFacts {
  const byFile = new Map<string, readonly Occurrence[]>();
  const occurrencesIn = (file: string): readonly Occurrence[] => {
    const known = byFile.get(file) ?? inOrder(partsIn(file).flatMap((part) => part.occurrencesIn(file)));
    byFile.set(file, known);
    return known;
  };
  return {
    occurrencesIn,
    occurrenceAt: (file, offset) => lastUpTo(occurrencesIn(file), offset),
    occurrencesOf: (symbol) => partsNaming(symbol).flatMap((part) => part.occurrencesOf(symbol)),
    isUsed: (symbol) => partsNaming(symbol).some((part) => part.isUsed(symbol)),
  };
}

function lastUpTo(list: readonly Occurrence[], offset: number): Occurrence | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].span.end < offset) low = middle + 1;
    else high = middle;
  }
  const found = list.at(low);
  return found !== undefined && found.span.start <= offset ? found : undefined;
}

function inOrder(occurrences: readonly Occurrence[]): readonly Occurrence[] {
  return [...occurrences].sort((a, b) => a.span.start - b.span.start);
}
