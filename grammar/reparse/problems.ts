/** Which mistakes say something about the text around them, so that a piece of it cannot be read alone. */
import { isA } from "../layout/blocks.js";
import { tokenise } from "../lexer.js";
import { syntaxCodes } from "../messages.js";
import type { SyntaxProblem } from "../syntax.js";
import * as t from "../tokens.js";

/** More problems than these are near those that `parseFile` counts and does not list. */
export const fewProblems = 50;

/** Mistakes that are told in view of what stands around a block, or that change how it is read. */
const farReaching: ReadonlySet<string> = new Set([
  syntaxCodes.unreadableFile,
  syntaxCodes.unexpectedCharacter,
  syntaxCodes.unterminatedComment,
  syntaxCodes.misplacedStatement,
  syntaxCodes.blockNotClosed,
  syntaxCodes.blockNotOpened,
  syntaxCodes.strayClosing,
  syntaxCodes.listNotClosed,
  syntaxCodes.nestedTooDeeply,
]);

export function isFarReaching({ code }: SyntaxProblem): boolean {
  return farReaching.has(code);
}

/** Every place that the problem speaks of. */
export function placesOf({ span, related, fix }: SyntaxProblem): readonly { readonly start: number; readonly end: number }[] {
  return [span, ...related.map((entry) => entry.span), ...(fix?.edits ?? []).map((edit) => edit.span)];
}

/** How the braces of a whole file match has a say in which block a place is in, so pieces are read alone where theirs do. */
export function bracesMatch(id: string, text: string): boolean {
  let open = 0;
  for (const token of tokenise({ id, text }).tokens) {
    if (isA(token, t.LeftBrace)) open += 1;
    else if (isA(token, t.RightBrace)) open -= 1;
    if (open < 0) return false;
  }
  return open === 0;
}
