/** Label selectors by the semantics of `labels.Requirement`: `NotIn` and `DoesNotExist` hold for objects without the label. */
import { labelKeyProblem, labelValueProblem } from "../check/labels.js";
import { invalidManifestLabel, wrongRequirement } from "../diagnostics/manifests.js";
import * as values from "../space/values.js";
import type { ValueSet } from "../space/values.js";
import type { Labels, Selector } from "./model.js";
import { checkFields, entriesOf, field, isPresent, itemsOf, oneOf, reportMissing, textOf } from "./yaml.js";
import type { Cursor } from "./yaml.js";

const operators = ["In", "NotIn", "Exists", "DoesNotExist"] as const;

/** Nothing asked for an absent selector: whether that means everything is for the caller to know. */
export function readSelector(at: Cursor): Selector {
  const out = new Map<string, ValueSet>();
  const require = (key: string, set: ValueSet): void => {
    out.set(key, values.intersectValues(out.get(key) ?? values.anyValue, set));
  };
  checkFields(at, ["matchLabels", "matchExpressions"]);
  for (const [key, value] of Object.entries(readLabels(field(at, "matchLabels")))) require(key, values.oneOf([value]));
  for (const item of itemsOf(field(at, "matchExpressions"))) {
    const read = readRequirement(item);
    if (read !== undefined) require(...read);
  }
  return out;
}

function readRequirement(at: Cursor): readonly [string, ValueSet] | undefined {
  checkFields(at, ["key", "operator", "values"]);
  const keyAt = field(at, "key");
  const operatorAt = field(at, "operator");
  if (!isPresent(keyAt)) return reportMissing(at, "key");
  if (!isPresent(operatorAt)) return reportMissing(at, "operator");
  const key = readKey(keyAt);
  const operator = oneOf(operatorAt, operators);
  const valuesAt = field(at, "values");
  const listed = itemsOf(valuesAt).flatMap((item) => readValue(item) ?? []);
  if (key === undefined || operator === undefined) return undefined;
  const needsValues = operator === "In" || operator === "NotIn";
  if (needsValues !== listed.length > 0 && needsValues !== itemsOf(valuesAt).length > 0) {
    at.source.report(
      wrongRequirement.make({ where: at.path, operator, needsValues }, { span: isPresent(valuesAt) ? valuesAt.span : operatorAt.span }),
    );
    return undefined;
  }
  switch (operator) {
    case "In":
      return [key, values.oneOf(listed)];
    case "NotIn":
      return [key, values.noneOf(listed)];
    case "Exists":
      return [key, values.anyPresent];
    case "DoesNotExist":
      return [key, values.onlyAbsent];
  }
}

function readKey(at: Cursor): string | undefined {
  const key = textOf(at);
  if (key !== undefined) checkLabel(at, "key", key, labelKeyProblem(key));
  return key;
}

function readValue(at: Cursor): string | undefined {
  const value = textOf(at);
  if (value !== undefined) checkLabel(at, "value", value, labelValueProblem(value));
  return value;
}

function checkLabel(at: Cursor, what: "key" | "value", text: string, reason: string | undefined): void {
  if (reason !== undefined) at.source.report(invalidManifestLabel.make({ what, text, reason }, { span: at.span }));
}

/** A mapping of labels. */
export function readLabels(at: Cursor): Labels {
  return Object.fromEntries(
    entriesOf(at).flatMap(({ name, key, value }) => {
      checkLabel({ ...value, span: key }, "key", name, labelKeyProblem(name));
      const read = readValue(value);
      return read === undefined ? [] : [[name, read] as const];
    }),
  );
}

export function selects(selector: Selector, labels: Labels): boolean {
  for (const [key, set] of selector) if (!values.admits(set, Object.hasOwn(labels, key) ? labels[key] : undefined)) return false;
  return true;
}
