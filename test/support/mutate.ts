/** Breaks `.ctv` texts in the ways that authors and editors do: word by word and line by line. Seeded, so that every failure can be repeated. */
import { tokenise } from "../../grammar/lexer.js";

export interface Mutation {
  /** What was done, for the message of a failing test. */
  readonly name: string;
  readonly text: string;
}

/** Numbers from 0 up to, and without, `limit`. */
export type Random = (limit: number) => number;

/** A generator of 32-bit numbers (mulberry32), good enough for tests and the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return limit <= 0 ? 0 : ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Words and signs of every kind, and some that are none. */
const vocabulary = [
  ...[
    "tenant",
    "group",
    "policy",
    "network",
    "service",
    "set",
    "test",
    "allow",
    "deny",
    "expect",
    "match",
    "namespaces",
    "qos",
    "contracts",
    "import",
    "param",
    "fabric",
  ],
  ...["except", "as", "log", "in", "not", "has", "to", "priority", "provided", "any", "world", "web", "a-b", "app.kubernetes.io"],
  ...["{", "}", "(", ")", ",", ";", ":", "/", "->", "=", "\n", '"quoted"', '"open', "'x'", "//", "/// doc", "/*", "*/", "#"],
  ...["80", "8000-8100", "10.1.1.1", "10.1.1.0/24", "10.1.1.10-10.1.1.20", "2001:db8::1", "::/0", "10Mbps", "10.1.1", "80-", "a_b", "-a", "3x"],
  ...["*", "!", "@", "\\", "\u0000", "\ufffd", "\ufeff", "\u202e", "\u2192", "\u201cx\u201d", "\ud800", "\u00e9", "\t", "\r"],
];

type Mutator = (text: string, random: Random) => string;

/** The named ways; each takes a text and gives a broken one, or the same where there is nothing to break. */
export const mutators: Readonly<Record<string, Mutator>> = {
  "delete a word": onPiece((text, { start, end }) => text.slice(0, start) + text.slice(end)),
  "repeat a word": onPiece((text, { start, end }) => `${text.slice(0, end)} ${text.slice(start)}`),
  "replace a word": onPiece((text, { start, end }, random) => text.slice(0, start) + oneOf(vocabulary, random) + text.slice(end)),
  "insert a word": onPiece((text, { start }, random) => `${text.slice(0, start)}${oneOf(vocabulary, random)} ${text.slice(start)}`),
  "insert a word without space": onPiece((text, { start }, random) => text.slice(0, start) + oneOf(vocabulary, random) + text.slice(start)),
  "misspell a word": onPiece((text, { start, end }, random) => {
    const at = start + random(end - start);
    return text.slice(0, at) + text.slice(at + 1);
  }),
  "swap two words": (text, random) => {
    const pieces = piecesOf(text);
    if (pieces.length < 2) return text;
    const at = random(pieces.length - 1);
    const left = pieces[at];
    const right = pieces[at + 1];
    return (
      text.slice(0, left.start) +
      text.slice(right.start, right.end) +
      text.slice(left.end, right.start) +
      text.slice(left.start, left.end) +
      text.slice(right.end)
    );
  },
  "delete a line": onLines((lines, random) => lines.toSpliced(random(lines.length), 1)),
  "repeat a line": onLines((lines, random) => {
    const at = random(lines.length);
    return lines.toSpliced(at, 0, lines[at]);
  }),
  "move a line": onLines((lines, random) => {
    const from = random(lines.length);
    return lines.toSpliced(from, 1).toSpliced(random(lines.length), 0, lines[from]);
  }),
  "join two lines": onLines((lines, random) => {
    const at = random(lines.length - 1);
    return lines.toSpliced(at, 2, lines.slice(at, at + 2).join(" "));
  }),
  "cut a line in two": (text, random) => insertAt(text, random(text.length + 1), "\n"),
  truncate: (text, random) => text.slice(0, random(text.length + 1)),
  "cut off the beginning": (text, random) => text.slice(random(text.length + 1)),
  "delete a character": (text, random) => {
    const at = random(text.length);
    return text.slice(0, at) + text.slice(at + 1);
  },
  "insert a character": (text, random) =>
    insertAt(text, random(text.length + 1), String.fromCharCode(random(5) === 0 ? random(0x10000) : 1 + random(0x7f))),
  "nest deeply": (text, random) =>
    insertAt(text, random(text.length + 1), oneOf(["{", "(", "tenant t {", "group g {\n", "tcp/{", "in ("], random).repeat(1 + random(200))),
  "close often": (text, random) => insertAt(text, random(text.length + 1), oneOf(["}", ")", "\n}", ";"], random).repeat(1 + random(50))),
};

/** One text from one or several mutations of a random one of `texts`. */
export function mutate(texts: readonly string[], random: Random): Mutation {
  const names = Object.keys(mutators);
  let text = oneOf(texts, random);
  const done: string[] = [];
  for (let left = 1 + random(3); left > 0; left--) {
    const name = oneOf(names, random);
    text = mutators[name](text, random);
    done.push(name);
  }
  return { name: done.join(", "), text };
}

/** `count` mutations, the same for the same seed. */
export function* mutations(texts: readonly string[], seed: number, count: number): Generator<Mutation> {
  const random = randomFrom(seed);
  for (let made = 0; made < count; made++) yield mutate(texts, random);
}

function oneOf<Item>(items: readonly Item[], random: Random): Item {
  return items[random(items.length)];
}

function insertAt(text: string, at: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at);
}

function piecesOf(text: string): readonly Piece[] {
  return tokenise({ id: "", text }).tokens.map(({ image, startOffset }) => ({ start: startOffset, end: startOffset + image.length }));
}

function onPiece(change: (text: string, piece: Piece, random: Random) => string): Mutator {
  return (text, random) => {
    const pieces = piecesOf(text);
    return pieces.length === 0 ? text : change(text, oneOf(pieces, random), random);
  };
}

function onLines(change: (lines: readonly string[], random: Random) => readonly string[]): Mutator {
  return (text, random) => change(text.split("\n"), random).join("\n");
}
