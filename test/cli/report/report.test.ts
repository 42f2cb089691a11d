import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import { catalogue } from "../../../compiler/diagnostics/catalogue.js";
import { displayWidth, printable } from "../../../cli/report/columns.js";
import { githubReport } from "../../../cli/report/github.js";
import { jsonReport } from "../../../cli/report/json.js";
import { junitReport } from "../../../cli/report/junit.js";
import { prettyReport } from "../../../cli/report/pretty.js";
import { source, tally } from "../../../cli/report/report.js";
import type { Report } from "../../../cli/report/report.js";
import { sarifReport } from "../../../cli/report/sarif.js";
import { expectGolden } from "../../support/golden.js";
import { definitions, mainText, remark, sample } from "./sample.js";

const goldens = "test/fixtures/reports";
const empty: Report = { ...sample, diagnostics: [] };

function single(text: string, start: number, end: number): Report {
  const report = { verb: "check", failLevel: "error", sources: new Map([["a.ctv", source("a.ctv", text)]]) } as const;
  return { ...report, diagnostics: [remark.make({ text: "here" }, { span: { file: "a.ctv", start, end } })] };
}

describe("the pretty report", () => {
  it("reads like a compiler's", () => {
    expectGolden(`${goldens}/sample.txt`, prettyReport(sample, false));
  });

  it("says nothing when there is nothing to say", () => {
    expect(prettyReport(empty, false)).toBe("");
  });

  it("colours only when told to", () => {
    expect(prettyReport(sample, false)).not.toContain("\u001b");
    expect(prettyReport(sample, true)).toContain("\u001b[31m");
  });

  it("puts carets under the text, behind tabs and wide characters", () => {
    const text = "\tset 接続 = a";
    const start = text.indexOf("a");
    const [, , , line, carets] = prettyReport(single(text, start, start + 1), false).split("\n");
    expect(displayWidth(line.slice(0, line.indexOf("= a") + 2))).toBe(carets.indexOf("^"));
  });

  it("shows a control character as a picture, so that a source cannot drive the terminal", () => {
    expect(prettyReport(single("a \u001b[2J b", 0, 1), false)).toContain("a ␛[2J b");
  });

  it("cuts a very long line around what it points at", () => {
    const text = `${"x".repeat(5000)}HERE${"y".repeat(5000)}`;
    const shown = prettyReport(single(text, 5000, 5004), false);
    expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThan(200);
    const [, , , line, carets] = shown.split("\n");
    expect(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("HERE");
  });

  it("points past the end of a file without a last newline", () => {
    expect(prettyReport(single("tenant", 6, 6), false)).toContain("1 | tenant\n  |       ^\n");
  });

  it("stops after a hundred findings and says how many there are", () => {
    const [finding] = single("x", 0, 1).diagnostics;
    const shown = prettyReport({ ...single("x", 0, 1), diagnostics: Array.from({ length: 250 }, () => finding) }, false);
    expect(shown).toContain("… and 150 more");
    expect(shown.endsWith("250 notes\n")).toBe(true);
  });
});

describe("the report for programs", () => {
  it("has a stable shape", () => {
    expectGolden(`${goldens}/sample.json`, jsonReport(sample));
  });

  it("tells which findings fail the run", () => {
    const failing = (failLevel: Report["failLevel"]) => (jsonReport({ ...sample, failLevel }).match(/"fails": true/g) ?? []).length;
    expect([failing("error"), failing("warning"), failing("note")]).toEqual([2, 3, 4]);
  });
});

describe("SARIF", () => {
  // The schema of the standard is in an older dialect; these two words are all that Ajv does not take of it.
  const schema: unknown = JSON.parse(readFileSync("test/fixtures/schemas/sarif-2.1.0.json", "utf8"), (key, value: unknown) =>
    key === "id" || key === "$schema" ? (typeof value === "string" ? undefined : value) : value,
  );

  it("is valid by the schema of the standard", () => {
    if (typeof schema !== "object" || schema === null) throw new Error("no schema");
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    for (const report of [sample, empty]) {
      validate(JSON.parse(sarifReport(report, { version: "1.0.0", definitions })));
      expect(validate.errors).toBeNull();
    }
    validate({ version: "2.1.0", runs: [{ results: [] }] });
    expect(validate.errors).not.toBeNull();
  });

  it("points into the catalogue, which is its list of rules", () => {
    const log = JSON.parse(sarifReport(sample, { version: "1.0.0", definitions }));
    for (const result of log.runs[0].results) expect(log.runs[0].tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    expectGolden(`${goldens}/sample.sarif`, sarifReport(sample, { version: "1.0.0", definitions }));
  });

  it("shows examples and mended ones as code, and words as words", () => {
    const rules: readonly { help: { markdown: string } }[] = JSON.parse(sarifReport(empty, { version: "1.0.0", definitions: catalogue })).runs[0].tool
      .driver.rules;
    expect(rules).toHaveLength(catalogue.length);
    for (const { help } of rules)
      expect(help.markdown.replaceAll(/```(ctv|yaml)\n[^]*?\n```/g, "")).not.toMatch(/^\s*(tenant|apiVersion|external)\b/m);
  });

  it("gives regions that cut the marked text out of the source", () => {
    const log = JSON.parse(sarifReport(sample, { version: "1.0.0", definitions }));
    const { region } = log.runs[0].results[1].locations[0].physicalLocation;
    expect(mainText.split("\n")[region.startLine - 1].slice(region.startColumn - 1, region.endColumn - 1)).toBe("fronted");
  });
});

describe("GitHub annotations", () => {
  it("are one line each, with what would end them escaped", () => {
    const lines = githubReport(sample).trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toBe(
      '::error file=policies/main.ctv,line=4,endLine=4,col=20,endColumn=26,title=CTV2001::there is no peer named "fronted"%0Adid you mean "frontend"?',
    );
    expect(lines[2]).toContain("::warning ");
    expect(lines[2]).toContain("::100%25 of 接続サービス: a rule, and more%0Athan one line");
    expect(lines[3]).toBe("::notice file=policies/shared/web.ctv,line=1,endLine=2,title=CTV4101::a service over two lines");
  });
});

describe("JUnit", () => {
  it("has a suite a file, and a case that passes for a file without findings", () => {
    expectGolden(`${goldens}/sample.xml`, junitReport(sample));
  });

  it("leaves out what XML cannot hold", () => {
    const [finding] = single("x", 0, 1).diagnostics;
    const report = { ...single("x", 0, 1), diagnostics: [{ ...finding, message: "a\u0000b\ud800<&>" }] };
    expect(junitReport(report)).toContain("CTV4101: ab&lt;&amp;&gt;<");
  });
});

describe("widths and words", () => {
  it("counts columns as a terminal does", () => {
    expect(displayWidth("abc")).toBe(3);
    expect(displayWidth("接続")).toBe(4);
    expect(displayWidth("e\u0301")).toBe(1);
    expect(displayWidth("🙂")).toBe(2);
    expect(printable("a\tb\u007f")).toBe("a    b␡");
  });

  it("counts findings in words", () => {
    expect(tally(sample.diagnostics)).toBe("2 errors, 1 warning, 1 note");
    expect(tally([])).toBe("no findings");
  });
});
