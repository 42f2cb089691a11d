/**
 * Reads sources: text that is UTF-8, of a size that people write. Anything else is refused with a reason, never guessed at.
 */
import { closeSync, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { Refusal, systemReason } from "../exit.js";

/** Ten thousand rules are about a megabyte. */
export const sourceLimit = 8 * 1024 * 1024;

/**
 * The text of a file, without a byte order mark.
 * @throws Refusal when it cannot be read, is too large, or is not text. `shown` names the file in messages.
 */
export function readText(path: string, shown: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new Refusal(`cannot read ${shown}: ${systemReason(error)}`);
  }
  try {
    const status = fstatSync(file);
    if (status.isDirectory()) throw new Refusal(`cannot read ${shown}: it is a folder`);
    if (status.size > sourceLimit) throw tooLarge(shown);
    return decode(readFileSync(file), shown);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(`cannot read ${shown}: ${systemReason(error)}`);
  } finally {
    closeSync(file);
  }
}

/** @throws Refusal as `readText` does. */
export function decode(bytes: Uint8Array, shown: string): string {
  if (bytes.length > sourceLimit) throw tooLarge(shown);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new Refusal(`${shown} is UTF-16 text`, "save it as UTF-8");
  }
  if (bytes.indexOf(0) !== -1) throw new Refusal(`${shown} is a binary file, not policy text`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(`${shown} is not valid UTF-8 (line ${lineOfFirstBadByte(bytes)})`, "save it as UTF-8");
  }
}

/** What lies at a path. */
export function kindOf(path: string): "file" | "folder" | "nothing" {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return "nothing";
  return status.isDirectory() ? "folder" : "file";
}

function tooLarge(shown: string): Refusal {
  return new Refusal(`${shown} is larger than ${sourceLimit / 1024 / 1024} MB`, "split it into several files with `import`");
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
