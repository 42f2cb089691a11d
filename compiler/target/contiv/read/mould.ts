/**
 * Texts of JSON that are the same but for one or two values. A folder of Contiv's has a file for each port of a range, so most of its texts are
 * the one before with another id and port in it: what JSON makes of them is known without parsing them again.
 */

/** Where a value stands in a text. Of a text in quotes: what is between them. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the values of a JSON object's members stand (of a member that is there twice: the last, which counts); nothing for an object with lists
 * or objects in it, or with escapes. `text` is known to be a JSON object.
 */
function placesOf(text: string): ReadonlyMap<string, Place> | undefined {
  if (text.includes("\\")) return undefined;
  const places = new Map<string, Place>();
  // Without escapes, every second quote ends a text.
  const pieces = text.split('"');
  let at = pieces[0].length + 1;
  for (let name = 1; name + 1 < pieces.length; name += 2) {
    const between = pieces[name + 1];
    const start = at + pieces[name].length + 1;
    if (/[[{]/.test(between)) return undefined;
    const bare = /^\s*:\s*(?=\S)/.exec(between);
    if (bare !== null) {
      const first = start + bare[0].length;
      places.set(pieces[name], { start: first, end: first + (/^[^\s,}]+/.exec(between.slice(bare[0].length))?.[0].length ?? 0) });
      at = start + between.length + 1;
    } else {
      const quoted = start + between.length + 1;
      places.set(pieces[name], { start: quoted, end: quoted + pieces[name + 2].length });
      at = quoted + pieces[name + 2].length + 1 + pieces[name + 3].length + 1;
      name += 2;
    }
  }
  return places;
}

/** What stands around the values of two members, the first before the second: what is before, between and after them. */
export type Mould = readonly [string, string, string];

/** The mould of a JSON object with two of its members; nothing where the values do not stand in it so, and plainly. */
export function mouldOf(text: string, first: string, second: string): Mould | undefined {
  const places = placesOf(text);
  const [one, other] = [places?.get(first), places?.get(second)];
  if (one === undefined || other === undefined || one.end > other.start) return undefined;
  return [text.slice(0, one.start), text.slice(one.end, other.start), text.slice(other.end)];
}

/** The text of the second value, where a text from `start` to `end` is the mould with `value` as the first. */
export function secondIn([before, between, after]: Mould, text: string, start: number, end: number, value: string): string | undefined {
  const first = start + before.length;
  const middle = first + value.length;
  const second = middle + between.length;
  const rest = end - after.length;
  // Pieces are cut out and compared whole: V8 does that faster than it looks for a text at a place.
  return text.slice(middle, second) === between &&
    text.slice(first, middle) === value &&
    text.slice(start, first) === before &&
    text.slice(rest, end) === after
    ? text.slice(second, rest)
    : undefined;
}
