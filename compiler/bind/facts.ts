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
  /** The occurrence at an offset, its end included (a cursor behind a name is on it). */
  readonly occurrenceAt: (file: string, offset: number) => Occurrence | undefined;
  /** Every place where the symbol is declared or used, in no particular order of files. */
  readonly occurrencesOf: (symbol: PolicySymbol) => readonly Occurrence[];
  /** Whether anything but its declaration names the symbol. */
  readonly isUsed: (symbol: PolicySymbol) => boolean;
}

export interface FactRecorder {
  readonly record: (span: Span, symbol: PolicySymbol, declaration?: boolean) => void;
  readonly facts: Facts;
}

export function recordFacts(): FactRecorder {
  const byFile = new Map<string, Occurrence[]>();
  const bySymbol = new Map<PolicySymbol, Occurrence[]>();
  const used = new Set<PolicySymbol>();
  const sorted = new Set<string>();

  const occurrencesIn = (file: string): readonly Occurrence[] => {
    const list = byFile.get(file) ?? [];
    if (!sorted.has(file)) {
      list.sort((a, b) => a.span.start - b.span.start);
      sorted.add(file);
    }
    return list;
  };

  return {
    record: (span, symbol, declaration = false) => {
      const occurrence = { span, symbol, declaration };
      const inFile = byFile.get(span.file);
      if (inFile === undefined) byFile.set(span.file, [occurrence]);
      else inFile.push(occurrence);
      sorted.delete(span.file);
      const ofSymbol = bySymbol.get(symbol);
      if (ofSymbol === undefined) bySymbol.set(symbol, [occurrence]);
      else ofSymbol.push(occurrence);
      if (!declaration) used.add(symbol);
    },
    facts: {
      occurrencesIn,
      occurrenceAt: (file, offset) => {
        const list = occurrencesIn(file);
        let low = 0;
        let high = list.length;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (list[middle].span.end < offset) low = middle + 1;
          else high = middle;
        }
        const found = list.at(low);
        return found !== undefined && found.span.start <= offset ? found : undefined;
      },
      occurrencesOf: (symbol) => bySymbol.get(symbol) ?? [],
      isUsed: (symbol) => used.has(symbol),
    },
  };
}
