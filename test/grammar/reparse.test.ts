import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { followAt } from "../../grammar/follow/follow.js";
import { followNear } from "../../grammar/follow/near.js";
import { parseFile } from "../../grammar/parse.js";
import { reparseFile } from "../../grammar/reparse/reparse.js";
import type { ParseResult } from "../../grammar/syntax.js";
import { generateProject } from "../bench/generate.js";
import { randomFrom } from "../support/mutate.js";
import { typing } from "../support/incremental.js";

const long = process.env.CTV_LONG === "1";
const reference = readFileSync("test/fixtures/language/guestbook.ctv", "utf8");

/** Edits of `text` as they come one after the other: the first that is read otherwise than from scratch, and how often a tree was shared. */
function compare(text: string, edits: Iterable<string>): { readonly shared: number; readonly difference?: string } {
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
function sharesTree(before: ParseResult, after: ParseResult): boolean {
  const inner = ({ file }: ParseResult): readonly unknown[] => file.items.flatMap((item) => (item.kind === "tenant" ? item.items.slice(0, 1) : []));
  const known = new Set(inner(before));
  return before !== after && inner(after).some((item) => known.has(item));
}

/** Letters typed and deleted between the braces of policies. */
function* inPolicies(text: string, seed: number, count: number): Generator<string> {
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
  ];
  let now = text;
  for (let made = 0; made < count; made++) {
    if (random(3) === 0) now = text;
    const opens = [...now.matchAll(/policy [^{\n]*\{/g)];
    const open = opens[random(opens.length)];
    const from = open === undefined ? 0 : open.index + open[0].length;
    const at = from + random(Math.min(240, now.length - from + 1));
    now = random(3) === 0 ? now.slice(0, at) + now.slice(at + 1 + random(3)) : now.slice(0, at) + signs[random(signs.length)] + now.slice(at);
    yield now;
  }
}

describe("reading a text again", () => {
  it("gives what reading it from scratch gives, after edits between the braces of policies", () => {
    const texts = [reference, generateProject(60), reference.replaceAll("\n", "\r\n"), reference.replace(/^tenant/m, "/// documented\ntenant")];
    const shared = texts.map((text, seed) => compare(text, inPolicies(text, seed + 1, long ? 20_000 : 150)).shared);
    for (const count of shared) expect(count).toBeGreaterThan(20);
  });

  it("gives the same after edits of every kind, anywhere", () => {
    for (const [seed, text] of [reference, generateProject(40)].entries()) compare(text, typing(text, seed + 7, long ? 20_000 : 120));
  });

  it("reads a policy alone, and takes the rest over", () => {
    const before = { text: reference, parsed: parseFile("main.ctv", reference) };
    const rule = /\n( *)allow /.exec(reference);
    if (rule === null) throw new Error("the reference has no rule");
    const at = rule.index + 1;
    const now = `${reference.slice(0, at)}    allow any -> any : http\n${reference.slice(at)}`;
    expect(sharesTree(before.parsed, reparseFile(before, now))).toBe(true);
    expect(reparseFile(before, reference)).toBe(before.parsed);
  });
});

describe("what may come next near a change", () => {
  it("is what may come next in the whole text", () => {
    for (const [seed, text] of [reference, generateProject(40)].entries()) {
      const random = randomFrom(seed);
      let before = { text, parsed: parseFile("main.ctv", text) };
      for (const now of inPolicies(text, seed + 31, long ? 5000 : 60)) {
        const change = now.length - before.text.length;
        for (const offset of [random(now.length + 1), random(now.length + 1), Math.max(0, now.indexOf("policy") + 40 + change)]) {
          expect({ now, offset, found: followNear(before, now, offset) }).toEqual({ now, offset, found: followAt("main.ctv", now, offset) });
        }
        before = { text: now, parsed: reparseFile(before, now) };
        const offset = random(now.length + 1);
        expect({ now, offset, found: followNear(before, now, offset) }).toEqual({ now, offset, found: followAt("main.ctv", now, offset) });
      }
    }
  });
});
