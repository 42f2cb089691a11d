import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import { comment, shared, yamlWriter } from "../../../../compiler/target/kubernetes/emit/yaml.js";
import type { Plain, PlainMap } from "../../../../compiler/target/kubernetes/emit/yaml.js";
import { kubernetes } from "../../../../compiler/target/kubernetes/kubernetes.js";
import { readBlockYaml } from "../../../../compiler/target/block-yaml.js";
import { makePolicy, universeOf } from "../../../support/policy.js";
import { cases } from "./cases.js";

/** What the `yaml` package reads: one document's value, or nothing when it finds an error or another number of documents. */
function asPackageReads(text: string): { readonly value: unknown } | undefined {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents) || documents.length !== 1 || documents[0].errors.length > 0) return undefined;
  return { value: documents[0].toJS() };
}

const word = fc.oneof(
  fc.string(),
  fc.constantFrom(
    "yes",
    "no",
    "null",
    "~",
    "1",
    "1.5",
    "0x1f",
    "1e3",
    ".inf",
    "-",
    "- a",
    "a: b",
    "#",
    "a #b",
    "10.0.0.0/8",
    "::/0",
    "{}",
    "*a",
    "&a",
    "!x",
    "é",
    "a\nb",
    "2024-01-01",
    "app.kubernetes.io/name",
    "",
  ),
);
const key = word.filter((text) => text !== "__proto__");
const { tree } = fc.letrec<{ tree: Plain; map: PlainMap }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, word, fc.nat(70000), fc.array(fc.oneof(word, fc.nat(70000), tie("map")), { maxLength: 3 }), tie("map")),
  map: fc.dictionary(key, tie("tree"), { maxKeys: 3 }),
}));
const document = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 });

const withText =
  "a:\n  # the first\n  - b: x|y\n    c: |\n      - op: add\n        # in the text\n      path: /z\n  # the second\n  - b: |\n      d\ne: f\n";

const emitted = cases.flatMap(({ sketch, pods }) =>
  (["network-policy", "cluster-policy"] as const).flatMap((flavour) =>
    kubernetes.emit(universeOf(makePolicy(sketch), pods), { flavour }).artefacts.map((artefact) => artefact.text),
  ),
);

describe("the YAML writer", () => {
  it("writes any plain data such that the yaml package reads it back equal", () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(asPackageReads(yamlWriter()(value))).toEqual({ value });
      }),
      { numRuns: 500 },
    );
  });

  it("writes a shared value alike each time, at any depth", () => {
    const one = shared({ a: 1, b: ["x"] });
    const items = shared([one, "y"]);
    const nothing = shared({});
    const value = { one, list: [one, { deep: { deeper: one, items, nothing } }, one, nothing, nothing], items, none: shared([]), nothing };
    const write = yamlWriter();
    expect(asPackageReads(write(value))).toEqual({ value });
    expect(write(value)).toBe(yamlWriter()(value));
  });

  it("puts comments above the item that they are about", () => {
    const item = { a: 1, [comment]: ["here"] };
    expect(yamlWriter()({ list: [item] })).toBe("list:\n  # here\n  - a: 1\n");
  });
});

/** About as many as `emitted`, so that edits of them come as often. */
const texts = emitted.map(() => withText);

describe("the fast YAML reader", () => {
  it("reads all that is emitted, as the yaml package does", () => {
    for (const text of [...emitted, withText]) expect(readBlockYaml(text)).toEqual(asPackageReads(text));
    expect(emitted.length).toBeGreaterThan(50);
  });

  it("reads what the package reads or nothing, of texts with anything changed", () => {
    const patch = fc.record({
      at: fc.nat(),
      drop: fc.nat(3),
      put: fc.constantFrom(
        "",
        " ",
        "\n",
        "  ",
        ":",
        ": ",
        "- ",
        "-",
        "#",
        " #",
        "'",
        '"',
        "{",
        "[]",
        "a",
        "1",
        "\t",
        "---\n",
        "|",
        "&a ",
        "null",
        "~",
        "\\",
      ),
    });
    let read = 0;
    fc.assert(
      fc.property(fc.constantFrom(...emitted, ...texts), fc.array(patch, { minLength: 1, maxLength: 3 }), (text, patches) => {
        const changed = patches.reduce(
          (now, { at, drop, put }) => now.slice(0, at % (now.length + 1)) + put + now.slice((at % (now.length + 1)) + drop),
          text,
        );
        const fast = readBlockYaml(changed);
        if (fast === undefined) return;
        read++;
        expect(fast).toEqual(asPackageReads(changed));
      }),
      { numRuns: 1500 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it.each([
    "a: b\n  c\n",
    "a:\n- b\n",
    "a:\nb: 1\n",
    "a: yes\n",
    "a: 'b'\n",
    "a: b # c\n",
    "a: 1\na: 2\n",
    "- - a\n",
    "a: |\n  b\n\n  c\n",
    "a: |\n  b\n\n",
    "a: |\n    b\n  c\n",
    "a: |\nb: c\n",
    "a: |\n  b",
    "a: |-\n  b\n",
    "a: b\n--- \nc: d\n",
    "a: 01\n",
    "yes: 1\n",
  ])("leaves %j to the package", (text) => {
    expect(readBlockYaml(text)).toBeUndefined();
  });
});
