/** The list of files that the command wrote into an output folder, with a digest of each. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const manifestName = ".ctv-manifest.json";

/** SHA-256 of each file by its path, or nothing where there is no manifest that can be read. */
export function readManifest(folder: string): ReadonlyMap<string, string> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(join(folder, manifestName), "utf8"));
  } catch {
    return new Map();
  }
  if (typeof content !== "object" || content === null || !("files" in content) || typeof content.files !== "object" || content.files === null) {
    return new Map();
  }
  const entries = Object.entries(content.files).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return new Map(entries.filter(([path]) => isInside(path)));
}

export function manifestText(files: ReadonlyMap<string, string>): string {
  const paths = [...files.keys()].sort();
  if (paths.length === 0) return '{\n  "tool": "ctv",\n  "files": {}\n}\n';
  const lines = paths.map((path) => `    ${JSON.stringify(path)}: "${files.get(path) ?? ""}"`);
  return `{\n  "tool": "ctv",\n  "files": {\n${lines.join(",\n")}\n  }\n}\n`;
}

/** Whether a path stays inside the output folder. A manifest is a file that anybody can write, so this is checked before anything is removed. */
export function isInside(path: string): boolean {
  return (
    path !== "" && !path.startsWith("/") && !path.includes("\\") && path.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}
