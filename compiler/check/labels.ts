/** `match`: label requirements to a set of values for each key. */
import type { Match, Name, Requirement } from "../../grammar/syntax.js";
import type { Report } from "../diagnostics/sink.js";
import { emptySelector, invalidLabel, invalidNamespace } from "../diagnostics/values.js";
import * as values from "../space/values.js";
import { checkRepeatedRequirements } from "./repeats.js";
import type { ValueSet } from "../space/values.js";

const LABEL_LIMIT = 63;
const PREFIX_LIMIT = 253;

function partProblem(text: string): string | undefined {
  if (text.length > LABEL_LIMIT) return `it has ${text.length} characters, at most ${LABEL_LIMIT} are allowed`;
  const strange = /[^A-Za-z0-9_.-]/u.exec(text);
  if (strange !== null) return `"${strange[0]}" is not allowed`;
  if (!/^[A-Za-z0-9](.*[A-Za-z0-9])?$/.test(text)) return "it must begin and end with a letter or a digit";
  return undefined;
}

/** Why a text is no label key (Kubernetes, "Labels and Selectors": syntax and character set), or nothing. */
export function labelKeyProblem(text: string): string | undefined {
  const slash = text.lastIndexOf("/");
  const prefix = slash < 0 ? undefined : text.slice(0, slash);
  const name = text.slice(slash + 1);
  if (prefix !== undefined && (prefix.length > PREFIX_LIMIT || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix))) {
    return `"${prefix}" is not a DNS name in lower case`;
  }
  return name === "" ? "it is empty" : partProblem(name);
}

/** Why a text is no label value, or nothing. */
export function labelValueProblem(text: string): string | undefined {
  return text === "" ? undefined : partProblem(text);
}

/** RFC 1123 label, as Kubernetes wants of a namespace's name. */
export function isNamespaceName(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text);
}

export function checkNamespaces(names: readonly Name[], report: Report): void {
  for (const name of names) if (!isNamespaceName(name.text)) report(invalidNamespace.make({ name: name.text }, { span: name.span }));
}

function valuesOf(requirement: Requirement): ValueSet {
  const listed = requirement.values.map((value) => value.text);
  switch (requirement.operator) {
    case "equals":
    case "in":
      return values.oneOf(listed);
    case "notIn":
      return values.noneOf(listed);
    case "has":
      return values.anyPresent;
    case "hasNot":
      return values.onlyAbsent;
  }
}

/** What a `match` asks of each key, all requirements on a key intersected. Never fails: what is wrong has a message. */
export function readMatch(match: Match, owner: string, report: Report): ReadonlyMap<string, ValueSet> {
  checkRepeatedRequirements(match.requirements, report);
  const labels = new Map<string, ValueSet>();
  const first = new Map<string, Requirement>();
  for (const requirement of match.requirements) {
    const key = requirement.key.text;
    const problem = labelKeyProblem(key);
    if (problem !== undefined) report(invalidLabel.make({ what: "key", text: key, reason: problem }, { span: requirement.key.span }));
    for (const value of requirement.values) {
      const reason = labelValueProblem(value.text);
      if (reason !== undefined) report(invalidLabel.make({ what: "value", text: value.text, reason }, { span: value.span }));
    }
    const before = labels.get(key);
    const after = before === undefined ? valuesOf(requirement) : values.intersectValues(before, valuesOf(requirement));
    labels.set(key, after);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, requirement);
    else if (values.isNoValue(after) && before !== undefined && !values.isNoValue(before)) {
      report(emptySelector.make({ owner, key }, { span: requirement.span, related: [{ span: earlier.span, message: "contradicts this" }] }));
    }
  }
  return labels;
}
