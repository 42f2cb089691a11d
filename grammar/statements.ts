/** How the parser gets over a mistake: statement by statement. The grammar itself is in `parser.ts`. */
import { EmbeddedActionsParser, EOF, isRecognitionException } from "chevrotain";
import type { IParserErrorMessageProvider, IToken } from "chevrotain";
import { addressOf, isMalformedNumber, nameOf } from "./build.js";
import type { AddressTerm, NameUse } from "./build.js";
import type { Source } from "./messages.js";
import type { Span } from "./span.js";
import type { Name, SyntaxProblem } from "./syntax.js";
import * as t from "./tokens.js";
import { want, wantedOf } from "./wanted.js";
import type { Wanted } from "./wanted.js";

/** A token that does not fit. */
export interface Mismatch {
  readonly wanted: Wanted;
  readonly found: IToken;
  readonly previous: IToken;
  /** First token of the statement. */
  readonly first: IToken;
  /** The tokens from `found` up to the end of the statement, or the first few of them. */
  readonly rest: readonly IToken[];
}

/** What a parse needs beside the tokens, and where its problems go. */
export interface Reading {
  readonly source: Source;
  /** Doc texts by the offset of the statement below. */
  readonly docs: ReadonlyMap<number, string>;
  readonly mismatch: (found: Mismatch) => void;
  readonly report: (found: SyntaxProblem) => void;
}

/** What every declaration has. */
export interface Declared {
  readonly span: Span;
  readonly doc?: string;
  readonly incomplete?: true;
}

export const nothingToRead: Reading = { source: { id: "", text: "" }, docs: new Map(), mismatch: () => undefined, report: () => undefined };

/** Tokens that a message may look at behind the mistake. */
const lookedAt = 64;

/** Hands the key of what is wanted through as the message. */
const keysOnly: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: () => "",
  buildNotAllInputParsedMessage: () => "",
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? "",
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? "",
};

/**
 * A parser whose input `layout` has made: braces match and statements end with `End`, so after a mistake it goes on at the
 * end of the statement, or in the block of the declaration. Chevrotain's own recovery is off: it guesses more, and misreads more.
 */
export class StatementParser extends EmbeddedActionsParser {
  protected reading: Reading = nothingToRead;
  /** First token of the statement being read. */
  private first: IToken = this.LA(1);
  /** Whether something was left out of that statement without stopping the parser. */
  private damaged = false;

  /** @param validate checks the grammar itself, which takes as long again as building the parser. */
  protected constructor(validate: boolean) {
    super([...t.vocabulary], { recoveryEnabled: false, maxLookahead: 2, skipValidations: !validate, errorMessageProvider: keysOnly });
  }

  /** A whole statement with its end. What was read of it before a mistake is kept. */
  protected whole<Result>(parse: () => Result): Result | undefined {
    const first = this.LA(1).tokenType === t.Misplaced ? this.LA(2) : this.LA(1);
    let result: Result | undefined;
    this.first = first;
    this.damaged = false;
    try {
      result = parse();
      this.CONSUME(t.End, want.end);
    } catch (error) {
      this.mistake(error, first);
      this.skipToEnd();
      this.SKIP_TOKEN();
    }
    return result;
  }

  /** The rest of a statement whose beginning is worth keeping. Says whether all of it was read. */
  protected rest(parse: () => void): boolean {
    const { first } = this;
    try {
      parse();
      return !this.damaged;
    } catch (error) {
      this.mistake(error, first);
      this.skipToEnd();
      return false;
    }
  }

  /** A declaration's head with its opening brace. After a mistake in it the block is read all the same. Says whether there was none. */
  protected head(parse: () => void): boolean {
    const { first } = this;
    try {
      parse();
      this.CONSUME(t.BlockStart, want.block);
      return true;
    } catch (error) {
      this.mistake(error, first);
      if (!this.skipToBlock()) throw error;
      return false;
    }
  }

  private mistake(error: unknown, first: IToken): void {
    if (!(error instanceof Error) || !isRecognitionException(error)) throw error;
    const rest: IToken[] = [];
    for (let ahead = 1; ahead <= lookedAt && this.LA(ahead).tokenType !== t.End; ahead++) rest.push(this.LA(ahead));
    this.reading.mismatch({ wanted: wantedOf(error.message), found: this.LA(1), previous: this.LA(0), first, rest });
  }

  /** Only heads and statements without a block go wrong as wholes, so no block lies in between. */
  private skipToEnd(): void {
    while (this.LA(1).tokenType !== t.End && this.LA(1).tokenType !== EOF) this.SKIP_TOKEN();
  }

  private skipToBlock(): boolean {
    for (; this.LA(1).tokenType !== t.End && this.LA(1).tokenType !== EOF; this.SKIP_TOKEN()) {
      if (this.LA(1).tokenType !== t.BlockStart) continue;
      this.SKIP_TOKEN();
      return true;
    }
    return false;
  }

  /** What every declaration has: the span from its first token to the last one read, and the doc comment above it. */
  protected declared(first: IToken, complete = !this.damaged): Declared {
    const { docs } = this.reading;
    const doc = docs.size === 0 ? undefined : docs.get(first.startOffset);
    const span = this.spanFrom(first);
    if (doc === undefined && complete) return { span };
    return { span, ...(doc === undefined ? {} : { doc }), ...(complete ? {} : { incomplete: true }) };
  }

  protected spanFrom(first: IToken): Span {
    const last = this.LA(0);
    return { file: this.reading.source.id, start: first.startOffset, end: last.startOffset + last.image.length };
  }

  protected name(token: IToken, use: NameUse = "name"): Name {
    return nameOf(this.reading.source, token, use, this.reading.report);
  }

  /** The name, unless it is a number or address gone wrong: that is told, and is no name to look up. */
  protected nameUnlessNumber(token: IToken, use: NameUse = "name"): Name | undefined {
    const found = this.name(token, use);
    if (!isMalformedNumber(token)) return found;
    this.damaged = true;
    return undefined;
  }

  /** An address, prefix or range, unless it can be none. */
  protected address(token: IToken): AddressTerm | undefined {
    const found = addressOf(this.reading.source, token, this.reading.report);
    if (found === undefined) this.damaged = true;
    return found;
  }
}
