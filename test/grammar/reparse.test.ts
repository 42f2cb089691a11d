import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { followAt } from "../../grammar/follow/follow.js";
import { followNear } from "../../grammar/follow/near.js";
import { parseFile } from "../../grammar/parse.js";
import { rulesAsRead } from "../../grammar/reparse/moved.js";
import { reparseFile } from "../../grammar/reparse/reparse.js";
import type { ParseResult } from "../../grammar/syntax.js";
import { generateProject } from "../bench/generate.js";
import { randomFrom } from "../support/mutate.js";
import { typing } from "../support/incremental.js";
import { compareReading, inDeclarations, inPolicies, sharesTree } from "../support/reading.js";

const reference = readFileSync("test/fixtures/language/guestbook.ctv", "utf8");

describe("reading a text again", () => {
  it("gives what reading it from scratch gives, after edits between the braces of policies", () => {
    const texts = [reference, generateProject(60), reference.replaceAll("\n", "\r\n"), reference.replace(/^tenant/m, "/// documented\ntenant")];
    const shared = texts.map((text, seed) => compareReading(text, inPolicies(text, seed + 1, 80)).shared);
    for (const count of shared) expect(count).toBeGreaterThan(3);
  });

  it("gives the same after edits in declarations and between them", () => {
    const texts = [reference, generateProject(20), reference.replaceAll("\n", "\r\n"), `${reference}\ntenant more {\n  group a { match k = a }\n}\n`];
    const shared = texts.map((text, seed) => compareReading(text, inDeclarations(text, seed + 11, 80)).shared);
    expect(Math.min(...shared)).toBeGreaterThan(0);
    expect(shared.reduce((sum, count) => sum + count)).toBeGreaterThan(20);
  });

  it("gives the same after edits of every kind, anywhere", () => {
    for (const [seed, text] of [reference, generateProject(40)].entries()) compareReading(text, typing(text, seed + 7, 60));
  });

  it("reads the whole text where a comment takes a brace away, and at its very beginning", () => {
    const text = generateProject(30);
    const cut = text.replace("  policy p0 ", "  pol//icy p0 ").replace("  group suspect", "\t  group suspect");
    compareReading(text, [cut, cut.replace("suspect -> any", "sust -> any"), text, `x${text}`, text, text.slice(1), ` ${text}`]);
  });

  it.each([
    ["a group among others", "  group frontend ", "  group extra { match a = b }\n  group frontend "],
    ["the last statement of a tenant", "\n}\n", "\n  service last = tcp/1\n}\n"],
    ["a statement before the tenant", "\ntenant guestbook", "\nservice first = tcp/1\n\ntenant guestbook"],
  ])("reads %s with its neighbours, and takes the rest over", (_what, from, to) => {
    const now = reference.replace(from, to);
    expect(now).not.toBe(reference);
    const before = parseFile("main.ctv", reference);
    const rules = ({ file }: ParseResult): readonly unknown[] =>
      file.items.flatMap((item) => (item.kind === "tenant" ? item.items : [])).flatMap((item) => (item.kind === "policy" ? rulesAsRead(item) : []));
    const known = new Set(rules(before));
    expect(rules(reparseFile({ text: reference, parsed: before }, now)).every((rule) => known.has(rule))).toBe(true);
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
      for (const now of inPolicies(text, seed + 31, 30)) {
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
