/** The front door: what holds for any project, however broken. */
import { describe, expect, it } from "@jest/globals";
import { isSound } from "../../compiler/compile.js";
import { definitionByCode } from "../../compiler/diagnostics/catalogue.js";
import type { SourceText } from "../../compiler/source/files.js";
import { parseFile } from "../../grammar/parse.js";
import type { ParseResult } from "../../grammar/syntax.js";
import { checkTexts, codesOf, readTexts } from "../support/diagnose.js";
import type { Texts } from "../support/diagnose.js";

const examples = ["guestbook", "shop", "zero-trust", "policy-tutorial"];

/** Trees by text: in a project where one file changes, the others are read once. */
const trees = new Map<string, ParseResult>();

function sourceOf(id: string, text: string): SourceText {
  const parsed = trees.get(`${id}\n${text}`) ?? parseFile(id, text);
  trees.set(`${id}\n${text}`, parsed);
  return { text, parsed };
}

/** What is true of every answer. */
function hold(texts: Texts): void {
  const read = (id: string): SourceText | undefined => (Object.hasOwn(texts, id) ? sourceOf(id, texts[id]) : undefined);
  const checked = checkTexts(texts, { withoutLogic: true, read });
  const outside = checked.diagnostics.filter(({ span, related, fixes }) =>
    [span, ...related.map((entry) => entry.span), ...fixes.flatMap((fix) => fix.edits.map((edit) => edit.span))].some(({ file, start, end }) => {
      const text = texts[file];
      return text === undefined || start < 0 || start > end || end > text.length;
    }),
  );
  if (outside.length > 0) expect(outside).toEqual([]);
  const essential = checked.diagnostics.some(
    ({ code, severity }) => severity === "error" && (code.startsWith("CTV1") || definitionByCode.get(code)?.essential === true),
  );
  if ((checked.policy === undefined) !== essential) expect(checked.diagnostics).toEqual("an essential error, exactly where there is no policy");
  if (checked.policy === undefined) return;
  // A whole policy has every rule, group and expectation of the source.
  const items = [...checked.files.values()].flatMap(({ parsed }) =>
    parsed.file.items.flatMap((item) => (item.kind === "tenant" ? item.items : [item])),
  );
  const count = (kind: string): number => items.filter((item) => item.kind === kind).length;
  const written = items.reduce(
    (sum, item) => sum + (item.kind === "policy" ? item.rules.length : item.kind === "test" ? item.expectations.length : 0),
    0,
  );
  const { tenants, tests } = checked.policy;
  const resolved = tenants.reduce((sum, tenant) => sum + tenant.rules.length, 0) + tests.reduce((sum, test) => sum + test.expectations.length, 0);
  const groups = tenants.reduce((sum, tenant) => sum + tenant.groups.length, 0);
  const networks = tenants.reduce((sum, tenant) => sum + tenant.networks.length, 0);
  expect([resolved, groups, networks]).toEqual([written, count("group"), count("network")]);
}

describe("check", () => {
  it.each(examples)("answers for every line of %s missing, and for every text that ends early", (example) => {
    const texts = readTexts(`examples/${example}`);
    for (const [id, text] of Object.entries(texts)) {
      if (!id.endsWith(".ctv")) continue;
      const lines = text.split("\n");
      for (let line = 0; line < lines.length; line += 2) hold({ ...texts, [id]: [...lines.slice(0, line), ...lines.slice(line + 1)].join("\n") });
      for (let end = 0; end < text.length; end += 97) hold({ ...texts, [id]: text.slice(0, end) });
    }
  });

  it.each(examples)("answers for every word of %s replaced", (example) => {
    const texts = readTexts(`examples/${example}`);
    for (const [id, text] of Object.entries(texts)) {
      if (!id.endsWith(".ctv")) continue;
      const words = [...text.matchAll(/[A-Za-z0-9./-]+/g)].filter((_, index) => index % 8 === 0);
      const others = ["nonsense", "any", "10.1.1.1/33", "group", "tcp/99999", "{"];
      words.forEach((word, index) =>
        hold({ ...texts, [id]: text.slice(0, word.index) + others[index % others.length] + text.slice(word.index + word[0].length) }),
      );
    }
  });

  it("takes trees that are made already", () => {
    const text = "tenant t {\n  group web { match app = web }\n  policy p { allow world -> web : http }\n}\n";
    const parsed = parseFile("main.ctv", text);
    const checked = checkTexts({}, { entries: ["main.ctv"], read: () => ({ text, parsed }) });
    expect(checked.files.get("main.ctv")?.parsed.file).toBe(parsed.file);
    expect(isSound(checked)).toBe(true);
  });

  it("has no policy for a target while a finding counts as an error", () => {
    const text = "tenant t {\n  group web { match app = web }\n  policy p { allow 198.51.100.7/24 -> web : http }\n}\n";
    const strict = checkTexts({ "main.ctv": text });
    expect([strict.policy !== undefined, isSound(strict)]).toEqual([true, false]);
    const lax = checkTexts({ "main.ctv": text }, { settings: { severity: new Map([["CTV3003", "warning"]]) } });
    expect(isSound(lax)).toBe(true);
  });
});

describe("one mistake", () => {
  const base = `
external office = 198.51.100.0/24
param door: port = 8443
tenant t {
  network net { subnet 10.1.1.0/24 }
  group web in net { match app = web }
  group db  in net { match app = db }
  service api = tcp/door
  set both = web, db
  policy p {
    allow office -> web  : api
    allow web    -> db   : api, postgres
    allow web    -> both : http
  }
  test "it" { expect allow web -> db : api }
}
`;
  it("is none to begin with", () => {
    expect(codesOf(checkTexts({ "main.ctv": base }))).toEqual([]);
  });

  it.each<[string, string, string, string]>([
    ["a group's misspelt declaration", "group web in", "group wbe in", "CTV2001"],
    ["a misspelt service", "service api =", "service apy =", "CTV2001"],
    ["a network that is gone", "network net {", "network nte {", "CTV2001"],
    ["a subnet that is none", "10.1.1.0/24", "10.1.1.0/44", "CTV3002"],
    ["a port that is none", "= 8443", "= 88443", "CTV3001"],
    ["a type that is none", ": port", ": prot", "CTV2016"],
    ["a declaration that does not parse", "group db  in net { match app = db }", "group db  in net { match app = }", "CTV1..."],
    ["an external that is none", "198.51.100.0/24", "198.51.100.0/24/7", "CTV1..."],
    ["a property that is none", "match app = db }", "match app = db; hots 192.0.2.1 }", "CTV2010"],
    ["a set of itself", "set both = web, db", "set both = web, both", "CTV2013"],
  ])("costs one message: %s", (_, from, to, code) => {
    expect(base).toContain(from);
    const errors = checkTexts({ "main.ctv": base.replace(from, to) }).diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.map((error) => `${error.code} ${error.message}`).join("\n")).toMatch(new RegExp(`^${code} [^\n]*$`));
  });
});

describe("a misspelt name", () => {
  it("brings one message, and none that the name it was meant to be is unused", () => {
    const text =
      "tenant t {\n  group web { match app = web }\n  group cache { match app = cache }\n  group spare { match app = spare }\n  policy p { allow world -> web : http; allow web -> cahce : redis }\n}\n";
    expect(codesOf(checkTexts({ "main.ctv": text }))).toEqual(["CTV4101", "CTV2001"]);
    expect(checkTexts({ "main.ctv": text }).diagnostics[0].message).toContain("spare");
  });
});
