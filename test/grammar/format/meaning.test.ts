import { describe, expect, it } from "@jest/globals";
import { formatText } from "../../../grammar/format/format.js";
import { isSound } from "../../../compiler/compile.js";
import { checkTexts, readTexts } from "../../support/diagnose.js";
import { formattingComplaint, outputOf, untidied } from "../../support/formatted.js";
import { brokenProjects } from "../../support/fuzz.js";
import { randomFrom } from "../../support/mutate.js";

const examples = ["guestbook", "policy-tutorial", "shop", "zero-trust"];

describe("formatting", () => {
  it.each(examples)("leaves the policy and every target of %s as they were, however its words were spaced", async (name) => {
    const texts = Object.fromEntries(Object.entries(readTexts(`examples/${name}`)).filter(([path]) => /^[^/]+\.ctv$/.test(path)));
    const random = randomFrom(1);
    const spaced = Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, untidied(text, random)]));
    const checked = checkTexts(spaced);
    expect(isSound(checked)).toBe(true);
    expect(await formattingComplaint(spaced, checked)).toBeUndefined();
  });

  it("leaves them as they were in what is sound among texts that were broken at random", async () => {
    let sound = 0;
    for (const { texts, how } of brokenProjects(11, 30)) {
      const checked = checkTexts(texts);
      if (!isSound(checked)) continue;
      sound += 1;
      const complaint = await formattingComplaint(texts, checked);
      expect(complaint === undefined ? undefined : `${complaint}, after ${how}`).toBeUndefined();
    }
    expect(sound).toBeGreaterThan(1);
  });

  it("would be found out, were a word to change", async () => {
    const texts = readTexts("examples/guestbook");
    const before = outputOf(checkTexts(texts));
    const formatted = await formatText(texts["main.ctv"]);
    const changed = formatted.kind === "formatted" ? formatted.text.replace(": redis as web-to-redis", ": ssh as web-to-redis") : "";
    expect(changed).toContain(": ssh as web-to-redis");
    const after = outputOf(checkTexts({ ...texts, "main.ctv": changed }));
    expect([...after].filter(([name, text]) => before.get(name) !== text).map(([name]) => name.split("/")[0])).toEqual(
      expect.arrayContaining(["the policy", "kubernetes", "contiv", "openflow"]),
    );
  });
});
