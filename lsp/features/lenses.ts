/** Lines above declarations that count and offer: references, tests to run, what a policy becomes. */
import type { CodeLens } from "vscode-languageserver-types";
import { declaredName } from "../../compiler/bind/declare.js";
import { rulesAsRead } from "../../grammar/reparse/moved.js";
import type { Item } from "../../grammar/syntax.js";
import type { Outcome } from "../targets/outcomes.js";
import { locationOf, rangeOf } from "../place.js";
import type { View } from "../workspace/workspace.js";

/** Commands that the client carries out; see `protocol.ts` for what they ask of the server. */
export const lensCommands = { runTest: "ctv.runTest", showTarget: "ctv.showTarget", showReferences: "ctv.showReferences" } as const;

/** `outcomes` are what the targets make of the text, once that is known. */
export function codeLenses(view: View, outcomes: readonly Outcome[] = []): CodeLens[] {
  const items = view.file.parsed.file.items;
  return [...items, ...items.flatMap((item) => (item.kind === "tenant" ? item.items : []))].flatMap((item) => lensesOf(view, item, outcomes));
}

function lensesOf(view: View, item: Item, outcomes: readonly Outcome[]): CodeLens[] {
  const declared = declaredName(item);
  if (declared === undefined) return [];
  const range = rangeOf(view, declared.name.span);
  const symbol = view.checked.program.symbolOf(declared.node);
  if (symbol === undefined) return [];
  switch (item.kind) {
    case "test": {
      const target = { uri: view.uri, name: item.name.text, ...(symbol.tenant === undefined ? {} : { tenant: symbol.tenant }) };
      return [{ range, command: { title: "Run test", command: lensCommands.runTest, arguments: [target] } }];
    }
    case "policy": {
      const made = outcomes.map((outcome) => madeText(outcome, `${symbol.tenant ?? ""}/${symbol.name}`));
      const title = [counted(rulesAsRead(item).length, "rule"), ...made, "show target output"].join(" · ");
      return [{ range, command: { title, command: lensCommands.showTarget, arguments: [view.uri] } }];
    }
    default: {
      const uses = view.checked.names.occurrencesOf(symbol).filter(({ declaration }) => !declaration);
      const title = counted(uses.length, "reference");
      const places = uses.map(({ span }) => locationOf(view, span));
      return [{ range, command: { title, command: lensCommands.showReferences, arguments: [view.uri, range.start, places] } }];
    }
  }
}

/** Such as `4 Kubernetes objects`, `31 OpenFlow flows`. */
function madeText({ target, made }: Outcome, policy: string): string {
  const count = made.get(policy) ?? 0;
  switch (target) {
    case "kubernetes":
      return counted(count, "Kubernetes object");
    case "contiv":
      return counted(count, "Contiv object");
    case "openflow":
      return counted(count, "OpenFlow flow");
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
