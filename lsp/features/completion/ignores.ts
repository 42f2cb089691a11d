/** Codes in a comment that silences findings. */
import { CompletionItemKind } from "vscode-languageserver-types";
import { isEssential } from "../../../compiler/source/settings.js";
import { catalogue, definitionByCode } from "../../../compiler/diagnostics/catalogue.js";
import { tokenise } from "../../../grammar/lexer.js";
import type { Span } from "../../../grammar/span.js";
import type { Typed } from "../../workspace/workspace.js";
import type { Offer } from "./offer.js";

/** What may stand at `offset` where that is the code of a `ctv-ignore` comment; nothing elsewhere. Codes found in the file come first. */
export function ignoredCodes({ view, text }: Typed, offset: number): { readonly offers: readonly Offer[]; readonly written: Span } | undefined {
  const comment = tokenise({ id: view.file.id, text }).comments.find(({ span }) => span.start < offset && offset <= span.end);
  if (comment === undefined) return undefined;
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
