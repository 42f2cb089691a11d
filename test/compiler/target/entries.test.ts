/** Lists in JSON files: read line by line where they are laid out so, and always as `JSON.parse` has them. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readJsonList } from "../../../compiler/target/entries.js";

/** Entries and lines; nothing where the text has no such list. */
function read(text: string) {
  const list = readJsonList(text, "steps");
  return list === undefined ? undefined : { members: list.members, entries: [...list.entries()] };
}

const values = (text: string) => read(text)?.entries.map(({ value }) => value);

const byLine = (entries: readonly unknown[], tail = '  "version": 1') =>
  `{\n  "target": "t",\n  "steps": [\n${entries.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n")}\n  ],\n${tail}\n}\n`;

describe("lists of entries", () => {
  it("have the line of each entry", () => {
    expect(read(byLine([{ a: 1 }, { b: "]" }]))).toMatchObject({
      entries: [
        { value: { a: 1 }, line: 4 },
        { value: { b: "]" }, line: 5 },
      ],
    });
    expect(read(byLine([1]))?.members.get("version")).toBe(1);
  });

  it("are read when they are laid out in another way", () => {
    const entries = [{ object: "a", without: ["x", "y"] }, { object: "b" }];
    expect(values(JSON.stringify({ steps: entries }))).toEqual(entries);
    expect(values(JSON.stringify({ steps: entries }, undefined, 2))).toEqual(entries);
    expect(values(byLine(entries).replace('{"object":"b"}', '{\n  "object":\n"b"}'))).toEqual(entries);
    expect(values(byLine(entries).replace(",\n    {", ", {"))).toEqual(entries);
    expect(values(byLine([]))).toEqual([]);
    expect(values('{"steps": []}')).toEqual([]);
  });

  it("are left out where they are known without being read", () => {
    const text = byLine([{ a: 1 }, { a: 1 }, { b: 2 }]);
    const list = readJsonList(text, "steps");
    const left = [...(list?.entries((whole, start, end) => whole.slice(start, end).trim() === '{"a":1}') ?? [])];
    expect(left).toEqual([{ value: { b: 2 }, line: 6, text: '    {"b":2}' }]);
  });

  it("are those of the object itself", () => {
    expect(values('{\n  "a": {\n  "steps": [\n1\n  ]\n},\n"steps": [2]\n}')).toEqual([2]);
    expect(values('{\n  "steps": [\n1\n  ],\n"steps": [2, 3]\n}')).toEqual([2, 3]);
    expect(values('{\n  "a": {\n  "steps": [\n1\n  ]\n}}')).toBeUndefined();
    expect(values("[]")).toBeUndefined();
    expect(values("{")).toBeUndefined();
  });

  it("end with nothing at the first line that is no JSON", () => {
    expect(read(byLine([1, 2, 3]).replace("2,", "2"))?.entries).toMatchObject([
      { value: 1, line: 4 },
      { value: undefined, line: 5 },
    ]);
    expect(read(byLine([1, 2]).replace("2", "2,"))?.entries).toMatchObject([
      { value: 1, line: 4 },
      { value: undefined, line: 5 },
    ]);
  });

  it("are what JSON has, whatever is edited", () => {
    const edits = fc.array(
      fc.record({ at: fc.nat(400), gone: fc.nat(2), put: fc.constantFrom("", "\n", ",", " ", "1", "]", "[", '"', "{}", "null") }),
      {
        maxLength: 2,
      },
    );
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 6 }), edits, (entries, changes) => {
        const text = changes.reduce((before, { at, gone, put }) => before.slice(0, at) + put + before.slice(at + gone), byLine(entries));
        const whole = asJson(text);
        if (whole === undefined) return;
        const list: unknown = typeof whole === "object" && whole !== null && "steps" in whole ? whole.steps : undefined;
        expect(values(text)).toEqual(Array.isArray(list) ? list : undefined);
      }),
      { numRuns: 2000 },
    );
  });
});

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
