import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { check } from "../../../compiler/compile.js";
import { checkMemory } from "../../../compiler/memory.js";
import type { SourceText } from "../../../compiler/source/files.js";
import { parseFile } from "../../../grammar/parse.js";
import type { SourceFile } from "../../../grammar/syntax.js";
import { commonFile, leafFile, projectOfFiles } from "../../bench/lsp/projects.js";
import { checkWith, said } from "../../support/incremental.js";
import type { Texts } from "../../support/incremental.js";
import { beginning, checkSituation, nextSituation } from "../../support/manyfiles.js";
import { randomFrom } from "../../support/mutate.js";

describe("a check of many files that remembers the ones before", () => {
  it.each([1, 2])("says what one says that does not, whatever was done in between (%i)", (seed) => {
    const random = randomFrom(seed);
    const memory = checkMemory();
    let now = beginning;
    for (let done = 0; done < 30; done++) {
      now = nextSituation(now, random);
      expect({ now, said: said(checkSituation(now, memory)) }).toEqual({ now, said: said(checkSituation(now)) });
    }
  });

  it("sees a file that was listed and not there before", () => {
    const memory = checkMemory();
    const entries = ["a.ctv", "b.ctv"];
    const tenantsIn = (texts: Texts): number => checkWith(texts, { entries, memory }).draft.tenants.length;
    expect(tenantsIn({ "a.ctv": "tenant a { }\n" })).toBe(1);
    expect(tenantsIn({ "a.ctv": "tenant a { }\n", "b.ctv": "tenant b { }\n" })).toBe(2);
    expect(tenantsIn({ "b.ctv": "tenant b { }\n" })).toBe(1);
  });

  it("tells a value from outside that does not fit once, however many params read it and whenever they did", () => {
    const memory = checkMemory();
    const toldWith = (second: string): number => {
      const texts = { "a.ctv": "param where: port\n", "b.ctv": second };
      const params = new Map([["where", { value: "nowhere", from: "a test" }]]);
      return checkWith(texts, { params, memory }).diagnostics.filter(({ code }) => code === "CTV3026").length;
    };
    expect([toldWith("param where: port\n"), toldWith("param where: port // again\n")]).toEqual([1, 1]);
  });

  it("tells a declaration as unused while no file uses it, whichever of them changes", () => {
    const memory = checkMemory();
    const unusedWith = (first: string, second: string): readonly string[] => {
      const user = (name: string, external: string): string =>
        `import "names.ctv"\ntenant ${name} {\n  group g { match k = ${name} }\n  policy p { allow ${external} -> g }\n}\n`;
      const texts = { "names.ctv": "external office = 192.0.2.0/24\n", "one.ctv": user("one", first), "two.ctv": user("two", second) };
      const { diagnostics } = checkWith(texts, { memory });
      return diagnostics.flatMap(({ code, span }) => (code === "CTV4105" ? [`${code} ${span.file}`] : []));
    };
    const unused = unusedWith("any", "any");
    expect(unused).toHaveLength(1);
    expect(unusedWith("office", "any")).toEqual([]);
    expect(unusedWith("office", "office")).toEqual([]);
    expect(unusedWith("any", "office")).toEqual([]);
    expect(unusedWith("any", "any")).toEqual(unused);
    expect(unusedWith("any", "office")).toEqual([]);
  });
});

/** A file as an editor has it, read already; `look` is told of everybody who looks at what is in it. */
function readFile(id: string, text: string, look: (id: string) => void): SourceText {
  const { file, ...rest } = parseFile(id, text);
  const watched: SourceFile = {
    ...file,
    get items() {
      look(id);
      return file.items;
    },
    get comments() {
      look(id);
      return file.comments;
    },
  };
  return { text, parsed: { ...rest, file: watched } };
}

describe("a change in a file that no other depends on", () => {
  /** What a check looks at and makes again when the policy of one file is changed, of so many files that each have something to be told. */
  const madeAgain = (files: number) => {
    const looked = new Set<string>();
    const look = (id: string): void => {
      looked.add(id);
    };
    const texts = Object.entries(projectOfFiles(files)).filter(([id]) => id.endsWith(".ctv"));
    const sources = new Map(texts.map(([id, text]) => [id, readFile(id, text.replace("  policy", "  service spare = tcp/1\n\n  policy"), look)]));
    const input = { entries: [...sources.keys()], read: (id: string) => sources.get(id), memory: checkMemory(), withoutLogic: true };
    const before = check(input);
    expect(before.findings.size).toBe(files - 1);
    const leaf = sources.get(leafFile)?.text ?? "";
    sources.set(leafFile, readFile(leafFile, leaf.replace("allow web    -> store", "allow cache  -> store"), look));
    looked.clear();
    const after = check(input);
    const others = <Key, Value>(left: ReadonlyMap<Key, Value>, right: ReadonlyMap<Key, Value>): number =>
      [...right].filter(([key, value]) => left.get(key) !== value).length;
    return {
      looked: [...looked],
      files: others(before.files, after.files),
      "scopes of files": others(before.program.fileScopes, after.program.fileScopes),
      "scopes of tenants": others(before.program.tenants, after.program.tenants),
      tenants: after.draft.tenants.filter((tenant, at) => tenant !== before.draft.tenants[at]).length,
      "lists of findings": others(before.findings, after.findings),
    };
  };

  it("has nothing else looked at or made again, among few files and among many", () => {
    const few = madeAgain(20);
    expect(few).toEqual({ looked: [leafFile], files: 1, "scopes of files": 1, "scopes of tenants": 1, tenants: 1, "lists of findings": 1 });
    expect(madeAgain(200)).toEqual(few);
  });

  it("leaves nothing of the checks before the last", async () => {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    const memory = checkMemory();
    const texts = Object.fromEntries(Object.entries(projectOfFiles(5)).filter(([id]) => id.endsWith(".ctv")));
    const edited = (file: string, step: number): WeakRef<object> => {
      const now = {
        ...texts,
        [file]: texts[file].replace("allow web ", `// ${step}\n    allow web `).replace("external office", `// ${step}\nexternal office`),
      };
      return new WeakRef(checkWith(now, { memory }).draft.tenants[0]);
    };
    const early = [edited(leafFile, 0), edited(commonFile, 1), edited(leafFile, 2), edited("tenants/t1.ctv", 3), edited(leafFile, 4)];
    edited("tenants/t2.ctv", 5);
    edited(commonFile, 6);
    const kept = (): number => early.filter((tenant) => tenant.deref() !== undefined).length;
    // What a weak reference was made of stays until the end of the turn, and one collection may leave what the next one finds.
    for (let turn = 0; turn < 50 && kept() > 0; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (typeof collect === "function") collect();
    }
    // Checks that held the one before would keep all of them; one may be held by the engine, in a register that nothing has overwritten.
    expect(kept()).toBeLessThan(2);
  });
});
