import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { generateProject } from "../bench/generate.js";
import { readTexts } from "../support/diagnose.js";
import { checkMemory } from "../../compiler/memory.js";
import { firstDifference, said } from "../support/incremental.js";
import { beginning, checkSituation, nextSituation } from "../support/manyfiles.js";
import { randomFrom } from "../support/mutate.js";

const sourcesOf = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(readTexts(folder)).filter(([path]) => path.endsWith(".ctv")));

describe("a check that remembers the ones before", () => {
  it.each(["guestbook", "policy-tutorial", "shop", "zero-trust"])("says of %s what one says that does not, after each of many edits", (name) => {
    const texts = sourcesOf(`examples/${name}`);
    for (const [seed, file] of Object.keys(texts).entries()) expect(firstDifference(texts, file, 100 + seed, 200)).toBeUndefined();
  });

  it("says so of the language's reference, and of a large policy", () => {
    const reference = readFileSync("test/fixtures/language/guestbook.ctv", "utf8");
    expect(firstDifference({ "main.ctv": reference }, "main.ctv", 200, 400)).toBeUndefined();
    expect(firstDifference({ "main.ctv": generateProject(120) }, "main.ctv", 201, 60)).toBeUndefined();
  });

  it("says so of many files with names that lead from one to the other, whatever was done to any of them", () => {
    for (let seed = 100; seed < 130; seed++) {
      const random = randomFrom(seed);
      const memory = checkMemory();
      let now = beginning;
      for (let done = 0; done < 60; done++) {
        now = nextSituation(now, random);
        expect({ now, said: said(checkSituation(now, memory)) }).toEqual({ now, said: said(checkSituation(now)) });
      }
    }
  });
});
