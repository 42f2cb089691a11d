import { describe, expect, it } from "@jest/globals";
import { join } from "node:path";
import { decode, kindOf, readText, sourceLimit } from "../../../cli/io/read.js";
import { scratch } from "../support/command.js";

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (value: string) => new TextEncoder().encode(value);

describe("reading sources", () => {
  const folder = scratch({ "good.ctv": "tenant t {} // é\n", "huge.ctv": Buffer.alloc(sourceLimit + 1, "a"), "sub/x.ctv": "" });

  it("gives the text of a file", () => {
    expect(readText(join(folder, "good.ctv"), "good.ctv")).toBe("tenant t {} // é\n");
  });

  it.each([
    ["none.ctv", "cannot read none.ctv: there is no such file or folder"],
    ["sub", "cannot read sub: it is a folder"],
    ["good.ctv/x", "cannot read good.ctv/x: a part of the path is a file, not a folder"],
    ["huge.ctv", "huge.ctv is larger than 8 MB"],
  ])("refuses %s in words", (path, message) => {
    expect(() => readText(join(folder, path), path)).toThrow(message);
  });

  it("takes off a byte order mark, which is no part of the text", () => {
    expect(decode(bytes(0xef, 0xbb, 0xbf, 0x61), "a")).toBe("a");
  });

  it("takes a file of exactly the limit", () => {
    expect(decode(new Uint8Array(sourceLimit).fill(0x20), "a")).toHaveLength(sourceLimit);
    expect(() => decode(new Uint8Array(sourceLimit + 1).fill(0x20), "a")).toThrow("larger than 8 MB");
  });

  it("refuses what is no text", () => {
    expect(() => decode(bytes(0x7f, 0x45, 0x4c, 0x46, 0x00), "a")).toThrow("a is a binary file, not text");
    expect(() => decode(bytes(0xff, 0xfe, 0x61, 0x00), "a")).toThrow("a is UTF-16 text");
  });

  it("names the line of the first byte that is not UTF-8", () => {
    expect(() => decode(Uint8Array.from([...text("a\né\n"), 0xe9, 0x0a, 0xff]), "a")).toThrow("a is not valid UTF-8 (line 3)");
    expect(() => decode(bytes(0xc3), "a")).toThrow("line 1");
  });

  it("tells files from folders", () => {
    expect([kindOf(folder), kindOf(join(folder, "good.ctv")), kindOf(join(folder, "none"))]).toEqual(["folder", "file", "nothing"]);
  });
});
