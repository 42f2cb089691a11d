/** Connections as few lines: names that may do the same share one. */

/** A name, and what may pass to or from it, in words. */
export interface NamedWay {
  readonly name: string;
  readonly what: string;
}

export interface FoldedLine {
  readonly who: string;
  readonly what: string;
}

/** More names than this and one are counted and not listed. */
const mostNames = 4;

/** One line for each different `what`, in order of the first name that has it. */
export function foldWays(ways: readonly NamedWay[]): readonly FoldedLine[] {
  const byWhat = new Map<string, string[]>();
  for (const { name, what } of ways) {
    const known = byWhat.get(what);
    if (known === undefined) byWhat.set(what, [name]);
    else known.push(name);
  }
  return [...byWhat].map(([what, names]) => ({ who: namesText(names), what }));
}

/** The same for sources with their ways: sources that may do the same share their lines, `a, b -> c`. */
export function foldPairs(rows: readonly { readonly name: string; readonly to: readonly NamedWay[] }[]): readonly FoldedLine[] {
  const bySame = new Map<string, { readonly names: string[]; readonly lines: readonly FoldedLine[] }>();
  for (const { name, to } of rows) {
    const key = JSON.stringify(to.map((way) => [way.name, way.what]));
    const known = bySame.get(key);
    if (known === undefined) bySame.set(key, { names: [name], lines: foldWays(to) });
    else known.names.push(name);
  }
  return [...bySame.values()].flatMap(({ names, lines }) => lines.map(({ who, what }) => ({ who: `${namesText(names)} -> ${who}`, what })));
}

function namesText(names: readonly string[]): string {
  const shown = names.length <= mostNames + 1 ? names : names.slice(0, mostNames);
  return `${shown.join(", ")}${shown.length < names.length ? ` and ${names.length - shown.length} more` : ""}`;
}
