import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { check } from "../../compiler/compile.js";
import { paramsOf, readProject } from "../../compiler/source/project.js";
import { finish } from "../../compiler/steps.js";
import { disk } from "../../lsp/workspace/disk.js";
import { idOf } from "../../lsp/workspace/uri.js";
import { makeWorkspace } from "../../lsp/workspace/workspace.js";
import { said, typing } from "../support/incremental.js";
import { deleteEach, exampleFiles, sitDown, typeFromNothing } from "./typist.js";

/** A sample; test/long/typing.test.ts takes every character. A prime, so that it does not keep step with the lines. */
const stride = 61;

describe.each(exampleFiles.map((path) => [relative("examples", path), path]))("typing in %s", (_name, path) => {
  const typist = sitDown(path);
  const before = typist.findings();

  it("is answered at every prefix, and ends with the findings of the whole text", () => {
    expect(typeFromNothing(typist, stride)).toEqual(before);
  });

  it("is answered where a character is missing, and ends with the findings of the whole text", () => {
    expect(deleteEach(typist, stride)).toEqual(before);
  });
});

describe("what the editor's workspace says while somebody types", () => {
  it("is what a check from scratch says, whatever was typed before", () => {
    const folder = resolve("test/lsp/fixtures/market");
    const workspace = makeWorkspace(disk);
    const texts: Record<string, string> = {};
    for (const path of disk.filesBelow(folder).filter((file) => file.endsWith(".ctv"))) texts[idOf(folder, path)] = readFileSync(path, "utf8");
    const project = readProject("ctv.yaml", readFileSync(join(folder, "ctv.yaml"), "utf8")).project;
    const params = paramsOf(project, "test", new Map());
    const [entries, { surroundings, settings }] = [["payments.ctv", "shop.ctv"], project];
    let version = 0;
    for (const [seed, file] of ["shop.ctv", "payments.ctv", "shared/names.ctv"].entries()) {
      for (const text of typing(texts[file], seed + 1, 40)) {
        workspace.open(pathToFileURL(join(folder, file)).href, ++version, text);
        const state = workspace.projectOf(pathToFileURL(join(folder, "shop.ctv")).href);
        const now: Record<string, string> = { ...texts, [file]: text };
        const read = (id: string): { readonly text: string } | undefined => (id in now ? { text: now[id] } : undefined);
        expect(said(finish(state.wholeInSteps()))).toBe(said(check({ entries, known: Object.keys(texts), read, params, surroundings, settings })));
      }
      workspace.open(pathToFileURL(join(folder, file)).href, ++version, texts[file]);
    }
  });
});
