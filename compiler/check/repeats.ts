/**
 * Lists that name a thing twice. Only what is written alike counts: two names for the same addresses, or an address inside a prefix, say
 * something each.
 */
import type { Span } from "../../grammar/span.js";
import type { Requirement, Value } from "../../grammar/syntax.js";
import { repeatedEntry } from "../diagnostics/usage.js";
import type { Report } from "../diagnostics/sink.js";
import { peerText, serviceText } from "../policy/text.js";

/** Tells every entry of a list that stands in it before. */
export function checkRepeats(list: readonly Value[], report: Report): void {
  if (list.length > 1) checkTexts(list.map(entryText), list, report);
}

/** The same for the requirements of a `match`, and the values of each. */
export function checkRepeatedRequirements(requirements: readonly Requirement[], report: Report): void {
  checkTexts(requirements.map(requirementText), requirements, report);
  for (const { values } of requirements) checkRepeats(values, report);
}

function checkTexts(texts: readonly string[], list: readonly { readonly span: Span }[], report: Report): void {
  if (new Set(texts).size === texts.length) return;
  const first = new Map<string, Span>();
  for (const [at, { span }] of list.entries()) {
    const text = texts[at];
    const earlier = first.get(text);
    if (earlier === undefined) {
      first.set(text, span);
      continue;
    }
    const edits = [{ span: { ...span, start: list[at - 1].span.end }, text: "" }];
    const related = [{ span: earlier, message: "first here" }];
    report(repeatedEntry.make({ text }, { span, related, fixes: [{ title: "remove it", safe: false, edits }] }));
  }
}

function entryText(entry: Value): string {
  switch (entry.kind) {
    case "integer":
      return `${entry.value}`;
    case "integerRange":
      return `${entry.first}-${entry.last}`;
    case "bandwidth":
      return entry.text;
    case "service":
      return serviceText(entry);
    case "portMapping":
      return `${serviceText(entry.service)} -> ${entryText(entry.target)}`;
    default:
      return peerText(entry);
  }
}

function requirementText({ operator, key, values }: Requirement): string {
  const listed = values.map(({ text }) => text);
  switch (operator) {
    case "equals":
      return `${key.text} = ${listed.join(", ")}`;
    case "in":
      return `${key.text} in (${listed.join(", ")})`;
    case "notIn":
      return `${key.text} not in (${listed.join(", ")})`;
    case "has":
      return `has ${key.text}`;
    case "hasNot":
      return `not ${key.text}`;
  }
}
