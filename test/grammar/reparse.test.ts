import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { parseFile } from "../../grammar/parse.js";
import { reparseFile } from "../../grammar/reparse/reparse.js";
import { generateProject } from "../bench/generate.js";
import { compareReading, declarationsOf, read } from "../support/incremental.js";

const texts = [generateProject(120), readFileSync("test/fixtures/language/guestbook.ctv", "utf8")];

describe("a text that was read before a change", () => {
  it("is read as if it were new, whatever the change", () => {
    for (const [seed, text] of texts.entries()) {
      const { difference, takenOver } = compareReading(text, seed + 1, 60);
      expect(difference).toBeUndefined();
      expect(takenOver).toBeGreaterThan(20);
    }
  });

  it("is read as if it were new at every character that is typed and deleted", () => {
    for (const text of texts) {
      const at = text.indexOf("\n", text.length * 0.6) + 1;
      const line = "    allow web, 10.0.0.0/8 -> db : tcp/{80, 443} // because\n  group late { match app = late }\n/// doc\n";
      let before = read(text);
      const lengths = [...Array(line.length + 1).keys()];
      for (const length of [...lengths, ...[...lengths].reverse()]) {
        const changed = text.slice(0, at) + line.slice(0, length) + text.slice(at);
        const parsed = reparseFile(before, changed);
        expect(JSON.stringify(parsed)).toBe(JSON.stringify(parseFile("main.ctv", changed)));
        before = { text: changed, parsed };
      }
    }
  });

  it("keeps the declarations before the change, and moves those behind it", () => {
    const text = generateProject(400);
    const before = read(text);
    const at = text.indexOf("allow", text.length / 2);
    const after = declarationsOf(reparseFile(before, `${text.slice(0, at)}allow g1 -> g2\n    ${text.slice(at)}`));
    const known = declarationsOf(before.parsed);
    expect(after[3]).toBe(known[3]);
    expect(after.at(-1)).not.toBe(known.at(-1));
    expect(after.filter((item) => known.includes(item)).length).toBeGreaterThan(known.length / 3);
  });
});
