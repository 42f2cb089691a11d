/**
 * JSON-RPC 1.0 as Open vSwitch speaks it (RFC 7047 §3.1, §4; ovs-appctl(8)): objects one after the other on a stream, nothing between.
 */

/** A peer that never ends an object would fill our memory. Replies with whole tables of a large switch stay far below. */
const LONGEST = 1 << 28;

/** What came is no JSON-RPC. After that the stream has no meaning. */
export class RpcError extends Error {}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Cuts a stream into JSON objects: call the result with each piece that arrives. Every byte is looked at once. Throws `RpcError`. */
export function objectSplitter(onObject: (value: Readonly<Record<string, unknown>>) => void): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let length = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  return (piece) => {
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === OPEN) depth++;
      else if (byte === QUOTE && depth > 0) inString = true;
      else if (byte === CLOSE && depth > 0 && --depth === 0) {
        pieces.push(piece.subarray(start, at + 1));
        const text = Buffer.concat(pieces).toString("utf8");
        pieces = [];
        length = 0;
        start = at + 1;
        onObject(parseObject(text));
      } else if (depth === 0 && byte > 0x20) throw new RpcError("what came is not a JSON object");
    }
    if (start < piece.length) {
      length += piece.length - start;
      if (length > LONGEST) throw new RpcError(`an object of more than ${LONGEST} bytes`);
      pieces.push(start === 0 ? piece : piece.subarray(start));
    }
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RpcError("what came is not JSON");
  }
  if (!isRecord(value)) throw new RpcError("what came is not a JSON object");
  return value;
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
