/** Where a statement may go on in the next line. */
import type { IToken } from "chevrotain";
import { isA, opensList } from "./blocks.js";
import type { BlockKind } from "./blocks.js";
import * as t from "../tokens.js";

/** Whether a statement goes on after a line that ends with this token: something must follow it. */
export function joinsLines(last: IToken): boolean {
  switch (last.tokenType) {
    case t.Comma:
    case t.Arrow:
    case t.OtherArrow:
    case t.Equals:
    case t.DoubleEquals:
    case t.Colon:
      return true;
    default:
      return false;
  }
}

/** Whether a line that begins with this token goes on with a statement that has ended: nothing in this block begins so. */
export function isContinuation(first: IToken, kind: BlockKind): boolean {
  switch (first.tokenType) {
    case t.Arrow:
    case t.OtherArrow:
    case t.Equals:
    case t.DoubleEquals:
    case t.Colon:
    case t.Comma:
    case t.Slash:
    case t.LeftParenthesis:
      return true;
    case t.Except:
    case t.As:
    case t.Log:
    case t.To:
    case t.In:
    case t.Not:
    case t.Priority:
    case t.Provided:
    case t.Consumed:
      return kind !== "properties" && kind !== "foreign";
    default:
      return false;
  }
}

/**
 * Whether a line behind a dangling comma or operator is a statement of its own, in a block of properties: its first word is
 * followed by a value, and no list reads so. `first` is the first token of the statement above.
 */
export function beginsProperty(token: IToken, following: IToken | undefined, first: IToken): boolean {
  if (token.tokenType === t.Match) return following === undefined || !opensList(following);
  if (following === undefined || !isA(token, t.PropertyName)) return false;
  if ([t.Address, t.Integer, t.IntegerRange, t.Bandwidth].some((type) => isA(following, type))) return true;
  // In a list of label requirements a word may follow another: "has web", "app in (a, b)".
  return first.tokenType !== t.Match && isA(following, t.Name);
}

/** Whether only space stands before this place in its line. */
export function startsLine(text: string, offset: number): boolean {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return text.slice(start, offset).trim() === "";
}

/** Characters between the beginning of the line and this place, for places at which a line starts. */
export function indentation(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}
