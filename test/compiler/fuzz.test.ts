/** Whatever is done to the examples, the compiler answers soon, with findings that have a place. At length: `test/long/fuzz.test.ts`. */
import { describe, expect, it } from "@jest/globals";
import { brokenProjects, inspect } from "../support/fuzz.js";

/** Of the projects that are still without errors, one in this many goes through the targets too. */
const EVERY = 10;

describe("2,000 broken projects", () => {
  it("end in findings that have a place, and never in a crash or a hang", async () => {
    let sound = 0;
    for (const broken of brokenProjects(20_262, 2000)) {
      const { complaint, sound: isSound } = await inspect(broken, sound % EVERY === 0);
      if (isSound) sound++;
      if (complaint !== undefined) throw new Error(`${complaint}\nafter: ${broken.how}, in ${broken.file}:\n${broken.texts[broken.file]}`);
    }
    // The mutations are gentle enough to leave some whole, and rough enough to break most.
    expect(sound).toBeGreaterThan(50);
    expect(sound).toBeLessThan(1000);
  });
});
