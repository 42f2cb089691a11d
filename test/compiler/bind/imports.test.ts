import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { relativePath, resolveImport } from "../../../compiler/source/files.js";
import { checkTexts, codesOf } from "../../support/diagnose.js";

describe("the path of an import", () => {
  it.each([
    ["main.ctv", "offices.ctv", "offices.ctv"],
    ["main.ctv", "./shared/offices.ctv", "shared/offices.ctv"],
    ["tenants/shop.ctv", "../shared/offices.ctv", "shared/offices.ctv"],
    ["tenants/shop.ctv", "lab.ctv", "tenants/lab.ctv"],
    ["main.ctv", "../common/names.ctv", "../common/names.ctv"],
    ["../common/names.ctv", "../other/x.ctv", "../other/x.ctv"],
  ])("in %s, %s is %s", (from, path, target) => {
    expect(resolveImport(from, path)).toBe(target);
  });

  it("leads to where relativePath says", () => {
    const id = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join("/")}.ctv`);
    fc.assert(fc.property(id, id, (from, to) => expect(resolveImport(from, relativePath(from, to))).toBe(to)));
  });
});

const shop = (peer: string): string => `tenant shop {\n  group web { match app = web }\n  policy edge { allow ${peer} -> web : http }\n}\n`;

describe("an import of a file that is not there", () => {
  it("offers the file of which it lacks the ending, before others that are spelt nearly so", () => {
    const known = ["shared/names.ctv", "shared/nimes", "main.ctv"];
    const { diagnostics } = checkTexts({ "main.ctv": 'import "shared/names"\n', "shared/names.ctv": "" }, { known });
    expect(diagnostics.filter(({ code }) => code === "CTV2005")).toMatchObject([
      { help: 'did you mean "shared/names.ctv"?', fixes: [{ edits: [{ text: '"shared/names.ctv"' }] }] },
    ]);
  });
});

describe("what a file sees", () => {
  it("is its own top level, and that of the files it imports", () => {
    const texts = { "main.ctv": `import "names.ctv"\n${shop("office")}`, "names.ctv": "external office = 198.51.100.0/24\n" };
    expect(codesOf(checkTexts(texts))).toEqual([]);
  });

  it("is not what an imported file imports", () => {
    const texts = {
      "main.ctv": `import "names.ctv"\n${shop("office, berlin")}`,
      "names.ctv": 'import "deep.ctv"\nset office = berlin\n',
      "deep.ctv": "external berlin = 198.51.100.0/24\n",
    };
    const checked = checkTexts(texts);
    expect(codesOf(checked)).toEqual(["CTV2001"]);
    expect(checked.diagnostics[0].help).toBe('"berlin" is declared in deep.ctv: import "deep.ctv"');
  });

  it("holds the whole of a tenant that is opened in two files", () => {
    const texts = {
      "main.ctv": 'import "rest.ctv"\ntenant shop {\n  group web { match app = web }\n}\n',
      "rest.ctv": "tenant shop {\n  policy edge { allow world -> web : http }\n}\n",
    };
    const checked = checkTexts(texts);
    expect(codesOf(checked)).toEqual([]);
    expect(checked.policy?.tenants.map((tenant) => [tenant.name, tenant.groups.length, tenant.rules.length])).toEqual([["shop", 1, 1]]);
  });

  it("is the same name once, however many ways lead to it", () => {
    const texts = {
      "main.ctv": `import "a.ctv"\nimport "names.ctv"\n${shop("office, near")}`,
      "a.ctv": 'import "names.ctv"\nset near = office\n',
      "names.ctv": "external office = 198.51.100.0/24\n",
    };
    expect(codesOf(checkTexts(texts))).toEqual([]);
  });

  it("holds each tenant of the project, also where imports run in a circle", () => {
    const texts = { "main.ctv": `import "other.ctv"\n${shop("stranger/till")}`, "other.ctv": 'import "main.ctv"\n' };
    expect(codesOf(checkTexts(texts))).toEqual(["CTV2007", "CTV2006"]);
  });

  it("may hold a tenant that stands in a file which is not found, unless its name is plainly a slip", () => {
    const told = (peer: string): readonly string[] => codesOf(checkTexts({ "main.ctv": `import "other.ctv"\n${shop(peer)}` }));
    expect(told("stranger/till")).toEqual(["CTV2005"]);
    expect(told("shpo/web")).toEqual(["CTV2005", "CTV2007"]);
  });

  it("is the tenant's own before all others", () => {
    const texts = {
      "main.ctv":
        'import "names.ctv"\ntenant shop {\n  external office = 203.0.113.0/24\n  group web { match app = web }\n  policy edge { allow office -> web : http }\n}\n',
      "names.ctv": "external office = 198.51.100.0/24\n",
    };
    const checked = checkTexts(texts);
    expect(codesOf(checked).filter((code) => !code.startsWith("CTV41"))).toEqual(["CTV2004"]);
    const [peer] = checked.policy?.tenants[0].rules[0].source.include ?? [];
    expect(peer).toMatchObject({ kind: "addresses", name: "office", text: "203.0.113.0/24" });
  });
});
