/** Which mistakes say something about the text around them, so that a piece of it cannot be read alone. */
import { syntaxCodes } from "../messages.js";
import type { SyntaxProblem } from "../syntax.js";

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
