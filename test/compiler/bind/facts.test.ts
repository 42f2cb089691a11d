/** The side table of names, which editors read. */
import { describe, expect, it } from "@jest/globals";
import type { PolicySymbol } from "../../../compiler/bind/symbols.js";
import type { Checked } from "../../../compiler/compile.js";
import { checkTexts, codesOf, readTexts } from "../../support/diagnose.js";
import type { Texts } from "../../support/diagnose.js";

const examples = ["guestbook", "shop", "zero-trust", "policy-tutorial"];

function renamed(texts: Texts, checked: Checked, symbol: PolicySymbol, to: string): Texts {
  const edits = [...checked.names.occurrencesOf(symbol)].sort((a, b) => b.span.start - a.span.start);
  const copy: Record<string, string> = { ...texts };
  for (const { span } of edits) copy[span.file] = copy[span.file].slice(0, span.start) + to + copy[span.file].slice(span.end);
  return copy;
}

describe("occurrences", () => {
  it.each(examples)("of every symbol of %s are all there: a rename breaks nothing", (example) => {
    const texts = readTexts(`examples/${example}`);
    const before = checkTexts(texts, { withoutLogic: true });
    const symbols = before.names.symbols.filter((symbol) => symbol.kind !== "test");
    expect(symbols.length).toBeGreaterThan(5);
    for (const symbol of symbols) {
      const after = checkTexts(renamed(texts, before, symbol, "zz-renamed"), { withoutLogic: true });
      expect([symbol.name, codesOf(after).filter((code) => !code.startsWith("CTV4"))]).toEqual([
        symbol.name,
        codesOf(before).filter((code) => !code.startsWith("CTV4")),
      ]);
      expect(after.policy).toBeDefined();
    }
  });

  it("are found by place, with their declaration", () => {
    const text =
      "external office = 198.51.100.0/24\ntenant shop {\n  group web { match app = web }\n  policy edge { allow office -> web : http }\n}\n";
    const { names } = checkTexts({ "main.ctv": text });
    const at = (offset: number): string | undefined => {
      const found = names.occurrenceAt("main.ctv", offset);
      return found === undefined ? undefined : `${found.symbol.kind} ${found.symbol.name}${found.declaration ? ", declared" : ""}`;
    };
    expect(
      [text.indexOf("office"), text.lastIndexOf("office"), text.lastIndexOf("office") + 6, text.lastIndexOf("web"), text.lastIndexOf("http")].map(at),
    ).toEqual(["external office, declared", "external office", "external office", "group web", "service http"]);
    expect(at(text.indexOf("match"))).toBeUndefined();
    expect(names.occurrencesIn("main.ctv").map((entry) => text.slice(entry.span.start, entry.span.end))).toEqual([
      "office",
      "shop",
      "web",
      "edge",
      "office",
      "web",
      "http",
    ]);
  });

  it("know what a symbol stands for", () => {
    const texts = {
      "main.ctv":
        "param door: port = 8443\nservice web = https, tcp/door\nexternal office = 198.51.100.7\ntenant shop {\n  group web { match app = web }\n  policy edge { allow office -> web : web }\n}\n",
    };
    const { names } = checkTexts(texts);
    const symbol = (kind: string) => {
      const found = names.symbols.find((entry) => entry.kind === kind);
      if (found === undefined) throw new Error(`no ${kind}`);
      return found;
    };
    expect(names.serviceOf(symbol("service"))).toEqual([6 * 65536 + 443, 6 * 65536 + 443, 6 * 65536 + 8443, 6 * 65536 + 8443]);
    expect(names.paramOf(symbol("param"))).toEqual({ type: "port", value: 8443 });
    expect(names.peerOf(symbol("external"))).toMatchObject({ kind: "addresses", text: "198.51.100.7" });
    expect(names.peerOf(symbol("group"))).toEqual({ kind: "group", tenant: "shop", group: "web" });
  });

  it("tell what is visible from a place", () => {
    const text =
      "external office = 198.51.100.0/24\ntenant shop {\n  group web { match app = web }\n  policy edge { allow office -> web : http }\n}\n";
    const { names } = checkTexts({ "main.ctv": text });
    const inside = names.placeAt("main.ctv", text.indexOf("policy"));
    const outside = names.placeAt("main.ctv", 3);
    if (inside === undefined || outside === undefined) throw new Error("no place");
    expect(names.visible(inside, "peer").map((symbol) => symbol.name)).toEqual(["web", "office"]);
    expect(names.visible(outside, "peer").map((symbol) => symbol.name)).toEqual(["office"]);
    expect(names.visible(inside, "service").map((symbol) => symbol.name)).toContain("redis");
  });
});
