/** Applying is cut short and done again: every state on the way is safe, and the end is the same. `test/long` cuts after every request. */
import { readFileSync } from "node:fs";
import { describe, it } from "@jest/globals";
import { compiled } from "./contiv.js";
import { cutShort } from "./crash.js";
import { scenarios } from "./scenarios.js";

const guestbook = readFileSync("examples/guestbook/main.ctv", "utf8");

describe("applying to netmaster, cut short", () => {
  it("the guestbook, from nothing, after every request", () => cutShort(undefined, compiled(guestbook), {}));
  it.each(scenarios)("$name", ({ before, after, ...more }) => cutShort(compiled(before), compiled(after), more, 1));
});
