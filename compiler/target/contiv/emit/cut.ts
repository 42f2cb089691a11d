/**
 * Texts that are cut out of one that holds them all. A text that is put together stays a tree of its parts until it is read, and is then
 * copied; a hundred thousand of them are what the garbage collector is busy with. A piece of a longer text only points into it.
 */

/** Texts on their way: the pieces of all of them, and where each one ends. */
export interface Sheet {
  readonly pieces: string[];
  readonly ends: number[];
}

export const emptySheet = (): Sheet => ({ pieces: [], ends: [] });

/** The texts of a sheet, in order. */
export function cut({ pieces, ends }: Sheet): readonly string[] {
  const whole = pieces.join("");
  return ends.map((end, at) => whole.slice(at === 0 ? 0 : ends[at - 1], end));
}
