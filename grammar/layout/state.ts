/** Where the layout stands in a file: the open blocks and brackets, the statement being read, and what has come out. */
import type { IToken, TokenType } from "chevrotain";
import type { Source } from "../messages.js";
import type { SyntaxProblem } from "../syntax.js";
import * as t from "../tokens.js";
import type { BlockKind } from "./blocks.js";
import { bracketNotClosed } from "./messages.js";

export interface Block {
  readonly kind: BlockKind;
  /** The word that opened it, and its name where it has one. */
  readonly keyword?: IToken;
  readonly name?: IToken;
  readonly brace?: IToken;
  /** Its opening brace was supplied: that mistake is told, so a missing closing brace is no second one. */
  readonly supplied: boolean;
}

export interface State {
  readonly source: Source;
  readonly raw: readonly IToken[];
  /** Offsets where the lexer left text out or swallowed some, ascending. */
  readonly gaps: readonly number[];
  readonly out: IToken[];
  readonly problems: SyntaxProblem[];
  /** Offsets of the first tokens of statements with a mistake that is told. */
  readonly spoilt: Set<number>;
  readonly blocks: Block[];
  /** Open parentheses and braces of port lists, of this statement. */
  readonly brackets: IToken[];
  /** Index in `raw` of the token at hand. */
  at: number;
  /** Index in `gaps` of the first that is not passed. */
  gap: number;
  /** First token of the statement being read, and its index in `raw`. */
  first?: IToken;
  firstAt: number;
  /** The block that this statement must still open. */
  opens?: BlockKind;
  /** The statement is no use to the parser. */
  skipping: boolean;
  /** Opening braces without a closing one in the whole file, as far as they are not accounted for; negative where closing ones are too many. */
  unclosed: number;
  /** A rule or an expectation in this block was told to be out of place, and its neighbours are the same mistake. */
  alien?: Block;
}

export function initialState(source: Source, raw: readonly IToken[], gaps: readonly number[]): State {
  let unclosed = 0;
  for (let at = 0; at < raw.length; at++) {
    const { tokenType } = raw[at];
    if (tokenType === t.LeftBrace) unclosed++;
    else if (tokenType === t.RightBrace) unclosed--;
  }
  const file: Block = { kind: "file", supplied: false };
  return {
    source,
    raw,
    gaps,
    out: [],
    problems: [],
    spoilt: new Set(),
    blocks: [file],
    brackets: [],
    at: 0,
    gap: 0,
    firstAt: 0,
    skipping: false,
    unclosed,
  };
}

export function top(state: State): Block {
  return state.blocks[state.blocks.length - 1];
}

/** A token that the text lacks. */
export function supplied(type: TokenType, offset: number): IToken {
  return { image: "", startOffset: offset, tokenTypeIdx: type.tokenTypeIdx ?? 0, tokenType: type };
}

/** A token read as one of another type. */
export function retyped(token: IToken, type: TokenType): IToken {
  return { image: token.image, startOffset: token.startOffset, tokenTypeIdx: type.tokenTypeIdx ?? 0, tokenType: type };
}

/** Reports a mistake of the statement at hand. */
export function tell(state: State, found: SyntaxProblem): void {
  state.problems.push(found);
  if (state.first !== undefined) state.spoilt.add(state.first.startOffset);
}

/** The token before the one at hand, line ends left aside. */
export function previous(state: State): IToken {
  let at = state.at - 1;
  while (at > 0 && state.raw[at].tokenType === t.NewLine) at--;
  return state.raw[Math.max(at, 0)];
}

/** The token at this index or, if that is a line's end, the one behind it. */
export function tokenAt(state: State, index: number): IToken | undefined {
  const token: IToken | undefined = state.raw[index];
  return token?.tokenType === t.NewLine ? state.raw[index + 1] : token;
}

export function clearStatement(state: State): void {
  state.first = undefined;
  state.opens = undefined;
  state.skipping = false;
}

/** Whether the lexer left something out of the statement at hand, up to this offset; remembers it as told. */
export function hasGap(state: State, first: IToken, end: number): boolean {
  const { gaps } = state;
  while (state.gap < gaps.length && gaps[state.gap] < first.startOffset) state.gap++;
  const found = state.gap < gaps.length && gaps[state.gap] < end;
  if (found) state.spoilt.add(first.startOffset);
  return found;
}

export function openBlock(state: State, brace: IToken, kind: BlockKind, isSupplied: boolean): void {
  const { first } = state;
  const name = state.raw[state.firstAt + 1];
  if (first !== undefined) hasGap(state, first, brace.startOffset);
  state.out.push(retyped(brace, t.BlockStart));
  state.blocks.push({ kind, brace, supplied: isSupplied, keyword: first, ...(name?.tokenType === t.Identifier ? { name } : {}) });
  clearStatement(state);
}

export function closeBlock(state: State, offset: number, brace = supplied(t.RightBrace, offset)): void {
  state.blocks.pop();
  state.out.push(retyped(brace, t.BlockEnd), supplied(t.End, offset + brace.image.length));
}

/** Closes a bracket of a list, and drops a trailing comma, which means nothing there. */
export function closeBracket(state: State): void {
  state.brackets.pop();
  if (state.skipping) return;
  const { out } = state;
  const before = out.length > 1 ? out[out.length - 2].tokenType : undefined;
  const trailing = out.at(-1)?.tokenType === t.Comma && before !== t.Comma && before !== t.LeftParenthesis && before !== t.LeftBrace;
  if (trailing) out.pop();
}

/** Closes a bracket that the text leaves open. */
export function closeMissingBracket(state: State, bracket: IToken): void {
  const type = bracket.tokenType === t.LeftBrace ? t.RightBrace : t.RightParenthesis;
  const last = previous(state);
  if (type === t.RightBrace) state.unclosed--;
  if (!state.skipping) tell(state, bracketNotClosed(state.source, bracket, last));
  closeBracket(state);
  if (!state.skipping) state.out.push(supplied(type, last.startOffset + last.image.length));
}
