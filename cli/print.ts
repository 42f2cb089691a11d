/** `--print`: each step on the way from text to targets, as JSON. */
import { treesOf } from "../compiler/compile.js";
import { tokenise } from "../grammar/lexer.js";
import type { TargetOutput } from "./emission.js";
import { Refusal } from "./exit.js";
import type { LoadedProject } from "./project.js";

export const steps = ["tokens", "tree", "policy", "program"] as const;
export type Step = (typeof steps)[number];

export function printStep(step: Step, loaded: LoadedProject, outputs: readonly TargetOutput[]): string {
  switch (step) {
    case "tokens":
      return json([...loaded.checked.files.values()].map(({ id, text }) => ({ file: id, tokens: tokensOf(id, text) })));
    case "tree":
      return json(treesOf(loaded.checked));
    case "policy":
      return loaded.checked.policy === undefined ? "" : json(loaded.checked.policy);
    case "program":
      return programOf(outputs);
  }
}

function tokensOf(id: string, text: string) {
  const { tokens, comments } = tokenise({ id, text });
  const words = tokens.map((token) => ({ type: token.tokenType.name, text: token.image, start: token.startOffset }));
  const remarks = comments.map((comment) => ({ type: "Comment", text: comment.text, start: comment.span.start }));
  return [...words, ...remarks].sort((left, right) => left.start - right.start);
}

/** Empty where there are errors, which have been reported. */
function programOf(outputs: readonly TargetOutput[]): string {
  if (outputs.length === 0) return "";
  const openflow = outputs.find((output) => output.name === "openflow");
  if (openflow === undefined) throw new Refusal("--print program needs the target openflow");
  return openflow.artefacts.find((artefact) => artefact.path === "program.json")?.text ?? "";
}

/** Maps as objects, IPv6 addresses (which are too large for a number) as decimal text. */
function json(value: unknown): string {
  const plain = (_key: string, part: unknown): unknown => {
    if (typeof part === "bigint") return part.toString();
    return part instanceof Map ? Object.fromEntries(part) : part;
  };
  return `${JSON.stringify(value, plain, 2)}\n`;
}
