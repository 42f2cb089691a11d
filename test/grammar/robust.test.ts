/** Any text at all gets a tree, problems inside the text, and both soon. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { followAt } from "../../grammar/follow/follow.js";
import { layOut } from "../../grammar/layout/layout.js";
import { tokenise } from "../../grammar/lexer.js";
import { parseFile } from "../../grammar/parse.js";
import { CtvParser } from "../../grammar/parser.js";
import type { Span } from "../../grammar/span.js";
import { BlockEnd, BlockStart, End, vocabulary } from "../../grammar/tokens.js";
import { mutations, mutators, randomFrom } from "../support/mutate.js";
import { exampleFiles } from "./examples.js";
import { problemsOf } from "./parsed.js";

const examples = exampleFiles.map((path) => readFileSync(path, "utf8"));

/** Every span of a value, however deep. */
function spansOf(value: unknown): readonly Span[] {
  const found: Span[] = [];
  JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "object" && part !== null && "start" in part && "end" in part && "file" in part) {
      found.push({ file: String(part.file), start: Number(part.start), end: Number(part.end) });
    }
    return part;
  });
  return found;
}

/** What is wrong with reading a text, in words; nothing where it went well. */
function complaint(text: string): string | undefined {
  const begun = performance.now();
  const result = parseFile("any.ctv", text);
  const took = performance.now() - begun;
  const outside = spansOf(result).find(({ file, start, end }) => file !== "any.ctv" || !(start >= 0 && start <= end && end <= text.length));
  if (outside !== undefined) return `a span outside the text: ${JSON.stringify(outside)}`;
  if (took > 1000) return `it took ${took} ms`;
  const { problems } = result;
  if (problems.some(({ code, message }) => !/^CTV10\d\d$/.test(code) || message === "" || message.includes("undefined")))
    return "a problem without code or message";
  return layoutComplaint(text);
}

const parser = new CtvParser();

/** Whether what the layout promises is so: braces match, and the parser gets to the end. */
function layoutComplaint(text: string): string | undefined {
  const source = { id: "any.ctv", text };
  const { tokens, gaps } = tokenise(source);
  const laidOut = layOut(source, tokens, gaps, false).tokens;
  let depth = 0;
  for (const [index, { tokenType }] of laidOut.entries()) {
    if (tokenType === BlockStart) depth++;
    if (tokenType === BlockEnd) depth--;
    if (depth < 0) return "a block ends that has not begun";
    if (tokenType === BlockEnd && laidOut[index + 1]?.tokenType !== End) return "a block ends without its statement";
  }
  if (depth !== 0) return "a block does not end";
  const last = laidOut.at(-1);
  if (last !== undefined && last.tokenType !== End) return "the last statement does not end";
  parser.input = [...laidOut];
  parser["file"]();
  return parser.errors.some(({ name }) => name === "NotAllInputParsedException") ? "the parser stopped before the end" : undefined;
}

describe("broken examples", () => {
  it("2,000 mutations are read without complaint", () => {
    for (const { name, text } of mutations(examples, 20_261, 2000)) {
      const found = complaint(text);
      if (found !== undefined) throw new Error(`${found}, after: ${name}\n${text}`);
    }
  });

  it.each(Object.keys(mutators))("%s", (name) => {
    const random = randomFrom(7);
    for (const text of examples) expect(complaint(mutators[name](text, random))).toBeUndefined();
  });

  it("every prefix of the guestbook is read", () => {
    for (let end = 0; end < examples[0].length; end++) expect(complaint(examples[0].slice(0, end))).toBeUndefined();
  });

  it("whatever may follow is asked at any place of any text", () => {
    const random = randomFrom(3);
    for (const { text } of mutations(examples, 5, 200)) {
      const offset = random(text.length + 1);
      const { written } = followAt("any.ctv", text, offset);
      expect([written.end, written.start <= offset, written.start >= 0]).toEqual([offset, true, true]);
    }
  });
});

describe("any text", () => {
  it("of any characters", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => complaint(text) === undefined));
  });

  it("of the language's words in any order", () => {
    const words = vocabulary.flatMap(({ PATTERN }) => (typeof PATTERN === "string" ? [PATTERN] : []));
    const literals = ["\n", '"text"', "10.0.0.1", "80", "1-2", "web", "10Mbps", "::1", "a_b", "3x"];
    const text = fc.array(fc.constantFrom(...words, ...literals), { maxLength: 60 }).map((parts) => parts.join(" "));
    fc.assert(
      fc.property(text, (any) => complaint(any) === undefined),
      { numRuns: 500 },
    );
  });
});

describe("bad input", () => {
  const codes = (text: string): readonly string[] => problemsOf(text).map(({ code }) => code);

  it("binary content is refused as such", () => {
    expect(codes("\u007fELF\u0002\u0001\u0001\u0000\u0000 policy")).toEqual(["CTV1001"]);
    expect(codes("service s = tcp/80 // \ufffd\ufffd")).toEqual(["CTV1001"]);
    expect(codes("group \ufffd { }\nservice s = tcp/80")).toEqual(["CTV1001"]);
  });

  it("ten megabytes are refused as too many", () => {
    const begun = performance.now();
    expect(problemsOf("service s = tcp/80\n".repeat(600_000))).toMatchObject([{ code: "CTV1001", span: { start: 0, end: 0 } }]);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it("characters that turn the direction of writing are told in comments and texts too", () => {
    expect(codes('// \u202e\ntest "\u2066" { }')).toEqual(["CTV1002", "CTV1002"]);
  });

  it.each([
    ["a string", `import "${"a".repeat(300_000)}`],
    ["a string of escapes", `import "${"\\\\".repeat(300_000)}`],
    ["a comment", `/*${"* /".repeat(200_000)}`],
    ["a word", "a".repeat(500_000)],
    ["hyphens", `a${"-".repeat(500_000)}`],
    ["dots and hyphens", "a.-".repeat(200_000)],
    ["digits", "1".repeat(500_000)],
    ["colons", ":".repeat(300_000)],
    ["groups of an address", "a:".repeat(200_000)],
    ["parentheses", "(".repeat(200_000)],
    ["closing braces", "}".repeat(100_000)],
    ["opening braces", "{".repeat(200_000)],
    ["commas", `set s = ${",".repeat(200_000)}`],
    ["unknown characters", "\u00a7a".repeat(100_000)],
    ["tenants", "tenant t {".repeat(50_000)],
    ["wrong arrows", `policy p {\n${"allow a => b\n".repeat(20_000)}}`],
    ["a list", `set s = ${"a, ".repeat(100_000)}a`],
    ["empty lines", "\n \r\n".repeat(200_000)],
  ])("%s without end", (_what, text) => {
    const begun = process.cpuUsage();
    const { problems } = parseFile("any.ctv", text);
    expect(problems.length).toBeLessThanOrEqual(100);
    // Time on the processor, since others may be busy on it too; quadratic behaviour takes minutes.
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});
