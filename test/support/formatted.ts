/** What formatting must leave as it was: the policy, and every file of every target. */
import { createHash } from "node:crypto";
import type { Checked } from "../../compiler/compile.js";
import { targets } from "../../compiler/target/index.js";
import { formatText } from "../../grammar/format/format.js";
import { tokenise } from "../../grammar/lexer.js";
import { checkTexts } from "./diagnose.js";
import type { Texts } from "./diagnose.js";
import type { Random } from "./mutate.js";

/** What formatting changes in a sound project and must not, in words; nothing where all is well. */
export async function formattingComplaint(texts: Texts, checked: Checked): Promise<string | undefined> {
  const after: Record<string, string> = {};
  for (const [file, text] of Object.entries(texts)) {
    if (!file.endsWith(".ctv")) {
      after[file] = text;
      continue;
    }
    const once = await formatText(text);
    if (once.kind === "unreadable") return `${file} has no errors and cannot be formatted`;
    const twice = await formatText(once.text);
    if (twice.kind === "unreadable" || twice.text !== once.text) return `${file}: formatting again changes something`;
    after[file] = once.text;
  }
  const [before, now] = [outputOf(checked), outputOf(checkTexts(after))];
  const different = [...new Set([...before.keys(), ...now.keys()])].find((name) => before.get(name) !== now.get(name));
  return different === undefined ? undefined : `formatting changes ${different}`;
}

/** The policy and the targets' files by name, with the places of the source left out: formatting moves these. */
export function outputOf(checked: Checked): ReadonlyMap<string, string> {
  const { universe, policy } = checked;
  if (universe === undefined) return new Map([["the policy", "there is none"]]);
  const digest = { algorithm: "sha256", of: (text: string) => createHash("sha256").update(withoutPlaces(text)).digest("hex") };
  const files = targets.flatMap(({ name, emit }) => {
    const { artefacts, diagnostics } = emit(universe, { options: {}, digest });
    const said = diagnostics.map(({ code, message }) => withoutPlaces(`${code} ${message}`)).sort();
    return [...artefacts.map(({ path, text }) => [`${name}/${path}`, withoutPlaces(text)] as const), [`what ${name} says`, said.join("\n")] as const];
  });
  return new Map([["the policy", policyText(policy)], ...files]);
}

/** `main.ctv:3:5`, lists of such, and the fields of a place in JSON. */
function withoutPlaces(text: string): string {
  return text
    .replace(/[\w./-]+\.ctv:\d+(?::\d+)?(?:, [\w./-]+\.ctv:\d+(?::\d+)?)*/g, "PLACE")
    .replace(/"line": ?\d+, ?"column": ?\d+/g, "PLACE")
    .replace(/\(line \d+\)/g, "PLACE");
}

function policyText(policy: Checked["policy"]): string {
  return JSON.stringify(policy, (key, value: unknown) => {
    if (key === "origin" || key === "defaultOrigin") return "PLACE";
    if (value instanceof Map) return [...value];
    return typeof value === "bigint" ? String(value) : value;
  });
}

/** The text with other spaces between its words, more and fewer blank lines, and other line ends; the words in their order. */
export function untidied(text: string, random: Random): string {
  const { tokens, comments } = tokenise({ id: "untidy.ctv", text });
  const pieces = [
    ...tokens.filter(({ image }) => image.trim() !== "").map(({ startOffset, image }) => ({ start: startOffset, end: startOffset + image.length })),
    ...comments.map(({ span }) => span),
  ].sort((left, right) => left.start - right.start);
  let at = 0;
  const parts: string[] = [];
  for (const { start, end } of pieces) {
    parts.push(respaced(text.slice(at, start), random), text.slice(start, end));
    at = end;
  }
  return parts.join("") + text.slice(at);
}

function respaced(space: string, random: Random): string {
  if (space === "") return "";
  if (!space.includes("\n")) return " ".repeat(1 + random(3) * random(3));
  const lines = Math.min(2, space.split("\n").length - 1);
  return "\n".repeat(lines === 1 ? 1 : 2 + random(3)) + " ".repeat(random(9));
}
