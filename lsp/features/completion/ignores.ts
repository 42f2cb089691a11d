/** Codes in a comment that silences findings. */
import { CompletionItemKind } from "vscode-languageserver-types";
import { isEssential } from "../../../compiler/source/settings.js";
import { catalogue, definitionByCode } from "../../../compiler/diagnostics/catalogue.js";
import type { Span } from "../../../grammar/span.js";
import type { Comment } from "../../../grammar/syntax.js";
import type { Typed } from "../../workspace/workspace.js";
import type { Offer } from "./offer.js";

/** What may stand at `offset` in a comment: codes in a `ctv-ignore`, nothing in another. Codes found in the file come first. */
export function ignoredCodes({ view, text }: Typed, comment: Comment, offset: number): { readonly offers: readonly Offer[]; readonly written: Span } {
  const before = text.slice(comment.span.start, offset);
  const match = /^\/[/*]\s*ctv-ignore\s+(?:CTV\d{4}\s*,\s*)*([A-Z0-9]*)$/.exec(before);
  if (match === null) return { offers: [], written: { file: view.file.id, start: offset, end: offset } };
  const found = new Set(view.checked.diagnostics.filter(({ span }) => span.file === view.file.id).map(({ code }) => code));
  const offers = catalogue
    .filter(({ code }) => !isEssential(code, definitionByCode))
    .map(({ code, title, explanation }): Offer => ({
      label: code,
      kind: CompletionItemKind.EnumMember,
      detail: title,
      documentation: explanation,
      rank: found.has(code) ? 1 : 2,
    }));
  return { offers, written: { file: view.file.id, start: offset - match[1].length, end: offset } };
}
