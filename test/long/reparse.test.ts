import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { generateProject } from "../bench/generate.js";
import { typing } from "../support/incremental.js";
import { compareReading, inDeclarations, inPolicies } from "../support/reading.js";

const reference = readFileSync("test/fixtures/language/guestbook.ctv", "utf8");

describe("reading a text again, at length", () => {
  it.each([
    ["the reference", reference],
    ["the reference with line ends of Windows", reference.replaceAll("\n", "\r\n")],
    ["a large policy", generateProject(60)],
  ])("gives what reading it from scratch gives: %s", (_name, text) => {
    const { shared } = compareReading(text, inPolicies(text, 71, 6000));
    expect(shared).toBeGreaterThan(100);
    compareReading(text, typing(text, 72, 6000));
    compareReading(text, inDeclarations(text, 73, 4000));
  });
});
