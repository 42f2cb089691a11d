/** One bad handler answers with an error and a line in the log, and the session goes on. */
import { type CancellationToken, ErrorCodes, LSPErrorCodes, ResponseError } from "vscode-languageserver";
import type { Connection } from "vscode-languageserver";

export type Answer<Result> = Result | ResponseError<never>;

export interface Guard {
  /** A handler of requests that answers with an error where `handle` throws. */
  readonly request: <Params, Result>(
    name: string,
    handle: (params: Params, cancelled: () => boolean, onCancel: (leave: () => void) => void) => Result | Promise<Result>,
  ) => (params: Params, token: CancellationToken) => Promise<Answer<Result>>;
  /** A handler of notifications that drops what `handle` throws on. */
  readonly notification: <Params>(name: string, handle: (params: Params) => void) => (params: Params) => void;
  /** Work that nobody waits for: what it throws goes to the log, and does not end the server. */
  readonly background: (name: string, work: Promise<void>) => void;
}

export function guardWith(connection: Connection): Guard {
  const log = (name: string, error: unknown): void => {
    connection.console.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };
  return {
    request: (name, handle) => async (params, token) => {
      const cancelled = (): boolean => token.isCancellationRequested;
      const takenBack = (): ResponseError<never> => new ResponseError(LSPErrorCodes.RequestCancelled, `${name} was cancelled`);
      if (cancelled()) return takenBack();
      try {
        const answer = await handle(params, cancelled, (leave) => {
          token.onCancellationRequested(leave);
        });
        return cancelled() ? takenBack() : answer;
      } catch (error) {
        if (error instanceof ResponseError) return refusal(error.message);
        log(name, error);
        return new ResponseError(ErrorCodes.InternalError, `${name} failed; the server's log says why`);
      }
    },
    notification: (name, handle) => (params) => {
      try {
        handle(params);
      } catch (error) {
        log(name, error);
      }
    },
    background: (name, work) => {
      work.catch((error: unknown) => {
        log(name, error);
      });
    },
  };
}

/** An answer that tells the reader why not. */
export function refusal(reason: string): ResponseError<never> {
  return new ResponseError(LSPErrorCodes.RequestFailed, reason);
}
