/**
 * Reads values that came from elsewhere. Whoever writes to a store may have written anything, so every text has a longest length and every
 * list a largest size, and what does not fit is refused with words that say where.
 */

/** Gives the value back with its type. @throws DecodeError */
export type Decoder<T> = (value: unknown, where: string) => T;

export class DecodeError extends Error {}

export function text(longest: number, pattern?: RegExp): Decoder<string> {
  return (value, where) => {
    if (typeof value !== "string") throw new DecodeError(`${where} is not a text`);
    if (value.length > longest) throw new DecodeError(`${where} is longer than ${longest} characters`);
    if (pattern !== undefined && !pattern.test(value)) throw new DecodeError(`${where} is not of the form ${pattern.source}`);
    return value;
  };
}

export function integer(least: number, most: number): Decoder<number> {
  return (value, where) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      throw new DecodeError(`${where} is not a whole number from ${least} to ${most}`);
    }
    return value;
  };
}

export const truth: Decoder<boolean> = (value, where) => {
  if (typeof value !== "boolean") throw new DecodeError(`${where} is not true or false`);
  return value;
};

export function list<T>(item: Decoder<T>, largest: number): Decoder<readonly T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) throw new DecodeError(`${where} is not a list`);
    if (value.length > largest) throw new DecodeError(`${where} has more than ${largest} entries`);
    return value.map((entry: unknown, index) => item(entry, `${where}[${index}]`));
  };
}

/** A mapping with names of one's own choosing. */
export function record<T>(name: Decoder<string>, item: Decoder<T>, largest: number): Decoder<Readonly<Record<string, T>>> {
  return (value, where) => {
    const entries = [...fieldsOf(value, where)];
    if (entries.length > largest) throw new DecodeError(`${where} has more than ${largest} entries`);
    return Object.fromEntries(entries.map(([key, entry]) => [name(key, `a name in ${where}`), item(entry, `${where}.${key.slice(0, 40)}`)]));
  };
}

export function optional<T>(decoder: Decoder<T>): Decoder<T | undefined> {
  return (value, where) => (value === undefined ? undefined : decoder(value, where));
}

type Fields = Readonly<Record<string, Decoder<unknown>>>;
type Decoded<F extends Fields> = { readonly [K in keyof F]: ReturnType<F[K]> };

/** A mapping with known names; others are passed over, because a newer version may write more. */
export function object<F extends Fields>(fields: F): (value: unknown, where: string) => Decoded<F>;
export function object(fields: Fields): Decoder<unknown> {
  return (value, where) => {
    const given = fieldsOf(value, where);
    const decoded = Object.entries(fields).map(([key, decoder]) => [key, decoder(given.get(key), `${where}.${key}`)] as const);
    return Object.fromEntries(decoded.filter(([, entry]) => entry !== undefined));
  };
}

/** Reads JSON from bytes. @throws DecodeError */
export function decodeJson<T>(bytes: Uint8Array, decoder: Decoder<T>, what: string, longest: number): T {
  if (bytes.length > longest) throw new DecodeError(`${what} has ${bytes.length} bytes; more than ${longest} are not read`);
  return decoder(json(bytes, what), what);
}

function json(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    throw new DecodeError(`${what} is not JSON`);
  }
}

function fieldsOf(value: unknown, where: string): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new DecodeError(`${where} is not a mapping`);
  return new Map(Object.entries(value));
}
