/** The beginning and the end of statements: what begins one in which block, and what a missing brace gives away. */
import type { IToken } from "chevrotain";
import * as t from "../tokens.js";
import { blockOf, fitOf, isA, meantStarter, opensList } from "./blocks.js";
import type { BlockKind } from "./blocks.js";
import { blockNotClosed, blockNotOpened, contentsWithoutBraces, misplacedStatement, unknownStatement } from "./messages.js";
import { clearStatement, closeBlock, closeMissingBracket, hasGap, openBlock, previous, retyped, supplied, tell, tokenAt, top } from "./state.js";
import type { Block, State } from "./state.js";

export function beginStatement(state: State, token: IToken): void {
  const block = top(state);
  const { raw, at } = state;
  const fit = fitOf(block.kind, token, [raw[at + 1], raw[at + 2]]);
  state.first = token;
  state.firstAt = at;
  if (fit !== "alien") state.alien = undefined;
  if (fit === "unknown" || isMisspeltMatch(state, block, token)) return beginUnknown(state, block, token);
  if (fit === "fits" || (fit === "outer" && leaveBlocks(state, token))) return accept(state, token);
  // A tenant inside a tenant is for the checker to tell: it knows what may stand where at the top.
  if (token.tokenType !== t.Tenant || block.kind !== "tenant") tellMisplaced(state, token, block);
  state.opens = blockOf(token.tokenType);
  state.out.push(supplied(t.Misplaced, token.startOffset), token);
}

function accept(state: State, token: IToken): void {
  state.opens = top(state).kind === "properties" ? undefined : blockOf(token.tokenType);
  state.out.push(token);
}

function tellMisplaced(state: State, token: IToken, block: Block): void {
  const again = state.alien === block;
  if (!isA(token, t.Declaring)) state.alien = block;
  if (again) state.spoilt.add(token.startOffset);
  else state.problems.push(misplacedStatement(state.source, token, block));
}

/** `macth app = web`: a property by its looks, were it not for what follows the label. */
function isMisspeltMatch(state: State, block: Block, token: IToken): boolean {
  if (block.kind !== "properties" || token.tokenType !== t.Identifier) return false;
  const operator = state.raw[state.at + 2];
  return operator !== undefined && opensList(operator) && meantStarter(block.kind, token) !== undefined;
}

function beginUnknown(state: State, block: Block, token: IToken): void {
  const operand = tokenAt(state, state.at + 1);
  const meant = isA(token, t.Name) && operand !== undefined && isA(operand, t.Name) ? meantStarter(block.kind, token) : undefined;
  const type = meant === undefined ? undefined : (t.reservedWords.get(meant) ?? t.contextualWords.get(meant));
  tell(state, unknownStatement(state.source, token, block, meant));
  if (type === undefined) state.skipping = true;
  else accept(state, retyped(token, type));
}

/** Closes the blocks that a statement shows to be over: where braces are missing, this is where they belong. */
function leaveBlocks(state: State, token: IToken): boolean {
  const { blocks, raw, at } = state;
  let keep = blocks.length - 1;
  while (keep > 0 && fitOf(blocks[keep].kind, token, [raw[at + 1], raw[at + 2]]) !== "fits") keep--;
  const over = blocks.slice(keep + 1).reverse();
  if (state.unclosed < over.length && over.some((block) => !block.supplied)) return false;
  for (const block of over) leaveBlock(state, block, token);
  return true;
}

/** Closes a block before a token that shows it to be over. */
export function leaveBlock(state: State, block: Block, before: IToken): void {
  if (!block.supplied) state.problems.push(blockNotClosed(state.source, block, before));
  closeBlock(state, before.startOffset);
  state.unclosed--;
}

/** `end` is the token that ends it or the first one behind it; nothing at the end of the file. */
export function endStatement(state: State, end: IToken | undefined): void {
  const { first } = state;
  if (first === undefined) return;
  const offset = end?.startOffset ?? state.source.text.length;
  for (let bracket = state.brackets.at(-1); bracket !== undefined; bracket = state.brackets.at(-1)) closeMissingBracket(state, bracket);
  const gap = hasGap(state, first, offset);
  if (state.opens !== undefined) {
    supplyBlock(state, first, gap);
    return;
  }
  if (!state.skipping) state.out.push(supplied(t.End, offset));
  clearStatement(state);
}

/** A declaration ended without its block. What stands behind its head, or on the next line, may be the block's contents. */
function supplyBlock(state: State, first: IToken, told: boolean): void {
  const { opens } = state;
  if (opens === undefined || openWithin(state, first, opens)) return;
  const last = previous(state);
  const offset = last.startOffset + last.image.length;
  const following = tokenAt(state, state.at);
  const fits = following !== undefined && fitOf(opens, following, [undefined, undefined]) === "fits";
  // What a tenant holds may as well stand behind it; only a closing brace too many shows that it was meant inside.
  const hasContents = fits && (opens !== "tenant" || state.unclosed < 0);
  // Without its name too, that is what the parser will tell.
  const nameless = last === first && isNamed(first);
  if (!told && !nameless && !state.spoilt.has(first.startOffset)) tell(state, blockNotOpened(state.source, first, last, hasContents));
  openBlock(state, supplied(t.LeftBrace, offset), opens, true);
  if (hasContents) state.unclosed++;
  else closeBlock(state, offset);
}

/** Opens the block behind the declaration's head, where its contents follow on the same line. It goes on where more of it follows, or its closing brace. */
function openWithin(state: State, first: IToken, opens: BlockKind): boolean {
  const { raw, at, firstAt, out } = state;
  const tokens = raw.slice(firstAt, at).filter(({ tokenType }) => tokenType !== t.NewLine);
  const named = isNamed(first) ? 2 : 1;
  const second = tokens[named]?.tokenType;
  const head = second === t.In || second === t.Priority ? named + 2 : named;
  const begins: IToken | undefined = tokens[head];
  const place = begins === undefined ? -1 : out.lastIndexOf(begins);
  if (place === -1 || fitOf(opens, begins, [tokens[head + 1], tokens[head + 2]]) !== "fits") return false;
  const following = tokenAt(state, raw[at]?.tokenType === t.Semicolon ? at + 1 : at);
  const goesOn = state.unclosed < 0 || (following !== undefined && fitOf(opens, following, [undefined, undefined]) === "fits");
  // A single word may be anything; a property has a value.
  if (!goesOn && tokens.length === head + 1) return false;
  const [last, end] = [tokens[head - 1], previous(state)];
  const contents = out.splice(place);
  tell(state, goesOn ? blockNotOpened(state.source, first, last, true) : contentsWithoutBraces(state.source, first, last, end));
  openBlock(state, supplied(t.LeftBrace, last.startOffset + last.image.length), opens, true);
  out.push(...contents, supplied(t.End, raw[at]?.startOffset ?? state.source.text.length));
  if (goesOn) state.unclosed++;
  else closeBlock(state, end.startOffset + end.image.length);
  return true;
}

function isNamed({ tokenType }: IToken): boolean {
  return tokenType !== t.Fabric && tokenType !== t.Aci;
}
