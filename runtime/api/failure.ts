/** How a request to a control plane fails, told in words. */

/** What a request is for; it begins the message when the request fails. */
export interface Work {
  /** In the form "create rule shop:tiers.db:1". */
  readonly doing: string;
  /** `file:line:column` of what asked for it. */
  readonly source?: string;
}

/**
 * - `refused`: the server understood and said no.
 * - `unreachable`: no connection, or one that broke; whether the server did its work is not known.
 * - `timeout`: no answer in time; not known either.
 * - `credentials`: the server does not know who asks.
 * - `forbidden`: it knows, and this is not allowed.
 * - `unexpected`: an answer that such a server does not give.
 */
export type FailureKind = "refused" | "unreachable" | "timeout" | "credentials" | "forbidden" | "unexpected";

/** Never holds a password or a token: messages are made from addresses, names and what servers say. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  constructor(
    readonly kind: FailureKind,
    readonly work: Work,
    /** What the server said (its first line), or what happened on the way. */
    readonly reason: string,
    /** What to do about it. */
    readonly help?: string,
  ) {
    super(`cannot ${work.doing}${work.source === undefined ? "" : ` (asked for by ${work.source})`}: ${reason}`);
  }
}
