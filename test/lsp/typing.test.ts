import { relative } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { deleteEach, exampleFiles, sitDown, typeFromNothing } from "./typist.js";

/** A sample; test/long/typing.test.ts takes every character. A prime, so that it does not keep step with the lines. */
const stride = 61;

describe.each(exampleFiles.map((path) => [relative("examples", path), path]))("typing in %s", (_name, path) => {
  const typist = sitDown(path);
  const before = typist.findings();

  it("is answered at every prefix, and ends with the findings of the whole text", () => {
    expect(typeFromNothing(typist, stride)).toEqual(before);
  });

  it("is answered where a character is missing, and ends with the findings of the whole text", () => {
    expect(deleteEach(typist, stride)).toEqual(before);
  });
});
