/**
 * From the lexer's tokens to the parser's: line ends become ends of statements or vanish, and braces are made to match.
 *
 * INVARIANT: in what comes out, every brace has its partner, every statement begins with a word that may begin one in its
 * block (or with `Misplaced`), and every statement ends with `End`. So whatever else is wrong stays inside one statement.
 */
import type { IToken, TokenType } from "chevrotain";
import { blockOf, contentsOf, fitOf, isA, meantStarter } from "./blocks.js";
import type { BlockKind, Fit } from "./blocks.js";
import { isContinuation, joinsLines } from "./lines.js";
import { after, article, inserting, problem, quoted, replacing, spanOf, syntaxCodes } from "./messages.js";
import type { Source } from "./messages.js";
import type { SyntaxProblem } from "./syntax.js";
import * as t from "./tokens.js";

export interface Layout {
  readonly tokens: IToken[];
  readonly problems: readonly SyntaxProblem[];
  /** Offsets of the first tokens of statements with a mistake that is told already. */
  readonly spoilt: ReadonlySet<number>;
}

interface Block {
  readonly kind: BlockKind;
  readonly keyword?: IToken;
  readonly brace?: IToken;
  /** Its opening brace was supplied: the mistake is told, so a missing closing one is no second. */
  readonly supplied: boolean;
}

/** Deeper than this nothing sensible is written, and the parser's stack stays small. */
const maximumDepth = 32;

interface State {
  readonly source: Source;
  readonly raw: readonly IToken[];
  readonly gaps: readonly number[];
  readonly out: IToken[];
  readonly problems: SyntaxProblem[];
  readonly spoilt: Set<number>;
  readonly blocks: Block[];
  /** Open parentheses and braces of service sets, of this statement. */
  readonly brackets: IToken[];
  /** Index in `raw`. */
  at: number;
  /** Index in `gaps` of the first that is not passed. */
  gap: number;
  /** First token of the statement being read. */
  first?: IToken;
  /** The block that this statement must still open. */
  opens?: BlockKind;
  /** The statement is no use to the parser. */
  skipping: boolean;
  /** Opening braces without a closing one in the whole file, negative where closing ones are too many. */
  unclosed: number;
  /** A rule or expectation outside its block was told, and its neighbours are the same mistake. */
  alien?: Block;
}

export function layOut(source: Source, raw: readonly IToken[], gaps: readonly number[], cutShort: boolean): Layout {
  const state: State = {
    source,
    raw,
    gaps,
    out: [],
    problems: [],
    spoilt: new Set(),
    blocks: [{ kind: "file", supplied: false }],
    brackets: [],
    at: 0,
    gap: 0,
    skipping: false,
    unclosed: balance(raw),
  };
  for (; state.at < raw.length; state.at++) {
    if (state.blocks.length > maximumDepth) break;
    step(state, raw[state.at]);
  }
  finish(state, cutShort);
  return { tokens: state.out, problems: state.problems, spoilt: state.spoilt };
}

function balance(tokens: readonly IToken[]): number {
  let open = 0;
  for (const { tokenType } of tokens) {
    if (tokenType === t.LeftBrace) open++;
    else if (tokenType === t.RightBrace) open--;
  }
  return open;
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
      emit(state, token);
      return;
    default:
      emit(state, token);
  }
}

function top(state: State): Block {
  return state.blocks[state.blocks.length - 1];
}

function emit(state: State, token: IToken): void {
  if (state.first === undefined && top(state).kind !== "foreign") beginStatement(state, token);
  else if (!state.skipping) state.out.push(token);
}

function virtual(type: TokenType, offset: number): IToken {
  return { image: "", startOffset: offset, tokenTypeIdx: type.tokenTypeIdx ?? 0, tokenType: type };
}

function tell(state: State, found: SyntaxProblem): void {
  state.problems.push(found);
  if (state.first !== undefined) state.spoilt.add(state.first.startOffset);
}

/** The token before `at` that is not a line's end. */
function previous(state: State): IToken {
  let at = state.at - 1;
  while (at > 0 && state.raw[at].tokenType === t.NewLine) at--;
  return state.raw[Math.max(at, 0)];
}

function next(state: State, from = state.at): IToken | undefined {
  const token: IToken | undefined = state.raw[from + 1];
  return token?.tokenType === t.NewLine ? state.raw[from + 2] : token;
}

// --- beginning and ending of statements

function beginStatement(state: State, token: IToken): void {
  const block = top(state);
  const fit = fitOf(block.kind, token, [state.raw[state.at + 1], state.raw[state.at + 2]]);
  state.first = token;
  if (fit !== "alien") state.alien = undefined;
  if (fit === "fits") return accept(state, token);
  if (fit === "outer" && leaveBlocks(state, token)) return accept(state, token);
  if (fit === "unknown") return beginUnknown(state, token);
  // A tenant inside a tenant is for the checker to tell: it knows what may stand where at the top.
  if (token.tokenType !== t.Tenant || block.kind !== "tenant") misplaced(state, token, block);
  state.opens = blockOf(token.tokenType);
  state.out.push(virtual(t.Misplaced, token.startOffset), token);
}

function accept(state: State, token: IToken): void {
  state.opens = top(state).kind === "properties" ? undefined : blockOf(token.tokenType);
  state.out.push(token);
}

/** Closes the blocks that a statement shows to be over: where braces are missing, this is where they belong. */
function leaveBlocks(state: State, token: IToken): boolean {
  const levels = state.blocks.length;
  let keep = levels - 1;
  while (keep > 0 && fitOf(state.blocks[keep].kind, token, [state.raw[state.at + 1], state.raw[state.at + 2]]) !== "fits") keep--;
  const left = state.blocks.slice(keep + 1);
  const supplied = left.every((block) => block.supplied);
  if (state.unclosed < left.length && !supplied) return false;
  state.first = undefined;
  for (const block of left.reverse()) {
    if (!block.supplied) state.problems.push(notClosed(state, block, spanOf(state.source, token)));
    closeBlock(state, token.startOffset);
    state.unclosed--;
  }
  state.first = token;
  return true;
}

function misplaced(state: State, token: IToken, block: Block): void {
  const told = state.alien === block;
  if (!isA(token, t.Declaring)) state.alien = block;
  if (told) {
    state.spoilt.add(token.startOffset);
    return;
  }
  const span = spanOf(state.source, token);
  const inside = block.keyword === undefined ? "at the top of a file" : `inside ${article(block.keyword.image)}`;
  const what =
    token.tokenType === t.Allow || token.tokenType === t.Deny ? "a rule" : token.tokenType === t.Expect ? "an expectation" : article(token.image);
  const rule = token.tokenType === t.Allow || token.tokenType === t.Deny;
  if (rule && block.kind === "test") {
    const message = `an expectation begins with "expect": say "expect ${token.image}"`;
    state.problems.push(problem(syntaxCodes.misplacedStatement, span, message, inserting(span, "expect ", 'write "expect"')));
    return;
  }
  const home = rule ? "; rules stand in a policy" : token.tokenType === t.Expect ? "; expectations stand in a test" : `; ${contentsOf(block.kind)}`;
  const related = block.brace === undefined ? [] : [{ span: spanOf(state.source, block.brace), message: "this block is still open here" }];
  state.problems.push(problem(syntaxCodes.misplacedStatement, span, `${what} cannot stand ${inside}${home}`, undefined, related));
}

function beginUnknown(state: State, token: IToken): void {
  const block = top(state);
  const span = spanOf(state.source, token);
  const operand = next(state);
  const meant = isA(token, t.Name) && operand !== undefined && isA(operand, t.Name) ? meantStarter(block.kind, token) : undefined;
  const type = meant === undefined ? undefined : (t.reservedWords.get(meant) ?? t.contextualWords.get(meant));
  if (meant !== undefined && type !== undefined) {
    tell(
      state,
      problem(
        syntaxCodes.unknownStatement,
        span,
        `${quoted(token.image)} begins no statement; did you mean "${meant}"?`,
        replacing(span, meant, `write "${meant}"`),
      ),
    );
    accept(state, { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx ?? 0 });
    return;
  }
  tell(state, problem(syntaxCodes.unknownStatement, span, `no statement begins with ${quoted(token.image)}: ${contentsOf(block.kind)}`));
  state.skipping = true;
}

/** `end` is the token that ends it, the one before which it ends where that is a brace, or nothing at the end of the file. */
function endStatement(state: State, end: IToken | undefined): void {
  const { first } = state;
  if (first === undefined) return;
  const offset = end?.startOffset ?? state.source.text.length;
  while (state.brackets.length > 0) closeMissingBracket(state);
  if (state.opens !== undefined && supplyBlock(state, state.opens, first)) return;
  noteGaps(state, first, offset);
  if (!state.skipping) state.out.push(virtual(t.End, offset));
  clearStatement(state);
}

function clearStatement(state: State): void {
  state.first = undefined;
  state.opens = undefined;
  state.skipping = false;
}

/** Marks the statement as told of when the lexer left something out of it. */
function noteGaps(state: State, first: IToken, end: number): void {
  const { gaps } = state;
  while (state.gap < gaps.length && gaps[state.gap] < first.startOffset) state.gap++;
  if (state.gap < gaps.length && gaps[state.gap] < end) state.spoilt.add(first.startOffset);
}

// --- lines

function newLine(state: State, token: IToken): void {
  const following = state.raw[state.at + 1];
  if (top(state).kind === "foreign") {
    if (following !== undefined && isA(following, t.Reserved) && state.unclosed > 0) leaveForeign(state, token);
    return;
  }
  if (state.first === undefined) return;
  if (state.brackets.length > 0 && staysOpen(state, following)) return;
  if (state.brackets.length === 0 && goesOn(state, following)) return;
  endStatement(state, token);
}

/** Whether a bracket goes on after a line's end: it does not when the next line plainly is another statement. */
function staysOpen(state: State, following: IToken | undefined): boolean {
  const bracket = state.brackets[state.brackets.length - 1];
  if (following === undefined || isA(following, t.Reserved)) return false;
  if (following.tokenType === t.RightParenthesis || following.tokenType === t.Comma) return true;
  // In a file that lacks a closing brace, one alone on its line closes the block rather than a set begun in mid-line.
  if (following.tokenType === t.RightBrace) return bracket.tokenType === t.LeftBrace && (state.unclosed <= 0 || previous(state) === bracket);
  const before = previous(state);
  if (before === bracket || before.tokenType === t.Comma) return true;
  const second = state.raw[state.at + 2];
  return second?.tokenType === t.Comma || second?.tokenType === t.RightParenthesis;
}

/** Whether a statement goes on in the next line. */
function goesOn(state: State, following: IToken | undefined): boolean {
  if (following === undefined) return false;
  if (following.tokenType === t.LeftBrace) return state.opens !== undefined;
  if (joinsLines(previous(state))) return !isA(following, t.Reserved) && following.tokenType !== t.RightBrace;
  if (!isContinuation(following, top(state).kind)) return false;
  const span = spanOf(state.source, following);
  const message = `the statement above ended with its line, so this line cannot go on with ${quoted(following.image)}; only a comma, "->", ":" or "=" at a line's end lets a statement go on`;
  const gap = { file: state.source.id, start: previous(state).startOffset + previous(state).image.length, end: span.start };
  const joinable = state.source.text.slice(gap.start, gap.end).trim() === "";
  tell(state, problem(syntaxCodes.brokenLine, span, message, joinable ? replacing(gap, " ", "join the two lines") : undefined));
  return true;
}

// --- brackets and braces

function closeBracket(state: State): void {
  state.brackets.pop();
  const { out } = state;
  // A trailing comma inside brackets means nothing.
  const before = out.length > 1 ? out[out.length - 2].tokenType : undefined;
  const trailing = out.at(-1)?.tokenType === t.Comma && before !== t.Comma && before !== t.LeftParenthesis && before !== t.LeftBrace;
  if (trailing && !state.skipping) out.pop();
}

function closeMissingBracket(state: State): void {
  const bracket = state.brackets[state.brackets.length - 1];
  const last = previous(state);
  const [closing, type] = bracket.tokenType === t.LeftBrace ? ["}", t.RightBrace] : [")", t.RightParenthesis];
  const related = [{ span: spanOf(state.source, bracket), message: "opened here" }];
  const span = after(state.source, last);
  if (!state.skipping)
    tell(state, problem(syntaxCodes.listNotClosed, span, `"${closing}" is missing`, inserting(span, closing, `write "${closing}"`), related));
  closeBracket(state);
  if (type === t.RightBrace) state.unclosed--;
  if (!state.skipping) state.out.push(virtual(type, span.end));
}

function leftBrace(state: State, token: IToken): void {
  if (previous(state).tokenType === t.Slash && top(state).kind !== "foreign") {
    emit(state, token);
    state.brackets.push(token);
    return;
  }
  if (state.first !== undefined && state.opens !== undefined && state.brackets.length === 0) {
    openBlock(state, token, state.opens, false);
    return;
  }
  emit(state, token);
  state.blocks.push({ kind: "foreign", brace: token, supplied: false });
}

function openBlock(state: State, brace: IToken, kind: BlockKind, supplied: boolean): void {
  if (state.first !== undefined) noteGaps(state, state.first, brace.startOffset);
  state.out.push(brace);
  state.blocks.push({ kind, brace, supplied, ...(state.first === undefined ? {} : { keyword: state.first }) });
  clearStatement(state);
}

function rightBrace(state: State, token: IToken): void {
  const bracket = state.brackets.at(-1);
  if (top(state).kind === "foreign") {
    state.blocks.pop();
    emit(state, token);
    return;
  }
  if (bracket?.tokenType === t.LeftBrace) {
    closeBracket(state);
    emit(state, token);
    return;
  }
  endStatement(state, token);
  // The brace after a block whose own was supplied belongs to the block around it, unless the file has one to spare.
  while (top(state).supplied && state.unclosed > 0) {
    closeBlock(state, token.startOffset);
    state.unclosed--;
  }
  if (state.blocks.length > 1) {
    closeBlock(state, token.startOffset, token);
    return;
  }
  const span = spanOf(state.source, token);
  state.unclosed++;
  state.problems.push(problem(syntaxCodes.strayClosing, span, 'this "}" closes nothing', replacing(span, "", "remove it")));
}

function closeBlock(state: State, offset: number, brace = virtual(t.RightBrace, offset)): void {
  state.blocks.pop();
  state.out.push(brace, virtual(t.End, offset + brace.image.length));
}

function leaveForeign(state: State, end: IToken): void {
  while (top(state).kind === "foreign") {
    const { brace } = top(state);
    state.blocks.pop();
    state.unclosed--;
    if (!state.skipping && brace !== undefined) state.out.push(virtual(t.RightBrace, end.startOffset));
  }
  endStatement(state, end);
}

/** A statement that has a block ended without one. Says whether the block was opened, with its contents to come. */
function supplyBlock(state: State, kind: BlockKind, first: IToken): boolean {
  const last = previous(state);
  const span = after(state.source, last);
  const following = next(state, state.at - 1);
  const fits: Fit = following === undefined ? "unknown" : fitOf(kind, following, [undefined, undefined]);
  const contents = fits === "fits" && (kind !== "tenant" || state.unclosed < 0);
  const noted = state.spoilt.has(first.startOffset) || state.gaps.some((gap) => gap >= first.startOffset && gap < span.end);
  if (!noted) {
    const [text, message] = contents
      ? [" {", `"{" is missing: the block of ${article(first.image)} stands in braces`]
      : [" {}", `${article(first.image)} needs a block in braces, if only an empty one`];
    tell(state, problem(syntaxCodes.blockNotOpened, span, message, inserting(span, text, `write "${text.trim()}"`)));
  }
  state.unclosed++;
  openBlock(state, virtual(t.LeftBrace, span.end), kind, true);
  if (contents) return true;
  closeBlock(state, span.end);
  state.unclosed--;
  return true;
}

function notClosed(state: State, block: Block, span: { readonly file: string; readonly start: number; readonly end: number }): SyntaxProblem {
  const what = block.keyword === undefined ? "a block" : `the block of this ${block.keyword.image}`;
  const related = block.brace === undefined ? [] : [{ span: spanOf(state.source, block.brace), message: "opened here" }];
  return problem(syntaxCodes.blockNotClosed, span, `"}" is missing before this: ${what} is not closed`, inserting(span, "}\n", 'write "}"'), related);
}

function finish(state: State, cutShort: boolean): void {
  const { source } = state;
  const tooDeep = state.blocks.length > maximumDepth;
  const end = source.text.length;
  if (tooDeep) {
    const { brace } = top(state);
    const span = brace === undefined ? { file: source.id, start: end, end } : spanOf(source, brace);
    state.problems.push(problem(syntaxCodes.nestedTooDeeply, span, "braces are nested too deeply here; the rest of the file is not read"));
  }
  while (top(state).kind === "foreign") {
    state.blocks.pop();
    if (!state.skipping) state.out.push(virtual(t.RightBrace, end));
  }
  endStatement(state, undefined);
  const open = state.blocks.slice(1).filter((block) => !block.supplied);
  const innermost = open.at(-1);
  if (innermost !== undefined && !tooDeep && !cutShort) {
    const what = innermost.keyword === undefined ? "a block" : `the block of ${article(innermost.keyword.image)}`;
    const message = open.length === 1 ? `the file ends, and ${what} is not closed` : `the file ends, and ${open.length} blocks are not closed`;
    const related = open.flatMap(({ brace }) => (brace === undefined ? [] : [{ span: spanOf(source, brace), message: "opened here" }]));
    const span = { file: source.id, start: end, end };
    state.problems.push(problem(syntaxCodes.blockNotClosed, span, message, inserting(span, "}\n".repeat(open.length), 'write "}"'), related));
  }
  while (state.blocks.length > 1) closeBlock(state, end);
}
