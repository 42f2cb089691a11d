/** What a completion offers, before it is an item of the protocol. */
import type { CompletionItemKind } from "vscode-languageserver-types";
import type { PolicySymbol } from "../../../compiler/bind/symbols.js";

/** An entry with its place in the list; entries of one rank are in order of name. */
export interface Offer {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly detail?: string;
  readonly documentation?: string;
  /** What is written; the label where absent. */
  readonly text?: string;
  readonly snippet?: boolean;
  /** Lower comes first. */
  readonly rank: number;
  /** Left to `resolveCompletion`: the name of a symbol to describe. */
  readonly symbol?: PolicySymbol;
}
