/** How loud findings are: comments in the source, severities by code, suppressions by file. */
import { describe, expect, it } from "@jest/globals";
import { settleTargets } from "../../../compiler/compile.js";
import { hostBits } from "../../../compiler/diagnostics/values.js";
import { globMatcher } from "../../../compiler/source/glob.js";
import { checkTexts, codesOf } from "../../support/diagnose.js";

const tenant = (body: string): string => `tenant t {\n  group web { match app = web }\n  policy p { allow world -> web : http }\n${body}}\n`;
const unused = "  group spare { match app = spare }";

describe("a ctv-ignore comment", () => {
  it.each([
    ["behind the statement", `${unused}  // ctv-ignore CTV4101: next month\n`],
    ["as a block comment", `${unused}  /* ctv-ignore CTV4101: next month */\n`],
    ["on the line above", `  // ctv-ignore CTV4101: next month\n${unused}\n`],
    ["above with comments and blank lines between", `  // ctv-ignore CTV4101: next month\n  // more\n\n${unused}\n`],
    ["as a block comment on the line above", `  /* ctv-ignore CTV4101: next month */\n${unused}\n`],
    ["as a block comment of two lines above", `  /* ctv-ignore CTV4101: next\n     month */\n${unused}\n`],
    ["as a block comment before the statement", `  /* ctv-ignore CTV4101: next month */${unused}\n`],
    ["as a block comment with another behind it", `  /* ctv-ignore CTV4101: next month */ // more\n${unused}\n`],
    ["with several codes", `${unused}  // ctv-ignore CTV4101, CTV4009: next month\n`],
  ])("silences %s", (_, body) => {
    const found = codesOf(checkTexts({ "main.ctv": tenant(body) }));
    expect(found.filter((code) => code === "CTV4101")).toEqual([]);
  });

  it.each([
    ["another line", `${unused}\n\n  // ctv-ignore CTV4101: next month\n`, ["CTV4101", "CTV4108"]],
    ["another code", `${unused}  // ctv-ignore CTV4102: next month\n`, ["CTV4101", "CTV4108"]],
    ["no reason", `${unused}  // ctv-ignore CTV4101\n`, ["CTV4101", "CTV2021"]],
    ["an empty reason", `${unused}  // ctv-ignore CTV4101:\n`, ["CTV4101", "CTV2021"]],
    ["no code", `${unused}  // ctv-ignore: next month\n`, ["CTV4101", "CTV2021"]],
    ["prose about it", `${unused}  // see ctv-ignore CTV4101: not one\n`, ["CTV4101"]],
    ["a doc comment", `  /// ctv-ignore CTV4101: not one\n${unused}\n`, ["CTV4101"]],
  ])("does not silence with %s", (_, body, expected) => {
    const found = codesOf(checkTexts({ "main.ctv": tenant(body) })).filter((code) => code !== "CTV4009");
    expect([...found].sort()).toEqual([...expected].sort());
  });

  it("waits for a target that has not run", () => {
    const text = tenant("  // ctv-ignore CTV5101: known\n  group api { }\n  export api\n");
    const checked = checkTexts({ "main.ctv": text });
    expect(codesOf(checked).filter((code) => code !== "CTV4009")).toEqual([]);
    expect(codesOf({ diagnostics: settleTargets(checked, [], ["openflow"]) })).toEqual([]);
    expect(codesOf({ diagnostics: settleTargets(checked, [], ["kubernetes"]) })).toEqual(["CTV4108"]);
  });

  it("says nothing of logic while there are errors", () => {
    const text = tenant("  // ctv-ignore CTV4002: will be seen when the rest is mended\n  group api { qos none }\n  export api\n");
    expect(codesOf(checkTexts({ "main.ctv": text }))).toEqual(["CTV2001"]);
  });
});

describe("settings", () => {
  const text = tenant(`${unused}\n`).replace("world", "198.51.100.7/24");

  it("set the severity of a code", () => {
    const severity = new Map([
      ["CTV4101", "error"],
      ["CTV3003", "note"],
    ] as const);
    const { diagnostics, policy } = checkTexts({ "main.ctv": text }, { settings: { severity } });
    expect(diagnostics.filter(({ code }) => code !== "CTV4009").map(({ code, severity: shown }) => [code, shown])).toEqual([
      ["CTV3003", "note"],
      ["CTV4101", "error"],
    ]);
    expect(policy).toBeDefined();
  });

  it("switch a code off", () => {
    const found = codesOf(checkTexts({ "main.ctv": text }, { settings: { severity: new Map([["CTV3003", "off"]]) } }));
    expect(found).not.toContain(hostBits.code);
    expect(found).toContain("CTV4101");
  });

  it("suppress a code in some files", () => {
    const texts = {
      "main.ctv": `import "legacy/old.ctv"\n${text}`,
      "legacy/old.ctv": tenant("  group rest { match app = rest }\n").replace("tenant t", "tenant u"),
    };
    const suppressions = [{ code: "CTV4101", files: "legacy/**", reason: "it is old" }];
    const { diagnostics } = checkTexts(texts, { settings: { suppressions } });
    expect(diagnostics.filter(({ code }) => code === "CTV4101").map(({ span }) => span.file)).toEqual(["main.ctv"]);
  });

  it("leave errors alone that leave no policy", () => {
    const broken = tenant("  group api { qos none } // ctv-ignore CTV2001: not possible\n  export api\n");
    const settings = { severity: new Map([["CTV2001", "off"]] as const), suppressions: [{ code: "CTV2001", files: "**", reason: "no" }] };
    const { diagnostics, policy } = checkTexts({ "main.ctv": broken }, { settings });
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
      ["CTV2001", "error"],
      ["CTV2021", "warning"],
    ]);
    expect(policy).toBeUndefined();
  });
});

describe("globs", () => {
  it.each<[string, string, boolean]>([
    ["*.ctv", "main.ctv", true],
    ["*.ctv", "a/main.ctv", false],
    ["**/*.ctv", "main.ctv", true],
    ["**/*.ctv", "a/b/main.ctv", true],
    ["legacy/**", "legacy/a/b.ctv", true],
    ["legacy/**", "old/legacy/b.ctv", false],
    ["./a/?.ctv", "a/b.ctv", true],
    ["a/{b,c}.ctv", "a/c.ctv", true],
    ["a/{b,c}.ctv", "a/d.ctv", false],
    ["a.ctv", "axctv", false],
    ["a{b", "ab", true],
  ])("%s on %s: %s", (glob, id, expected) => {
    expect(globMatcher(glob)(id)).toBe(expected);
  });
});
