/** What a machine lacks for tests. Apart from `where.ts`, since what runs outside jest asks too. */
import { existsSync } from "node:fs";

/** What is lacking where this file does not exist: the package of Debian that brings it. */
export function missingFile(path: string, debianPackage: string): string | undefined {
  return existsSync(path) ? undefined : `needs Debian's package ${debianPackage}`;
}
