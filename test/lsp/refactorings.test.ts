/** Every refactoring and every action on a whole file, wherever it is offered in the fixtures: applied, and the project checked again. */
import { describe, expect, it } from "@jest/globals";
import type { CodeAction } from "vscode-languageserver-types";
import { finish } from "../../compiler/steps.js";
import { runTests } from "../../compiler/verdict/tests.js";
import { codeActions } from "../../lsp/features/actions/actions.js";
import { diagnosticsOf } from "./diagnostics.js";
import { toRange } from "../../lsp/place.js";
import type { View } from "../../lsp/workspace/workspace.js";
import { type Fixture, applied, openFixture } from "./fixture.js";

const fixtures: readonly (readonly [string, readonly string[]])[] = [
  ["guestbook", ["main.ctv", "shared/offices.ctv"]],
  ["market", ["shop.ctv", "payments.ctv", "shared/names.ctv"]],
];

const at = (view: View, offset: number, only: string): readonly CodeAction[] =>
  codeActions(view, toRange(view.file.lines, { start: offset, end: offset }), [only]);

/** The refactorings of a file, each once, with the first place where it is offered. */
function refactorings(view: View): readonly CodeAction[] {
  const found = new Map<string, CodeAction>();
  for (let offset = 0; offset < view.file.text.length; offset += 4) {
    for (const action of at(view, offset, "refactor")) found.set(JSON.stringify(action.edit), action);
  }
  return [...found.values()];
}

function apply(fixture: Fixture, files: readonly string[], action: CodeAction): void {
  for (const [uri, edits] of Object.entries(action.edit?.changes ?? {})) {
    const file = files.find((name) => uri.endsWith(`/${name}`));
    if (file === undefined) throw new Error(`${action.title} changes ${uri}`);
    fixture.edit(file, (text) => applied(text, edits));
  }
}

/** What each rule matches: ends and services, in the order of evaluation. */
function rulesOf(view: View): readonly string[] {
  const { universe } = view.checked;
  if (universe === undefined) return ["the policy has errors"];
  return universe.policy.tenants.flatMap(({ rules }) =>
    rules.map(({ action, source, destination, service }) =>
      JSON.stringify([action, universe.endsOf(source), universe.endsOf(destination), service.services], (_key, value: unknown) =>
        value instanceof Map ? [...value] : typeof value === "bigint" ? String(value) : value,
      ),
    ),
  );
}

function findingsOf(fixture: Fixture, files: readonly string[]): readonly string[] {
  return files.flatMap((file) => {
    finish(fixture.view(file).project.wholeInSteps());
    return diagnosticsOf(fixture.view(file)).map(({ code, message }) => `${String(code)} ${String(message)}`);
  });
}

describe.each(fixtures)("refactorings in %s", (name, files) => {
  const before = openFixture(name);
  const meaning = rulesOf(before.view(files[0]));

  it.each(files)("leave nothing wrong in %s, and every rule as it was", (file) => {
    const titles = new Set<string>();
    for (const action of refactorings(before.view(file))) {
      titles.add(action.title);
      const own = openFixture(name);
      apply(own, files, action);
      expect([action.title, findingsOf(own, files)]).toEqual([action.title, []]);
      expect(rulesOf(own.view(files[0]))).toEqual(meaning);
      const { universe } = own.view(files[0]).checked;
      const allHold = universe !== undefined && runTests(universe).results.every(({ passed }) => passed);
      expect([action.title, allHold]).toEqual([action.title, !action.title.includes("which fails")]);
    }
    expect([...titles].sort()).toMatchSnapshot();
  });
});

describe("actions on a whole file", () => {
  it("put imports in order, each once, and change nothing else", () => {
    const own = openFixture("market");
    own.edit("shop.ctv", (text) => `import "shared/names.ctv"\nimport "payments.ctv"\n${text.replace(/^import.*\n/, 'import "shared/names.ctv"\n')}`);
    const [action] = at(own.view("shop.ctv"), 0, "source.organizeImports");
    apply(own, ["shop.ctv"], action);
    expect(own.text("shop.ctv").split("\n").slice(0, 3)).toEqual(['import "payments.ctv"', 'import "shared/names.ctv"', ""]);
    expect(at(own.view("shop.ctv"), 0, "source.organizeImports")).toEqual([]);
  });

  it("apply every safe fix at once, so that none is left", () => {
    const own = openFixture("market");
    own.edit("shop.ctv", (text) => text.replace("app = web", "app == web").replace("-> web : https", "→ web : https").replace("# ", "// "));
    const [action] = at(own.view("shop.ctv"), 0, "source.fixAll");
    apply(own, ["shop.ctv"], action);
    expect(at(own.view("shop.ctv"), 0, "source.fixAll")).toEqual([]);
    expect(findingsOf(own, ["shop.ctv", "payments.ctv"])).toEqual([]);
  });
});
