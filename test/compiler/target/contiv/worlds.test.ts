/** Every small policy of a few, on every flow that it could tell apart. */
import { describe, expect, it } from "@jest/globals";
import { findings } from "./smallworlds.js";

describe("Contiv decides as the source does", () => {
  it.each([
    [0, 12],
    [1, 12],
    [2, 12],
    [3, 16],
  ])("with %i rules", (rules, count) => {
    expect(findings(rules, count)).toEqual([]);
  });
});
