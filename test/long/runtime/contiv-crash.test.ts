/** Each way from one policy to another, cut short after every single request. */
import { describe, it } from "@jest/globals";
import { compiled } from "../../runtime/plan/contiv.js";
import { cutShort } from "../../runtime/plan/crash.js";
import { scenarios } from "../../runtime/plan/scenarios.js";

describe("applying to netmaster, cut short after every request", () => {
  it.each(scenarios)("$name", ({ before, after, ...more }) => cutShort(compiled(before), compiled(after), more));
});
