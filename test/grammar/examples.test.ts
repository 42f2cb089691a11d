import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { parseFile } from "../../grammar/parse.js";
import { exampleFiles } from "./examples.js";

describe("the examples", () => {
  it.each(exampleFiles)("%s has no syntax errors", (path) => {
    expect(parseFile(path, readFileSync(path, "utf8")).problems).toEqual([]);
  });
});
