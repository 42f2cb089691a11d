/**
 * A time of day that tests can set for single processes, by Debian's `faketime`: a library that is loaded before the C library reads the
 * time from a file. Clocks that nobody can set (`CLOCK_MONOTONIC`) stay true, as when an operator or a time server sets the clock.
 */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Seconds until a process sees that its clock was set. */
const NOTICED = 1;

function library(): string | undefined {
  const folders = readdirSync("/usr/lib").map((name) => join("/usr/lib", name, "faketime/libfaketimeMT.so.1"));
  return folders.find((path) => existsSync(path));
}

/** What is lacking for setting clocks; nothing where they can be set. */
export function missingClock(): string | undefined {
  return library() === undefined ? "needs Debian's package faketime" : undefined;
}

/** What a process needs to live by the clock in the file; nothing where clocks cannot be set. */
export function clockEnvironment(file: string): Readonly<Record<string, string>> {
  const path = library();
  return path === undefined
    ? {}
    : { LD_PRELOAD: path, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: String(NOTICED), FAKETIME_DONT_FAKE_MONOTONIC: "1" };
}

/** Sets the clock: `+1d` is a day ahead of the true time, `-1d` behind, `+0` true. */
export function setClock(file: string, offset: string): void {
  writeFileSync(file, `${offset}\n`);
}
