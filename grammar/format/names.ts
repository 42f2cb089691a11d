/** When a name needs its quotes. */
import type { Name } from "../syntax.js";
import { contextualWords, reservedWords } from "../tokens.js";
import type { FormatNode } from "./nodes.js";

const plain = /^[A-Za-z](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

const quotedText = /^"(?:[^"\\]|\\.)*"$/;

/** Peers that everyone has; in quotes they are names like any other. */
const builtIn: ReadonlySet<string> = new Set(["any", "world"]);

/** Whether `text` reads as a name without quotes, wherever a name may stand. */
export function isPlainName(text: string): boolean {
  return plain.test(text) && !reservedWords.has(text) && !contextualWords.has(text) && !builtIn.has(text);
}

/**
 * The name as it is printed: without quotes where it reads the same without them. A quoted text that names nothing (a path, a
 * title, a value) keeps its quotes, since there they tell a string from a name.
 */
export function printName(name: Name, parent: FormatNode | null, text: string): string {
  if (!name.quoted) return name.text;
  if (parent !== null && !isText(name, parent) && isPlainName(name.text)) return name.text;
  const written = text.slice(name.span.start, name.span.end);
  return quotedText.test(written) ? written : `"${name.text.replace(/["\\]/g, "\\$&")}"`;
}

function isText(name: Name, parent: FormatNode): boolean {
  switch (parent.kind) {
    case "import":
    case "test":
      return true;
    case "property":
      return parent.name !== name;
    case "param":
      return parent.name !== name && parent.type !== name;
    case "contracts":
      return parent.name !== name;
    default:
      return false;
  }
}
