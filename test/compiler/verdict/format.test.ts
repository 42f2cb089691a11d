import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Flow } from "../../../compiler/space/flows.js";
import { formatFlow, looksConcrete, parseEnd, parseFlow } from "../../../compiler/verdict/format.js";
import { anyFlow } from "../../support/arbitrary.js";

describe("one flow as a text", () => {
  it("is read back as it was", () => {
    fc.assert(fc.property(anyFlow, (flow) => expect(parseFlow(formatFlow(flow))).toEqual(flow)));
  });

  it("names namespace, labels and address", () => {
    const flow = parseFlow("guestbook[app=guestbook, tier=frontend]@10.1.1.1 -> @198.51.100.7 : tcp/6379");
    expect(flow).toMatchObject({
      source: { namespace: "guestbook", labels: { app: "guestbook", tier: "frontend" } },
      destination: { labels: {} },
      protocol: 6,
      detail: 6379,
    });
  });

  it("quotes what would not be read back otherwise", () => {
    const odd: Flow = {
      source: { namespace: "", labels: { "a,b": 'c"]@', "x=y": "", "é ü": "\\" }, address: { family: 4, value: 1 } },
      destination: { namespace: "two words", labels: {}, address: { family: 4, value: 2 } },
      protocol: 6,
      detail: 80,
    };
    expect(formatFlow(odd)).toBe('""["a,b"="c\\"]@","x=y"=,"é ü"="\\\\"]@0.0.0.1 -> "two words"@0.0.0.2 : tcp/80');
    expect(parseFlow(formatFlow(odd))).toEqual(odd);
  });

  it("needs no spaces", () => {
    const flows = ["@10.0.0.1->@10.0.0.2:tcp/80", "n[a=b]@fd00::1->@fd00::2:udp/53"];
    expect(flows.map((text) => parseFlow(text)).map((flow) => (flow === undefined ? "" : formatFlow(flow)))).toEqual([
      "@10.0.0.1 -> @10.0.0.2 : tcp/80",
      "n[a=b]@fd00::1 -> @fd00::2 : udp/53",
    ]);
  });

  it("is told from a question about sets", () => {
    expect(["shop@10.0.0.1 -> @10.0.0.2 : tcp/1", "web@nowhere -> db"].map(looksConcrete)).toEqual([true, true]);
    expect(["web -> db : tcp/1", '"a@b" -> db'].map(looksConcrete)).toEqual([false, false]);
  });

  it.each(["10.1.1.1", "web", "[a=b]@10.0.0.1", "n[=b]@10.0.0.1", "n@10.0.0.256", "n@"])("refuses the end %j", (text) => {
    expect(parseEnd(text)).toBeUndefined();
  });

  it.each([
    "@10.0.0.1 -> @::1 : tcp/80",
    "@10.0.0.1 -> @10.0.0.2 : tcp/65536",
    "@10.0.0.1 -> @10.0.0.2",
    "@10.0.0.1 -> @10.0.0.2 : ip/256",
    "@10.0.0.1 -> @10.0.0.2 : x/1",
  ])("refuses the flow %j", (text) => {
    expect(parseFlow(text)).toBeUndefined();
  });
});
