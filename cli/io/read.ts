/**
 * Reads sources: text that is UTF-8, of a size that people write. Anything else is refused with a reason, never guessed at.
 */
import { closeSync, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { Refusal, systemCode, systemReason } from "../exit.js";
import { readUpTo } from "./stream.js";

/** In bytes, of what people write: ten thousand rules are about a megabyte. */
export const sourceLimit = 8 * 1024 * 1024;

/** In bytes, of what programs write: the output of a compile, the objects of a cluster. */
export const dataLimit = 256 * 1024 * 1024;

/**
 * The text of a file of at most `limit` bytes, without a byte order mark.
 * @throws Refusal when it cannot be read, is too large, or is not text. `shown` names the file in messages.
 */
export function readText(path: string, shown: string, limit = sourceLimit): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new Refusal(`cannot read ${shown}: ${systemReason(error)}`);
  }
  try {
    const status = fstatSync(file);
    if (status.isDirectory()) throw new Refusal(`cannot read ${shown}: it is a folder`);
    if (status.size > limit) throw tooLarge(shown, limit);
    return decode(status.isFile() ? readFileSync(file) : readUpTo(file, limit), shown, limit);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(`cannot read ${shown}: ${systemReason(error)}`);
  } finally {
    closeSync(file);
  }
}

/** @throws Refusal as `readText` does. */
export function decode(bytes: Uint8Array, shown: string, limit = sourceLimit): string {
  if (bytes.length > limit) throw tooLarge(shown, limit);
  const read = textOf(bytes);
  if (read.text === undefined) throw new Refusal(`${shown} is ${read.instead}`, read.instead === binary ? undefined : "save it as UTF-8");
  return read.text;
}

const binary = "a binary file, not text";

/** The text that bytes are, or what they are instead. */
export function textOf(bytes: Uint8Array): { readonly text: string } | { readonly text?: undefined; readonly instead: string } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return { instead: "UTF-16 text" };
  if (bytes.indexOf(0) !== -1) return { instead: binary };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { instead: `not valid UTF-8 (line ${lineOfFirstBadByte(bytes)})` };
  }
}

/** What lies at a path, or behind the link there. A pipe or a device can keep a reader waiting, or have no end: it is read only where somebody names it. */
export type Kind = "file" | "folder" | "pipe or device" | "nothing";

/** @throws Refusal where the system does not tell what lies there. */
export function kindOf(path: string): Kind {
  const status = statusOf(path);
  if (status === undefined) return "nothing";
  if (status.isDirectory()) return "folder";
  return status.isFile() ? "file" : "pipe or device";
}

function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // Nothing lies where links lead in a circle, nor at a name that no file can have.
    if (["ELOOP", "ENAMETOOLONG"].includes(systemCode(error) ?? "")) return undefined;
    throw new Refusal(`cannot reach ${path}: ${systemReason(error)}`);
  }
}

function tooLarge(shown: string, limit: number): Refusal {
  const help = limit === sourceLimit ? "split it into several files with `import`" : undefined;
  return new Refusal(`${shown} is larger than ${limit / 1024 / 1024} MB`, help);
}

/** A newline byte is never part of another character in UTF-8, so each line can be tried alone. */
function lineOfFirstBadByte(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start <= bytes.length; line += 1) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    if (!isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
  return line;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
