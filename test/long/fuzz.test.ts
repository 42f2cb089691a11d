/** The fuzzer of `test/compiler/fuzz.test.ts` at length: `CTV_COUNT` projects (default 100,000) from `CTV_SEED` on. */
import { describe, expect, it } from "@jest/globals";
import { brokenProjects, inspect } from "../support/fuzz.js";

const count = Number(process.env.CTV_COUNT ?? 100_000);
const seed = Number(process.env.CTV_SEED ?? 1);
/** Of the projects that are still without errors, one in this many goes through the targets too. */
const EVERY = 5;
/** After this many different complaints the rest would hardly tell more. */
const ENOUGH = 20;

describe("broken projects, at length", () => {
  it("end in findings that have a place, and never in a crash or a hang", async () => {
    const begun = performance.now();
    const complaints: string[] = [];
    let tried = 0;
    let sound = 0;
    let whole = 0;
    for (const broken of brokenProjects(seed, count)) {
      const found = await inspect(broken, sound % EVERY === 0);
      tried++;
      if (found.sound && sound++ % EVERY === 0) whole++;
      if (found.complaint !== undefined)
        complaints.push(`${found.complaint}\nafter: ${broken.how}, in ${broken.file}:\n${broken.texts[broken.file]}`);
      if (complaints.length === ENOUGH) break;
    }
    const seconds = Math.round((performance.now() - begun) / 1000);
    process.stdout.write(
      `fuzz: ${tried} projects in ${seconds} s, ${sound} of them without errors, ${whole} taken through the targets, ${complaints.length} complaints\n`,
    );
    expect(complaints).toEqual([]);
  });
});
