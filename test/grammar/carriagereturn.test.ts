/** A carriage return is part of a line's end or a mistake: programs differ on whether one alone ends a line. */
import { describe, expect, it } from "@jest/globals";
import { parseFile } from "../../grammar/parse.js";

const codes = (text: string): readonly string[] => parseFile("main.ctv", text).problems.map((problem) => problem.code);

describe("a carriage return", () => {
  it("is nothing before a line feed", () => {
    expect(codes("service a = tcp/1\r\nservice b = tcp/2\r\n")).toEqual([]);
  });

  it("is told alone inside a statement", () => {
    expect(codes("service a = tcp\r/1\n")).toEqual(["CTV1002"]);
  });
});
