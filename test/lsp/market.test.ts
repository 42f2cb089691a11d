/** A project of several files: two tenants, exports, imports, params, environments, quoted names, an inventory, every target. */
import { describe, expect, it } from "@jest/globals";
import { finish } from "../../compiler/steps.js";
import { incoming, outgoing, prepareCalls } from "../../lsp/features/calls.js";
import { completion } from "../../lsp/features/completion/completion.js";
import { diagnosticsOf } from "./diagnostics.js";
import { inlayHints } from "../../lsp/features/hints.js";
import { hover } from "../../lsp/features/hover.js";
import { codeLenses } from "../../lsp/features/lenses.js";
import { documentLinks } from "../../lsp/features/links.js";
import { movedImports } from "../../lsp/features/moves.js";
import { definition, references, rename } from "../../lsp/features/names.js";
import { explainFlow, subjectOf } from "../../lsp/features/policy.js";
import { workspaceSymbols } from "../../lsp/features/symbols.js";
import { outcomesOf } from "../../lsp/targets/outcomes.js";
import { toRange } from "../../lsp/place.js";
import { type View, typedOf } from "../../lsp/workspace/workspace.js";
import { applied, openFixture, shown } from "./fixture.js";

const [shopFile, paymentsFile, namesFile] = ["shop.ctv", "payments.ctv", "shared/names.ctv"];
const market = openFixture("market");
const shop = market.view(shopFile);
const payments = market.view(paymentsFile);
const names = market.view(namesFile);
const outcomes = finish(outcomesOf(shop.project));

const fileOf = (uri: string): string => uri.slice(uri.indexOf("/market/") + "/market/".length);
const place = ({ uri, range }: { readonly uri: string; readonly range: Parameters<typeof shown>[1] }): string =>
  `${fileOf(uri)} ${shown(market.text(fileOf(uri)), range)}`;
const text = (view: View, offset: number): unknown => hover(view, offset, outcomes)?.contents;
const everything = (view: View): Parameters<typeof inlayHints>[1] => toRange(view.file.lines, { start: 0, end: view.file.text.length });

describe("the market", () => {
  it("has nothing wrong", () => {
    for (const view of [shop, payments, names]) expect(diagnosticsOf(view).map(({ message }) => message)).toEqual([]);
  });

  it.each([
    [shopFile, ["tenant", "admins", "web", "path", "rule"]],
    [paymentsFile, ["ledger", "export", "local", "used-service"]],
    [namesFile, ["office", "ledger-service"]],
  ])("says of the names of %s what they mean", (file, marks) => {
    for (const mark of marks) expect([mark, text(market.view(file), market.mark(mark, file))]).toMatchSnapshot();
  });

  it("says of a rule what each target makes of it, and waits for what is not known", () => {
    const rule = market.mark("rule", shopFile);
    expect(hover(shop, rule)?.contents).toMatchObject({ value: expect.stringContaining("being worked out") });
    expect(text(shop, rule)).toMatchObject({
      value: expect.stringMatching(/\*\*kubernetes\*\*: denied; note CTV5102[^]*\*\*openflow\*\*: denied as written/),
    });
  });

  it("counts what each target makes of a policy", () => {
    const titles = [...codeLenses(shop, outcomes), ...codeLenses(payments, outcomes)].flatMap(({ command }) => command?.title ?? []);
    expect(titles.filter((title) => title.includes("show target output"))).toMatchSnapshot();
  });

  it("counts the endpoints of a group, and follows the environment that the editor chooses", () => {
    const hints = (): readonly string[] => {
      const own = openFixture("market");
      own.workspace.choose(chosen);
      return [shopFile, paymentsFile].flatMap((file) => inlayHints(own.view(file), everything(own.view(file))).map(({ label }) => String(label)));
    };
    let chosen = {};
    expect(hints()).toEqual(expect.arrayContaining(["2 endpoints", "0 endpoints", "1 endpoint", "tcp/8443"]));
    chosen = { environment: "production" };
    expect(hints()).toEqual(expect.arrayContaining(["tcp/9443"]));
    chosen = { environment: "nowhere", inventory: "missing.yaml" };
    expect(hints()).toEqual(expect.arrayContaining(["tcp/8443"]));
    expect(hints().filter((label) => label.includes("endpoint"))).toEqual([]);
  });

  it("leads across files and tenants", () => {
    expect(definition(shop, market.mark("path", shopFile) + '"payments.v2"/'.length).map(place)).toEqual(["payments.ctv 9: ledger"]);
    expect(references(payments, market.mark("ledger", paymentsFile), false).map(place)).toMatchSnapshot();
    expect(references(names, market.mark("ledger-service", namesFile), true).map(place)).toMatchSnapshot();
    expect(documentLinks(shop).map(({ target }) => fileOf(target ?? ""))).toEqual([namesFile]);
    expect(workspaceSymbols(shop, "ledg").map(({ name, containerName = "" }) => `${containerName}/${name}`)).toEqual(
      expect.arrayContaining(["/ledger-port", "/ledger", "payments.v2/ledger"]),
    );
  });

  it.each([
    [paymentsFile, "ledger", "general.ledger"],
    [namesFile, "office", "head-office"],
    [shopFile, "tenant", "bazaar"],
    [shopFile, "admins", "operators"],
  ])("renames in %s the %s to %s, and still has nothing wrong, in the project file neither", (file, mark, to) => {
    const own = openFixture("market");
    const renamed = rename(own.view(file), own.mark(mark, file), to);
    if (renamed.kind === "refused") throw new Error(renamed.reason);
    const changes = Object.entries(renamed.edit.changes ?? {});
    expect(changes.map(([uri, edits]) => [fileOf(uri), edits.length])).toMatchSnapshot();
    for (const [uri, edits] of changes) own.edit(fileOf(uri), (before) => applied(before, edits));
    const errors = own.view(file).checked.diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.map(({ message }) => message)).toEqual([]);
  });

  it("moves a file without breaking its imports or those of it", () => {
    const moved = movedImports(shop, new Map([[namesFile, "lib/words.ctv"]]));
    expect(Object.entries(moved.changes ?? {}).map(([uri, edits]) => [fileOf(uri), edits.map(({ newText }) => newText)])).toEqual([
      [paymentsFile, ['"lib/words.ctv"']],
      [shopFile, ['"lib/words.ctv"']],
    ]);
    const away = movedImports(shop, new Map([[shopFile, "teams/shop/main.ctv"]]));
    expect(Object.values(away.changes ?? {}).map((edits) => edits.map(({ newText }) => newText))).toEqual([['"../../shared/names.ctv"']]);
  });

  it("reads calls across tenants", () => {
    const [item] = prepareCalls(payments, market.mark("ledger", paymentsFile));
    expect(item.name).toBe("ledger");
    expect(incoming(payments, market.mark("ledger", paymentsFile)).map(({ from }) => `${fileOf(from.uri)} ${from.name}`)).toEqual([
      "payments.ctv auditor",
      "shop.ctv web",
    ]);
    expect(outgoing(shop, market.mark("web", shopFile)).map(({ to }) => to.name)).toEqual(["ledger"]);
  });

  it("offers what other tenants export, and what imported files declare", () => {
    const labels = (file: string, typed: string): readonly string[] => {
      const own = openFixture("market");
      own.edit(file, (before) => before.replace(/(policy [^{]*\{)/, `$1\n${typed}`));
      const at = own.text(file).indexOf(typed) + typed.length;
      return completion(typedOf(own.view(file)), at).items.map(({ label }) => label);
    };
    expect(labels(shopFile, "allow ")).toEqual(
      expect.arrayContaining(["web", "db.main", "inner", "office", "3rd-party", "admins", "payments.v2/", "world"]),
    );
    expect(labels(shopFile, 'allow web -> "payments.v2"/')).toEqual(["ledger"]);
    expect(labels(paymentsFile, "allow shop/")).toEqual(["web"]);
    expect(labels(shopFile, "allow web -> web : ")).toEqual(expect.arrayContaining(["ledger", "https"]));
    expect(labels(shopFile, "allow web -> web : tcp/")).toEqual(expect.arrayContaining(["ledger-port"]));
  });

  it("explains a flow with the names of the tenant that it makes sense in", () => {
    expect(explainFlow(subjectOf(shop), "web -> payments.v2/ledger : ledger").text).toMatch(/All of it is \*\*allowed\*\*/);
    expect(explainFlow(subjectOf(payments), "auditor -> ledger : tcp/1").text).toMatch(/All of it is \*\*denied\*\*/);
  });
});
