import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatText } from "../../../grammar/format/format.js";
import { sourceText } from "../../support/source.js";
import { meaningOf, parseWhole } from "../../support/tree.js";

async function formatted(text: string, printWidth = 100): Promise<string> {
  const result = await formatText(text, { printWidth });
  if (result.kind === "unreadable") throw new Error(result.problems.map(({ message }) => message).join("; "));
  return result.text;
}

/** Few by default: a loaded machine runs this beside everything else. */
const numRuns = Number(process.env.CTV_RUNS ?? 40);

const anyText = fc.tuple(sourceText(), fc.constantFrom(100, 100, 60, 20));

describe("whatever the text, formatting", () => {
  it("says the same, with every comment in its order", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async ([text, width]) => {
        const before = parseWhole(text);
        const after = parseWhole(await formatted(text, width));
        expect(meaningOf(after)).toBe(meaningOf(before));
        expect(after.comments.map((comment) => comment.text.trimEnd())).toEqual(before.comments.map((comment) => comment.text.trimEnd()));
      }),
      { numRuns, endOnFailure: true },
    );
  });

  it("changes nothing the second time", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async ([text, width]) => {
        const once = await formatted(text, width);
        expect(await formatted(once, width)).toBe(once);
      }),
      { numRuns, endOnFailure: true },
    );
  });

  it("does not depend on the spacing the author used", async () => {
    const spaced = sourceText({ comments: false, untidy: false });
    await fc.assert(
      fc.asyncProperty(spaced, async (text) => {
        const squeezed = text.replace(/^[ ]+/gm, "").replace(/^((?:allow|deny) [^"\n]*) -> /gm, "$1  ->\t");
        expect(await formatted(squeezed)).toBe(await formatted(text));
      }),
      { numRuns, endOnFailure: true },
    );
  });

  it("keeps one blank line where there were any, and makes none", async () => {
    await fc.assert(
      fc.asyncProperty(sourceText({ comments: false }), async (text) => {
        const result = await formatted(text);
        expect(result).not.toMatch(/\n\n\n|\{\n\n|\n\n *\}|[ \t]\n|^\n/);
        expect(blankLines(result)).toBeLessThanOrEqual(blankLines(text));
      }),
      { numRuns, endOnFailure: true },
    );
  });
});

/** How many runs of blank lines the text has. */
function blankLines(text: string): number {
  return text.match(/\n(?:[ \t]*\n)+/g)?.length ?? 0;
}
