/**
 * From the lexer's tokens to the parser's: line ends become ends of statements or vanish, and braces are made to match.
 *
 * INVARIANT: in what comes out, every brace has its partner, every statement begins with a word that may begin one in its
 * block (or with `Misplaced`), and every statement ends with `End`. So whatever else is wrong stays inside one statement.
 */
import type { IToken } from "chevrotain";
import type { Source } from "../messages.js";
import type { SyntaxProblem } from "../syntax.js";
import * as t from "../tokens.js";
import { fitOf, isA } from "./blocks.js";
import { beginsProperty, indentation, isContinuation, joinsLines, startsLine } from "./lines.js";
import { blocksNotClosed, brokenLine, nestedTooDeeply, strayBrace } from "./messages.js";
import { closeBlock, closeBracket, initialState, openBlock, previous, supplied, tell, tokenAt, top } from "./state.js";
import type { Block, State } from "./state.js";
import { beginStatement, endStatement, leaveBlock } from "./statements.js";

export interface Layout {
  readonly tokens: IToken[];
  readonly problems: readonly SyntaxProblem[];
  /** Offsets of the first tokens of statements with a mistake that is told already. */
  readonly spoilt: ReadonlySet<number>;
}

/** Deeper than this nothing sensible is written, and the parser's stack stays small. */
const maximumDepth = 32;

/**
 * @param gaps offsets where the lexer left text out, ascending
 * @param cutShort whether the end of the file is in doubt, so that blocks open there are no mistake of their own
 */
export function layOut(source: Source, raw: readonly IToken[], gaps: readonly number[], cutShort: boolean): Layout {
  const state = initialState(source, raw, gaps);
  for (; state.at < raw.length && state.blocks.length <= maximumDepth; state.at++) step(state, raw[state.at]);
  finish(state, cutShort);
  return { tokens: state.out, problems: state.problems, spoilt: state.spoilt };
}

/**
 * Where an offset lies: the innermost block, and the tokens of the statement at hand before the offset. Behind a comma or an
 * operator at a line's end the statement goes on, whatever stands on the next line yet.
 */
export function placeIn(source: Source, raw: readonly IToken[], offset: number): { readonly block: Block; readonly statement: readonly IToken[] } {
  const state = initialState(source, raw, []);
  for (; state.at < raw.length && raw[state.at].startOffset < offset; state.at++) {
    const token = raw[state.at];
    const last = token.tokenType === t.NewLine && (raw[state.at + 1]?.startOffset ?? offset) >= offset;
    if (last && state.first !== undefined && (state.brackets.length > 0 || joinsLines(previous(state)))) continue;
    step(state, token);
  }
  const statement = state.first === undefined ? [] : raw.slice(state.firstAt, state.at).filter(({ tokenType }) => tokenType !== t.NewLine);
  return { block: top(state), statement };
}

function step(state: State, token: IToken): void {
  switch (token.tokenType) {
    case t.NewLine:
      return newLine(state, token);
    case t.Semicolon:
      if (top(state).kind !== "foreign") endStatement(state, token);
      return;
    case t.LeftBrace:
      return leftBrace(state, token);
    case t.RightBrace:
      return rightBrace(state, token);
    case t.LeftParenthesis:
      emit(state, token);
      if (top(state).kind !== "foreign") state.brackets.push(token);
      return;
    case t.RightParenthesis:
      if (state.brackets.at(-1)?.tokenType === t.LeftParenthesis) closeBracket(state);
      return emit(state, token);
    default:
      return emit(state, token);
  }
}

function emit(state: State, token: IToken): void {
  if (state.first === undefined) beginStatement(state, token);
  else if (!state.skipping) state.out.push(token);
}

// --- lines

function newLine(state: State, token: IToken): void {
  const following: IToken | undefined = state.raw[state.at + 1];
  if (top(state).kind === "foreign") {
    if (following !== undefined && isA(following, t.Reserved) && state.unclosed > 0) leaveForeign(state, token);
    return;
  }
  if (state.first === undefined) return;
  if (following === undefined || !(state.brackets.length > 0 ? bracketGoesOn(state, following) : statementGoesOn(state, state.first, following))) {
    endStatement(state, token);
  }
}

/** Whether a bracket goes on in the next line: it does not when that plainly is another statement. */
function bracketGoesOn(state: State, following: IToken): boolean {
  const bracket = state.brackets[state.brackets.length - 1];
  const before = previous(state);
  if (isA(following, t.Reserved)) return isLabelValue(state, bracket);
  if (following.tokenType === t.RightParenthesis || following.tokenType === t.Comma) return true;
  // In a file that lacks a closing brace, one alone on its line closes the block rather than a list begun in mid-line.
  if (following.tokenType === t.RightBrace) return bracket.tokenType === t.LeftBrace && (state.unclosed <= 0 || before === bracket);
  if (before === bracket || before.tokenType === t.Comma) return true;
  const second: IToken | undefined = state.raw[state.at + 2];
  return second?.tokenType === t.Comma || second?.tokenType === t.RightParenthesis;
}

/** Whether the reserved word that begins the next line is among the label values of a match: `env in (dev,` and then `test)`. */
function isLabelValue(state: State, bracket: IToken): boolean {
  const second = tokenAt(state, state.at + 2)?.tokenType;
  return bracket.tokenType === t.LeftParenthesis && (second === t.Comma || second === t.RightParenthesis);
}

/** Whether the reserved word that begins the next line is a label of the match at hand: `match tier = web,` and then `app = shop`. */
function isLabelKey(state: State, first: IToken): boolean {
  const second = tokenAt(state, state.at + 2)?.tokenType;
  return first.tokenType === t.Match && (second === t.Equals || second === t.In || second === t.Not);
}

function statementGoesOn(state: State, first: IToken, following: IToken): boolean {
  const { kind } = top(state);
  if (following.tokenType === t.LeftBrace) return state.opens !== undefined;
  if (joinsLines(previous(state))) {
    const begins =
      (isA(following, t.Reserved) && !isLabelKey(state, first)) ||
      (kind === "properties" && beginsProperty(following, state.raw[state.at + 2], first));
    return !begins && following.tokenType !== t.RightBrace;
  }
  if (!isContinuation(following, kind)) return false;
  if (!state.skipping) tell(state, brokenLine(state.source, previous(state), following));
  return true;
}

// --- braces

function leftBrace(state: State, token: IToken): void {
  const ports = previous(state).tokenType === t.Slash && top(state).kind !== "foreign";
  if (!ports && state.opens !== undefined && state.brackets.length === 0) {
    openBlock(state, token, state.opens, false);
    return;
  }
  emit(state, token);
  if (ports) state.brackets.push(token);
  else state.blocks.push({ kind: "foreign", brace: token, supplied: false });
}

function rightBrace(state: State, token: IToken): void {
  if (top(state).kind === "foreign") {
    state.blocks.pop();
    emit(state, token);
    return;
  }
  if (state.brackets.at(-1)?.tokenType === t.LeftBrace) {
    closeBracket(state);
    emit(state, token);
    return;
  }
  endStatement(state, token);
  while (state.unclosed > 0 && belongsOutside(state, token)) leaveBlock(state, top(state), token);
  if (state.blocks.length > 1 && !(state.unclosed < 0 && goesOnBehind(state))) {
    closeBlock(state, token.startOffset, token);
    return;
  }
  state.unclosed++;
  state.problems.push(strayBrace(state.source, token));
}

/**
 * Whether a closing brace, in a file that lacks some, closes a block around the innermost one: when the innermost block's own
 * brace was supplied, or when the brace stands under the beginning of an outer block, and left of the innermost.
 */
function belongsOutside(state: State, brace: IToken): boolean {
  const block = top(state);
  if (state.blocks.length < 3 || block.keyword === undefined) return false;
  if (block.supplied) return true;
  const { text } = state.source;
  if (!startsLine(text, brace.startOffset) || !startsLine(text, block.keyword.startOffset)) return false;
  const column = indentation(text, brace.startOffset);
  const outer = state.blocks.slice(1, -1);
  return column < indentation(text, block.keyword.startOffset) && outer.some(({ keyword }) => isUnder(text, column, keyword));
}

function isUnder(text: string, column: number, keyword: IToken | undefined): boolean {
  return keyword !== undefined && startsLine(text, keyword.startOffset) && indentation(text, keyword.startOffset) === column;
}

/**
 * Whether a block, in a file with a closing brace too many, goes on behind this one: what follows fits it and nothing around
 * it, or is indented as its contents are.
 */
function goesOnBehind(state: State): boolean {
  const following = tokenAt(state, state.at + 1);
  if (following === undefined || following.tokenType === t.RightBrace) return false;
  const { text } = state.source;
  const { keyword } = top(state);
  const aligned = keyword !== undefined && startsLine(text, following.startOffset) && startsLine(text, keyword.startOffset);
  if (aligned && indentation(text, following.startOffset) > indentation(text, keyword.startOffset)) return true;
  const fits = ({ kind }: Block): boolean => fitOf(kind, following, [undefined, undefined]) === "fits";
  return fits(top(state)) && !state.blocks.slice(0, -1).some(fits);
}

function leaveForeign(state: State, end: IToken): void {
  while (top(state).kind === "foreign") {
    state.blocks.pop();
    state.unclosed--;
    if (!state.skipping) state.out.push(supplied(t.RightBrace, end.startOffset));
  }
  endStatement(state, end);
}

function finish(state: State, cutShort: boolean): void {
  const { source } = state;
  const end = source.text.length;
  const { brace } = top(state);
  const tooDeep = state.blocks.length > maximumDepth && brace !== undefined;
  if (tooDeep) tell(state, nestedTooDeeply(source, brace));
  while (top(state).kind === "foreign") {
    state.blocks.pop();
    if (!state.skipping) state.out.push(supplied(t.RightBrace, end));
  }
  endStatement(state, undefined);
  const open = state.blocks.slice(1).filter((block) => !block.supplied);
  if (open.length > 0 && !tooDeep && !cutShort) state.problems.push(blocksNotClosed(source, open));
  while (state.blocks.length > 1) closeBlock(state, end);
}
