import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { ctv, scratch } from "./support/command.js";

describe("ctv init", () => {
  it("writes a project that has no findings", async () => {
    const cwd = scratch();
    expect(await ctv(["init", "fresh"], { cwd })).toMatchObject({
      code: 0,
      out: expect.stringContaining("wrote fresh/main.ctv\nwrote fresh/ctv.yaml\n"),
    });
    expect(await ctv(["check", "fresh", "--fail-level", "note"], { cwd })).toMatchObject({ code: 0, err: "" });
    expect(await ctv(["fmt", "fresh", "--check"], { cwd })).toEqual({ code: 0, out: "", err: "" });
  });

  it("never overwrites", async () => {
    const cwd = scratch({ "ctv.yaml": "mine" });
    expect(await ctv(["init"], { cwd })).toMatchObject({ code: 2, out: "", err: expect.stringContaining("ctv.yaml exists already") });
    expect(readFileSync(join(cwd, "ctv.yaml"), "utf8")).toBe("mine");
  });

  it("says why it cannot write", async () => {
    expect(await ctv(["init", "file/sub"], { cwd: scratch({ file: "" }) })).toMatchObject({
      code: 2,
      err: expect.stringContaining("cannot write to file/sub"),
    });
  });
});
