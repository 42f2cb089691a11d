import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { formatText } from "../../grammar/format/format.js";
import { parseFile } from "../../grammar/parse.js";
import { exampleFiles } from "./examples.js";

describe("the examples", () => {
  it.each(exampleFiles)("%s has no syntax errors", (path) => {
    expect(parseFile(path, readFileSync(path, "utf8")).problems).toEqual([]);
  });

  it.each(exampleFiles.filter((path) => path.startsWith("examples/")))("%s is formatted", async (path) => {
    const text = readFileSync(path, "utf8");
    expect(await formatText(text)).toMatchObject({ text });
  });
});
