import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { isInside, manifestName, readManifest } from "../../../cli/io/manifest.js";
import { writeText, writeOutput } from "../../../cli/io/write.js";
import { scratch } from "../support/command.js";

const file = (path: string, text = `${path}\n`) => ({ path, text });

/** Every file below a folder, the manifest left out. */
function files(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== manifestName)
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe("writing output", () => {
  it("writes all files, and only those that changed the next time", () => {
    const folder = join(scratch(), "build");
    expect(writeOutput(folder, "build", [file("k/a"), file("k/deep/b")], ["k"]).changed).toEqual(["k/a", "k/deep/b"]);
    expect(writeOutput(folder, "build", [file("k/a"), file("k/deep/b", "new\n")], ["k"]).changed).toEqual(["k/deep/b"]);
    expect(readFileSync(join(folder, "k/deep/b"), "utf8")).toBe("new\n");
    expect(files(folder)).toEqual(["k/a", "k/deep/b"]);
  });

  it("removes what an earlier run wrote and this one does not, with the folders that become empty", () => {
    const folder = scratch();
    writeOutput(folder, "build", [file("k/a"), file("k/deep/b")], ["k"]);
    writeFileSync(join(folder, "k/mine"), "not from here");
    expect(writeOutput(folder, "build", [file("k/a")], ["k"]).removed).toEqual(["k/deep/b"]);
    expect(files(folder)).toEqual(["k/a", "k/mine"]);
    expect(existsSync(join(folder, "k/deep"))).toBe(false);
  });

  it("leaves the output of a target alone that is not compiled this time", () => {
    const folder = scratch();
    writeOutput(folder, "build", [file("k/a"), file("c/x")], ["k", "c"]);
    expect(writeOutput(folder, "build", [file("k/b")], ["k"]).removed).toEqual(["k/a"]);
    expect(files(folder)).toEqual(["c/x", "k/b"]);
    expect([...readManifest(folder).keys()]).toEqual(["c/x", "k/b"]);
  });

  it("keeps a stale file that somebody edited, and says so", () => {
    const folder = scratch();
    writeOutput(folder, "build", [file("k/a")], ["k"]);
    writeFileSync(join(folder, "k/a"), "edited");
    expect(writeOutput(folder, "build", [], ["k"])).toEqual({ changed: [], removed: [], kept: ["k/a"] });
    expect(files(folder)).toEqual(["k/a"]);
  });

  it("replaces nothing when one file cannot be written", () => {
    const folder = scratch();
    writeOutput(folder, "build", [file("k/a", "old\n")], ["k"]);
    writeFileSync(join(folder, "blocked"), "a file where a folder must be");
    expect(() => writeOutput(folder, "build", [file("k/a", "new\n"), file("blocked/b")], ["k"])).toThrow("cannot write to build");
    mkdirSync(join(folder, "k/dir"));
    expect(() => writeOutput(folder, "build", [file("k/a", "new\n"), file("k/dir")], ["k"])).toThrow("a folder is in the way");
    expect(readFileSync(join(folder, "k/a"), "utf8")).toBe("old\n");
    expect(files(folder)).toEqual(["blocked", "k/a"]);
  });

  it("says why a folder cannot be made", () => {
    const folder = scratch({ build: "a file" });
    expect(() => writeOutput(join(folder, "build"), "build", [file("k/a")], ["k"])).toThrow(/^cannot write to build: /);
  });

  it("gives up where the system takes no folder", () => {
    expect(() => writeOutput("/proc/none/build", "build", [file("k/a")], ["k"])).toThrow(/^cannot write to build: /);
  });

  it("never leaves its folder, whatever a manifest says", () => {
    const folder = scratch({ "outside.txt": "keep me" });
    const manifest = JSON.stringify({ tool: "ctv", files: { "../outside.txt": "x", "/etc/passwd": "x", "k/../../outside.txt": "x" } });
    mkdirSync(join(folder, "build"));
    writeFileSync(join(folder, "build", manifestName), manifest);
    expect(readManifest(join(folder, "build")).size).toBe(0);
    expect(["a/b", "..", "a/../b", "/a", "a//b", "", "a\\b"].map(isInside)).toEqual([true, false, false, false, false, false, false]);
    expect(() => writeOutput(folder, "build", [file("../x")], [""])).toThrow("refusing to write outside build");
  });

  it.each(["", "[]", "{", '{"files":3}', '{"files":{"a":1}}'])("takes a damaged manifest (%s) for none", (text) => {
    expect(readManifest(scratch({ [manifestName]: text })).size).toBe(0);
  });
});

describe("replacing a source", () => {
  it("keeps the mode of the file, and a symbolic link a link", () => {
    const folder = scratch({ "real.ctv": "old" });
    chmodSync(join(folder, "real.ctv"), 0o640);
    symlinkSync("real.ctv", join(folder, "link.ctv"));
    writeText(join(folder, "link.ctv"), "link.ctv", "new");
    expect(readFileSync(join(folder, "real.ctv"), "utf8")).toBe("new");
    expect(statSync(join(folder, "real.ctv")).mode & 0o777).toBe(0o640);
    expect(files(folder)).toEqual(["real.ctv"]);
  });
});
