import { describe, expect, it } from "@jest/globals";
import { formatRange } from "../../../grammar/format/range.js";

/** The text after formatting the part between the two marks. */
async function formatted(marked: string): Promise<string> {
  const start = marked.indexOf("«");
  const end = marked.indexOf("»") - 1;
  const text = marked.replace(/[«»]/g, "");
  const result = await formatRange(text, { start, end });
  if (result.kind === "unreadable") return "unreadable";
  return result.edits.reduceRight((before, edit) => before.slice(0, edit.start) + edit.text + before.slice(edit.end), text);
}

describe("formatting a range", () => {
  it("formats the declarations that it touches, and no others", async () => {
    expect(await formatted("service  a=tcp/1\nservice  «b=tcp/2\nservice » c=tcp/3\nservice  d=tcp/4\n")).toBe(
      "service  a=tcp/1\nservice b = tcp/2\nservice c = tcp/3\nservice  d=tcp/4\n",
    );
  });

  it("stays inside a tenant, with its indentation, and takes a policy whole", async () => {
    const text = "tenant t {\ndefault   deny\n policy p {\n  allow «a->b\n»  deny cc->d /* x\n y */\n}\n  set   s=a\n}\n";
    expect(await formatted(text)).toBe(
      "tenant t {\ndefault   deny\n  policy p {\n    allow a  -> b\n    deny  cc -> d /* x\n y */\n  }\n  set   s=a\n}\n",
    );
  });

  it("formats beside an error, but not over it", async () => {
    expect(await formatted("tenant t {\n  default maybe\n  «set   s=a»\n}\n")).toBe("tenant t {\n  default maybe\n  set s = a\n}\n");
    expect(await formatted("«set  a=b\nservice   = tcp\nset   s=a»\n")).toBe("unreadable");
  });

  it("does nothing where there is nothing to do", async () => {
    expect(await formatted("«service a = tcp/1»\n")).toBe("service a = tcp/1\n");
    expect(await formatted("// c\n«\n»\n")).toBe("// c\n\n\n");
  });
});
