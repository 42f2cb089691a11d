/** Tests that need what a machine may lack. Where it is lacking they count as skipped, and a line on standard error says why. */
import { describe, it } from "@jest/globals";

function isHere(lack: string | undefined, name: string): boolean {
  if (lack !== undefined) process.stderr.write(`SKIPPED: ${name}: ${lack}\n`);
  return lack === undefined;
}

/** A suite that runs where nothing is lacking; `lack` says what is, as in "needs Debian's package etcd-server". */
export function describeWhere(lack: string | undefined, name: string, body: () => void): void {
  (isHere(lack, name) ? describe : describe.skip)(name, body);
}

/** A test that runs where nothing is lacking. `timeout` is in milliseconds. */
export function itWhere(lack: string | undefined, name: string, body: () => void | Promise<void>, timeout?: number): void {
  (isHere(lack, name) ? it : it.skip)(name, body, timeout);
}
