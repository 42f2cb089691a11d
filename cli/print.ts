/** `--print`: each step on the way from text to targets. Tokens and trees as lines, later steps as JSON. */
import { printTokens, printTree } from "../grammar/print.js";
import type { Artefact } from "../compiler/target/target.js";
import type { LoadedProject } from "./project.js";

export const steps = ["tokens", "tree", "policy", "program"] as const;
export type Step = (typeof steps)[number];

/** Empty for a step that errors keep from being reached; they have been reported. */
export function printStep(step: Step, loaded: LoadedProject, artefacts: readonly Artefact[]): string {
  const files = [...loaded.checked.files.values()];
  switch (step) {
    case "tokens":
      return files.map(({ id, text }) => `${id}\n${printTokens(id, text)}`).join("\n");
    case "tree":
      return files.map(({ parsed, text }) => printTree(parsed.file, text)).join("\n");
    case "policy":
      return loaded.checked.policy === undefined ? "" : json(loaded.checked.policy);
    case "program":
      return artefacts.find((artefact) => artefact.path === "program.json")?.text ?? "";
  }
}

/** Maps as objects, IPv6 addresses (which are too large for a number) as decimal text. */
function json(value: unknown): string {
  const plain = (_key: string, part: unknown): unknown => {
    if (typeof part === "bigint") return part.toString();
    return part instanceof Map ? Object.fromEntries(part) : part;
  };
  return `${JSON.stringify(value, plain, 2)}\n`;
}
