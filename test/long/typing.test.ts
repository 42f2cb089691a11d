import { relative, resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { deleteEach, exampleFiles, sitDown, typeFromNothing } from "../lsp/typist.js";

describe.each(exampleFiles.map((path) => [relative("examples", path), path]))("typing in %s", (_name, path) => {
  const typist = sitDown(path);
  const before = typist.findings();

  it("is answered at every prefix, and ends with the findings of the whole text", () => {
    expect(typeFromNothing(typist, 1)).toEqual(before);
  });

  it("is answered where any character is missing, and ends with the findings of the whole text", () => {
    expect(deleteEach(typist, 1)).toEqual(before);
  });
});

describe("ten thousand edits", () => {
  it("leave the memory as it was", () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const heap = (): number => {
      collect();
      return process.memoryUsage().heapUsed / 2 ** 20;
    };
    const typist = sitDown(resolve("examples/guestbook/main.ctv"));
    const rounds = (count: number): void => {
      for (let round = 0; round < count; round++) {
        const at = (round * 37) % typist.whole.length;
        typist.edit(at, at + 1, "");
        typist.ask(at);
        typist.edit(at, at, typist.whole[at]);
        typist.ask(at);
      }
    };
    rounds(500);
    const settled = heap();
    rounds(4500);
    const growth = heap() - settled;
    process.stdout.write(`memory: ${growth.toFixed(1)} MiB more after 9,000 edits than after the first 1,000\n`);
    expect(growth).toBeLessThan(8);
  });
});
