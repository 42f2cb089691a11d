/** Names that a file meant to declare in statements that could not be read; their uses give no further messages. */
import type { LoadedFile } from "../source/files.js";
import { declaredName } from "./declare.js";

const known = new WeakMap<LoadedFile, ReadonlySet<string>>();
const none: ReadonlySet<string> = new Set();

const declaration = /\b(?:tenant|network|group|external|set|param|service|policy|qos|app|contracts|loadbalancer)\s+(?:"([^"\n]+)"|([^\s"{=:]+))/g;

export function brokenNames(file: LoadedFile): ReadonlySet<string> {
  if (file.parsed.problems.length === 0) return none;
  const cached = known.get(file);
  if (cached !== undefined) return cached;
  const inTree = new Set(
    file.parsed.file.items
      .flatMap((item) => [item, ...(item.kind === "tenant" ? item.items : [])])
      .flatMap((item) => declaredName(item)?.name.text ?? []),
  );
  const names = new Set([...file.text.matchAll(declaration)].map((match) => match[1] ?? match[2]).filter((name) => !inTree.has(name)));
  known.set(file, names);
  return names;
}
