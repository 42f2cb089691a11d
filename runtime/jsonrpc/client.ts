/**
 * Questions over a JSON-RPC stream. Answers "echo", which is how the other side sees that we are there (RFC 7047 §4.1.11).
 */
import type { Socket } from "node:net";
import { isRecord, objectSplitter } from "./stream.js";

/** The other side said no. The connection goes on. */
export class RpcRefusal extends Error {}

export interface RpcClient {
  /** Rejects with `RpcRefusal` for an error in the answer. */
  readonly call: (method: string, parameters: readonly unknown[]) => Promise<unknown>;
  readonly close: () => void;
  /** Settles when the connection is over, with the reason where it is not `close`. */
  readonly closed: Promise<Error | undefined>;
}

export interface RpcOptions {
  /** Gets messages that nobody asked for, such as "update". */
  readonly onNotification?: (method: string, parameters: readonly unknown[]) => void;
  /** How long a question may stay without an answer, in milliseconds. */
  readonly patience?: number;
  /** How often to see whether the other side is there, in milliseconds; never without (not every server knows "echo"). */
  readonly keepAlive?: number;
}

interface Question {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Speaks over an open stream, which it owns from here on. `who` names the other side in errors. */
export function rpcClient(socket: Socket, who: string, options: RpcOptions = {}): RpcClient {
  const patience = options.patience ?? 10_000;
  const questions = new Map<number, Question>();
  let nextId = 1;
  let ended = false;
  let settle: (reason: Error | undefined) => void = () => undefined;
  const closed = new Promise<Error | undefined>((resolve) => (settle = resolve));

  const end = (reason: Error | undefined): void => {
    if (ended) return;
    ended = true;
    clearInterval(pulse);
    for (const { reject, timer } of questions.values()) {
      clearTimeout(timer);
      reject(reason ?? new Error(`the connection to ${who} was closed`));
    }
    questions.clear();
    socket.destroy();
    settle(reason);
  };

  const receive = (value: Readonly<Record<string, unknown>>): void => {
    const { id, method, params } = value;
    if (typeof method === "string") {
      const parameters: readonly unknown[] = Array.isArray(params) ? params : [];
      if (method === "echo") socket.write(JSON.stringify({ id, result: parameters, error: null }));
      else options.onNotification?.(method, parameters);
      return;
    }
    const question = typeof id === "number" ? questions.get(id) : undefined;
    if (question === undefined || typeof id !== "number") return;
    questions.delete(id);
    clearTimeout(question.timer);
    if (value.error === null || value.error === undefined) question.resolve(value.result);
    else question.reject(new RpcRefusal(errorText(value.error)));
  };

  const call = (method: string, parameters: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(new Error(`the connection to ${who} is closed`));
      const id = nextId++;
      const timer = setTimeout(() => end(new Error(`${who} did not answer for ${patience / 1000} s`)), patience);
      questions.set(id, { resolve, reject, timer });
      socket.write(JSON.stringify({ id, method, params: parameters }));
    });

  const split = objectSplitter(receive);
  socket.on("data", (piece: Buffer) => {
    try {
      split(piece);
    } catch (error) {
      end(new Error(`${who}: ${error instanceof Error ? error.message : String(error)}`));
    }
  });
  socket.on("error", (error) => end(new Error(`${who}: ${error.message}`)));
  socket.on("close", () => end(new Error(`${who} closed the connection`)));
  const pulse =
    options.keepAlive === undefined
      ? undefined
      : setInterval(() => {
          // The question's own patience ends the connection.
          call("echo", []).catch(() => undefined);
        }, options.keepAlive);
  return { call, close: () => end(undefined), closed };
}

/** Errors are texts, or objects with "error" and "details" (RFC 7047 §3.1). */
export function errorText(error: unknown): string {
  if (typeof error === "string") return error.trim();
  if (!isRecord(error)) return JSON.stringify(error);
  const parts = [error.error, error.details].filter((part) => typeof part === "string");
  return parts.length === 0 ? JSON.stringify(error) : parts.join(": ");
}
