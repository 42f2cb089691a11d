/** Kubernetes label selectors as sets of values, by the semantics of `labels.Requirement`: NotIn and DoesNotExist hold without the key. */
import * as values from "../../../space/values.js";
import type { ValueSet } from "../../../space/values.js";
import { fieldOf, fieldsOf, isPresent, itemsOf, oneOfTexts, textOf } from "./fields.js";
import type { Located, Report } from "./fields.js";

/** What a selector asks of each key; all must hold. `{}` asks nothing. */
export function readSelector(at: Located, report: Report): ReadonlyMap<string, ValueSet> {
  const out = new Map<string, ValueSet>();
  const require = (key: string, set: ValueSet): void => {
    out.set(key, values.intersectValues(out.get(key) ?? values.anyValue, set));
  };
  const fields = fieldsOf(at, ["matchLabels", "matchExpressions"], report);
  if (fields === undefined) return out;
  const labels = fieldOf(at, fields, "matchLabels");
  if (isPresent(labels.value)) {
    const map = fieldsOf(labels, undefined, report) ?? {};
    for (const key of Object.keys(map)) {
      const value = textOf(fieldOf(labels, map, key), report);
      if (value !== undefined) require(key, values.oneOf([value]));
    }
  }
  for (const item of itemsOf(fieldOf(at, fields, "matchExpressions"), report)) {
    const requirement = readRequirement(item, report);
    if (requirement !== undefined) require(...requirement);
  }
  return out;
}

function readRequirement(at: Located, report: Report): readonly [string, ValueSet] | undefined {
  const fields = fieldsOf(at, ["key", "operator", "values"], report);
  if (fields === undefined) return undefined;
  const key = textOf(fieldOf(at, fields, "key"), report);
  const operator = oneOfTexts(fieldOf(at, fields, "operator"), ["In", "NotIn", "Exists", "DoesNotExist"], report);
  const listed = itemsOf(fieldOf(at, fields, "values"), report).flatMap((item) => textOf(item, report) ?? []);
  if (key === undefined || operator === undefined) return undefined;
  const needsValues = operator === "In" || operator === "NotIn";
  if (needsValues !== listed.length > 0) report(at, `${operator} ${needsValues ? "needs values" : "takes no values"}`);
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

/** Namespaces by their name label, which the API server keeps on every namespace. Other labels of namespaces are not known here. */
export function readNamespaceSelector(at: Located, report: Report): ValueSet {
  let set = values.anyPresent;
  for (const [key, required] of readSelector(at, report)) {
    if (key === "kubernetes.io/metadata.name") set = values.intersectValues(set, required);
    else report(at, `the label "${key}" of namespaces is not known; only kubernetes.io/metadata.name is`);
  }
  return set;
}
