/** What stands around two values of a JSON object: with other values there it is the same object but for these. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { mouldOf, secondIn } from "../../../../compiler/target/contiv/read/mould.js";

const odd = fc.constantFrom("other", 'a"b', "a\\", "", ":", "{", "id:", '", "id": "');
const name = fc.oneof({ arbitrary: fc.constantFrom("id", "port"), weight: 3 }, odd);
const held = { arbitrary: fc.oneof(fc.constantFrom("x", "id"), fc.integer()), weight: 12 };
const value = fc.oneof(held, odd, fc.constantFrom([], ["x"], { port: 1 }, true, -1.5e30));
const space = fc.constantFrom("", " ", "\n  ", "\t");

/** JSON text of an object, laid out in any way and maybe with a member twice. */
const objectText = fc
  .tuple(fc.array(fc.tuple(name, value, space), { maxLength: 5 }), space)
  .map(
    ([members, end]) =>
      `{${members.map(([key, held, gap]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${JSON.stringify(held)}${gap}`).join(",")}${end}}`,
  );

const isObject = (parsed: unknown): parsed is Readonly<Record<string, unknown>> => typeof parsed === "object" && parsed !== null;

function parsed(text: string): Readonly<Record<string, unknown>> {
  const read: unknown = JSON.parse(text);
  return isObject(read) ? read : {};
}

describe("a mould", () => {
  it("makes the same object but for two values", () => {
    let made = 0;
    fc.assert(
      fc.property(objectText, (text) => {
        const mould = mouldOf(text, "id", "port");
        if (mould === undefined) return;
        made++;
        const [before, between, after] = mould;
        const { id, port } = parsed(text);
        // A text can stand in place of a text, and a number in place of a number.
        const [one, other] = [id, port].map((held) => (typeof held === "string" ? "another" : 7));
        expect(parsed(`${before}${one}${between}${other}${after}`)).toEqual({ ...parsed(text), id: one, port: other });
      }),
      { numRuns: 4000 },
    );
    expect(made).toBeGreaterThan(50);
  });

  it("is there for what is plain, in this order", () => {
    expect(mouldOf('{"id": "x", "port": 80}', "id", "port")).toEqual(['{"id": "', '", "port": ', "}"]);
    expect(mouldOf('{"port": 80, "id": "x"}', "id", "port")).toBeUndefined();
    expect(mouldOf('{"id": "x", "port": 80, "more": []}', "id", "port")).toBeUndefined();
    expect(mouldOf('{"id": "x", "port": 80, "id": "y"}', "id", "port")).toBeUndefined();
    expect(mouldOf('{"id": "x", "id": "y", "port": 80}', "id", "port")?.[0]).toBe('{"id": "x", "id": "');
  });

  it("finds the second value where all else is the same", () => {
    const mould = ["<", "=", ">"] as const;
    const text = "..<one=two>..";
    const find = (start: number, end: number, first: string) => secondIn(mould, text, start, end, first);
    expect(find(2, text.length - 2, "one")).toBe("two");
    expect(find(2, text.length - 2, "two")).toBeUndefined();
    expect(find(1, text.length - 2, "one")).toBeUndefined();
    expect(find(2, text.length - 1, "one")).toBeUndefined();
    expect(secondIn(["<", "-", ">"], text, 2, text.length - 2, "one")).toBeUndefined();
  });
});
