/** Lines above declarations that count and offer: references, tests to run, what a policy becomes. */
import type { CodeLens } from "vscode-languageserver-types";
import { declaredName } from "../../compiler/bind/declare.js";
import type { Item } from "../../grammar/syntax.js";
import { locationOf, rangeOf } from "../place.js";
import type { View } from "../workspace/workspace.js";

/** Commands that the client carries out; see `protocol.ts` for what they ask of the server. */
export const lensCommands = { runTest: "ctv.runTest", showTarget: "ctv.showTarget", showReferences: "ctv.showReferences" } as const;

export function codeLenses(view: View): CodeLens[] {
  const items = view.file.parsed.file.items;
  return [...items, ...items.flatMap((item) => (item.kind === "tenant" ? item.items : []))].flatMap((item) => lensesOf(view, item));
}

function lensesOf(view: View, item: Item): CodeLens[] {
  const declared = declaredName(item);
  if (declared === undefined) return [];
  const range = rangeOf(view, declared.name.span);
  const symbol = view.checked.program.symbolOfNode.get(declared.node);
  if (symbol === undefined) return [];
  switch (item.kind) {
    case "test": {
      const target = { uri: view.uri, name: item.name.text, ...(symbol.tenant === undefined ? {} : { tenant: symbol.tenant }) };
      return [{ range, command: { title: "Run test", command: lensCommands.runTest, arguments: [target] } }];
    }
    case "policy": {
      const rules = `${item.rules.length} ${item.rules.length === 1 ? "rule" : "rules"}`;
      return [{ range, command: { title: `${rules}: show target output`, command: lensCommands.showTarget, arguments: [view.uri] } }];
    }
    default: {
      const uses = view.checked.names.occurrencesOf(symbol).filter(({ declaration }) => !declaration);
      const title = `${uses.length} ${uses.length === 1 ? "reference" : "references"}`;
      const places = uses.map(({ span }) => locationOf(view, span));
      return [{ range, command: { title, command: lensCommands.showReferences, arguments: [view.uri, range.start, places] } }];
    }
  }
}
