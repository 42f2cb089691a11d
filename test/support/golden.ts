/** Golden files: what a text was when somebody last read it. `UPDATE_GOLDEN=1` rewrites them; read the difference before you commit it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "@jest/globals";

/** Holds `actual` against the file at `path`, relative to the project's root. */
export function expectGolden(path: string, actual: string): void {
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  expect(existsSync(path) ? readFileSync(path, "utf8") : `(there is no ${path} yet: run with UPDATE_GOLDEN=1)`).toBe(actual);
}
