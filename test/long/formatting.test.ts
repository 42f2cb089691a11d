import { describe, expect, it } from "@jest/globals";
import { isSound } from "../../compiler/compile.js";
import { checkTexts, readTexts } from "../support/diagnose.js";
import { formattingComplaint, untidied } from "../support/formatted.js";
import { randomFrom } from "../support/mutate.js";

describe("formatting, at length", () => {
  it.each(["guestbook", "policy-tutorial", "shop", "zero-trust"])("leaves the policy and every target of %s as they were", async (name) => {
    const texts = Object.fromEntries(Object.entries(readTexts(`examples/${name}`)).filter(([path]) => /^[^/]+\.ctv$/.test(path)));
    for (let seed = 1; seed <= 100; seed++) {
      const random = randomFrom(seed);
      const spaced = Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, untidied(text, random)]));
      const checked = checkTexts(spaced);
      expect(isSound(checked)).toBe(true);
      expect([seed, await formattingComplaint(spaced, checked)]).toEqual([seed, undefined]);
    }
  });
});
