import { describe, expect, it } from "@jest/globals";
import { checkTexts, readTexts, renderDiagnostics } from "../support/diagnose.js";

describe("the examples", () => {
  it.each(["guestbook", "policy-tutorial", "shop", "zero-trust"])("%s resolves", (name) => {
    const texts = readTexts(`examples/${name}`);
    const checked = checkTexts(texts);
    expect(
      renderDiagnostics(
        checked.diagnostics.filter((diagnostic) => diagnostic.severity !== "note"),
        texts,
      ),
    ).toBe("");
    expect(checked.policy).toBeDefined();
  });
});
