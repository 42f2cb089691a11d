/** Reading a text again after edits, held against reading it from scratch. */
import { expect } from "@jest/globals";
import { parseFile } from "../../grammar/parse.js";
import { reparseFile } from "../../grammar/reparse/reparse.js";
import type { ParseResult } from "../../grammar/syntax.js";
import { randomFrom } from "./mutate.js";

/** Reads `text` after edits as they come one after the other, and fails at the first that is read otherwise than from scratch. How often a tree was shared. */
export function compareReading(text: string, edits: Iterable<string>): { readonly shared: number } {
  let before = { text, parsed: parseFile("main.ctv", text) };
  let shared = 0;
  for (const now of edits) {
    const parsed = reparseFile(before, now);
    const anew = parseFile("main.ctv", now);
    if (JSON.stringify(parsed) !== JSON.stringify(anew))
      expect({ before: before.text, now, parsed }).toEqual({ before: before.text, now, parsed: anew });
    if (sharesTree(before.parsed, parsed)) shared += 1;
    before = { text: now, parsed };
  }
  return { shared };
}

/** Whether something of the tree was taken over; the first statement of a tenant is, unless the whole text was read. */
export function sharesTree(before: ParseResult, after: ParseResult): boolean {
  const inner = ({ file }: ParseResult): readonly unknown[] => file.items.flatMap((item) => (item.kind === "tenant" ? item.items.slice(0, 1) : []));
  const known = new Set(inner(before));
  return before !== after && inner(after).some((item) => known.has(item));
}

/** Letters typed and deleted between the braces of policies. */
export function inPolicies(text: string, seed: number, count: number): Generator<string> {
  return nearPlaces(/policy [^{\n]*\{/g, 240, text, seed, count);
}

/** Letters typed and deleted in declarations and between them. */
export function inDeclarations(text: string, seed: number, count: number): Generator<string> {
  return nearPlaces(/\n(?= *(group|network|service|external|set|param|tenant|import|test|qos|app|export|policy|}))/g, 70, text, seed, count);
}

function* nearPlaces(place: RegExp, far: number, text: string, seed: number, count: number): Generator<string> {
  const random = randomFrom(seed);
  const signs = [
    ..."{}()\"'/*:;,.#-> \n\t\\@é",
    "//",
    "/*",
    "*/",
    "allow ",
    "deny a -> b\n",
    " log",
    " as x",
    "tcp/{1,",
    "/// doc\n",
    "policy p {",
    "}\n",
    "group x { match a = b }\n",
    "service s = tcp/1",
    "tenant u {",
    "  network n {\n    subnet 10.9.0.0/16\n  }\n",
    "set s = a,",
  ];
  let now = text;
  for (let made = 0; made < count; made++) {
    if (random(3) === 0) now = text;
    const opens = [...now.matchAll(place)];
    const open = opens[random(opens.length)];
    const from = open === undefined ? 0 : open.index + open[0].length;
    const at = from + random(Math.min(far, now.length - from + 1));
    now = random(3) === 0 ? now.slice(0, at) + now.slice(at + 1 + random(3)) : now.slice(0, at) + signs[random(signs.length)] + now.slice(at);
    yield now;
  }
}
