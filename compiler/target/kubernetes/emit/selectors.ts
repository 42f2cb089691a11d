/**
 * Label requirements as Kubernetes selectors. A selector is a conjunction, so "one of these values, or no such label" takes two.
 */
import type { ValueSet } from "../../../space/values.js";
import type { LabelSelector, Requirement } from "../schema.js";
import { shared } from "./yaml.js";

/** Set by the API server on every namespace, with the namespace's name. */
const NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name";

interface Parts {
  readonly labels: readonly (readonly [string, string])[];
  readonly expressions: readonly Requirement[];
}

/** The ways in which one key can meet its requirement, any of which will do. */
function alternatives(key: string, set: ValueSet): readonly Parts[] {
  if (set.kind === "notIn") {
    const listed: readonly Requirement[] = set.values.length === 0 ? [] : [{ key, operator: "NotIn", values: set.values }];
    // NotIn holds for an object without the key, so presence has to be asked for.
    return [{ labels: [], expressions: set.absent ? listed : [{ key, operator: "Exists" }, ...listed] }];
  }
  const present: readonly Parts[] =
    set.values.length === 0
      ? []
      : set.values.length === 1
        ? [{ labels: [[key, set.values[0]]], expressions: [] }]
        : [{ labels: [], expressions: [{ key, operator: "In", values: set.values }] }];
  return set.absent ? [...present, { labels: [], expressions: [{ key, operator: "DoesNotExist" }] }] : present;
}

function selectorOf(parts: Parts): LabelSelector {
  return {
    ...(parts.labels.length === 0 ? {} : { matchLabels: Object.fromEntries(parts.labels) }),
    ...(parts.expressions.length === 0 ? {} : { matchExpressions: parts.expressions }),
  };
}

const known = new WeakMap<ReadonlyMap<string, ValueSet>, readonly LabelSelector[]>();

/** Selectors whose union is exactly the requirements, keys in order; `[{}]` for no requirement. Frozen, and the same objects for the same map. */
export function selectorsOf(requirements: ReadonlyMap<string, ValueSet>): readonly LabelSelector[] {
  let selectors = known.get(requirements);
  if (selectors === undefined) known.set(requirements, (selectors = makeSelectors(requirements)));
  return selectors;
}

function makeSelectors(requirements: ReadonlyMap<string, ValueSet>): readonly LabelSelector[] {
  let out: readonly Parts[] = [{ labels: [], expressions: [] }];
  for (const [key, set] of [...requirements].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const choices = alternatives(key, set);
    out = out.flatMap((parts) =>
      choices.map((choice) => ({ labels: [...parts.labels, ...choice.labels], expressions: [...parts.expressions, ...choice.expressions] })),
    );
  }
  return out.map((parts) => shared(selectorOf(parts)));
}

/** The selector of a set of namespaces by name. */
export function namespaceSelector(set: ValueSet): LabelSelector {
  if (set.kind === "notIn") {
    return set.values.length === 0 ? {} : { matchExpressions: [{ key: NAMESPACE_NAME_LABEL, operator: "NotIn", values: set.values }] };
  }
  if (set.values.length === 1) return { matchLabels: { [NAMESPACE_NAME_LABEL]: set.values[0] } };
  return { matchExpressions: [{ key: NAMESPACE_NAME_LABEL, operator: "In", values: set.values }] };
}
