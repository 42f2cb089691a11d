import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The example of the language's reference, and those that the project ships. */
export const exampleFiles: readonly string[] = [
  "test/fixtures/language/guestbook.ctv",
  ...readdirSync("examples", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ctv"))
    .map((path) => join("examples", path)),
];
