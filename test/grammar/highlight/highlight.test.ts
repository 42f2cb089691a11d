import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import type * as Oniguruma from "vscode-oniguruma";
import type * as TextMate from "vscode-textmate";

const require = createRequire(import.meta.url);
const textmate: typeof TextMate = require("vscode-textmate");
const oniguruma: typeof Oniguruma = require("vscode-oniguruma");

async function loadGrammar(): Promise<TextMate.IGrammar> {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(new Uint8Array(wasm).buffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync("grammar/highlight/ctv.tmLanguage.json", "utf8"), "ctv.tmLanguage.json"),
  });
  const grammar = await registry.loadGrammar("source.ctv");
  if (grammar === null) throw new Error("the grammar does not load");
  return grammar;
}

const grammar = await loadGrammar();

/** Each token that is no space, with its innermost scopes, one a line. */
function scopes(text: string): string {
  const out: string[] = [];
  let state = textmate.INITIAL;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes: names } of tokens) {
      const token = line.slice(startIndex, endIndex).trim();
      if (token !== "") out.push(`${token.padEnd(24)} ${names.slice(1).join(" ").replaceAll(".ctv", "")}`.trimEnd());
    }
  }
  return out.join("\n");
}

/** The innermost scope of the only token that reads `token`. */
function scopeOf(text: string, token: string): string {
  const lines = scopes(text)
    .split("\n")
    .filter((line) => line.split(/ {2,}| (?=[a-z]+\.)/)[0] === token);
  return lines.map((line) => line.split(" ").at(-1)).join(" | ");
}

describe("the TextMate grammar", () => {
  it("knows every word of the guestbook", () => {
    expect(scopes(readFileSync("test/fixtures/language/guestbook.ctv", "utf8"))).toMatchSnapshot();
  });

  it.each([
    ["policy p { deny a -> any log }", "deny", "keyword.control.deny"],
    ["policy p { deny a -> any log }", "log", "keyword.other"],
    ["policy p { allow web->db }", "db", "variable.other"],
    ["policy p { allow web->db }", "->", "keyword.operator.arrow"],
    ["policy p { allow log-server -> db }", "log-server", "variable.other"],
    ["policy p { allow a -> b : web as first }", "first", "entity.name.tag"],
    ["policy p { allow other/frontend -> b }", "other", "entity.name.namespace"],
    ["external e = 2001:db8::/32", "2001:db8::/32", "constant.numeric.address"],
    ["external e = 10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9", "constant.numeric.address"],
    ["qos q { bandwidth 10Mbps }", "10Mbps", "constant.numeric.bandwidth"],
    ["service s = tcp/{80, 8000-8100}", "8000-8100", "constant.numeric.range"],
    ["service s = tcp/http-port", "http-port", "variable.other"],
    ["param p: port = 80", "port", "support.type"],
    ["group g { match not k }", "not", "keyword.operator.wordlike.selector"],
    ["// ctv-ignore CTV4002: known", "CTV4002", "constant.other.code"],
    ["}", "}", "invalid.illegal.stray-brace"],
  ])("%s: %s is %s", (text, token, scope) => {
    expect(scopeOf(text, token)).toBe(scope);
  });

  it("goes on after a comma, over a comment", () => {
    const text = "tenant t {\n  set s = a, // first\n    b except\n  group g { match k = v, /* x */\n   in = w }\n}";
    expect(scopeOf(text, "b")).toBe("variable.other");
    expect(scopeOf(text, "w")).toBe("variable.other");
  });
});
