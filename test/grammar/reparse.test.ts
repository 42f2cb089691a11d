import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { followAt } from "../../grammar/follow/follow.js";
import { followNear } from "../../grammar/follow/near.js";
import { parseFile } from "../../grammar/parse.js";
import { reparseFile } from "../../grammar/reparse/reparse.js";
import { generateProject } from "../bench/generate.js";
import { randomFrom } from "../support/mutate.js";
import { typing } from "../support/incremental.js";
import { compareReading, inPolicies, sharesTree } from "../support/reading.js";

const reference = readFileSync("test/fixtures/language/guestbook.ctv", "utf8");

describe("reading a text again", () => {
  it("gives what reading it from scratch gives, after edits between the braces of policies", () => {
    const texts = [reference, generateProject(60), reference.replaceAll("\n", "\r\n"), reference.replace(/^tenant/m, "/// documented\ntenant")];
    const shared = texts.map((text, seed) => compareReading(text, inPolicies(text, seed + 1, 80)).shared);
    for (const count of shared) expect(count).toBeGreaterThan(3);
  });

  it("gives the same after edits of every kind, anywhere", () => {
    for (const [seed, text] of [reference, generateProject(40)].entries()) compareReading(text, typing(text, seed + 7, 60));
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
