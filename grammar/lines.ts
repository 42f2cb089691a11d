/** Where a statement may go on in the next line. */
import type { IToken } from "chevrotain";
import type { BlockKind } from "./blocks.js";
import * as t from "./tokens.js";

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
