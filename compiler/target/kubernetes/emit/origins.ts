/** Where a part of an object comes from, in comments, labels and annotations. */
import type { Origin, Rule, Tenant } from "../../../policy/model.js";
import type { Metadata } from "../schema.js";
import { labelValue } from "./names.js";
import { shared } from "./yaml.js";

function originOf(tenant: Tenant, rule: Rule | undefined): Origin {
  return rule === undefined ? (tenant.defaultOrigin ?? tenant.origin) : rule.origin;
}

function lineOf(tenant: Tenant, rule: Rule | undefined): string {
  const origin = originOf(tenant, rule);
  return `${origin.span.file}:${origin.line}`;
}

/** `main.ctv:34  allow frontend -> backend : redis`, one line a rule. */
export function sourceComments(tenant: Tenant, rules: readonly (Rule | undefined)[]): readonly string[] {
  return rules.map((rule) => `${lineOf(tenant, rule)}  ${rule === undefined ? `default ${tenant.defaultAction}` : rule.text}`);
}

const knownLabels = new WeakMap<Tenant, Map<string | undefined, Metadata["labels"]>>();

/** Frozen, and the same object for the same policy: the writer writes it once. */
function originLabels(tenant: Tenant, policy: string | undefined): Metadata["labels"] {
  let ofTenant = knownLabels.get(tenant);
  if (ofTenant === undefined) knownLabels.set(tenant, (ofTenant = new Map()));
  const known = ofTenant.get(policy);
  if (known !== undefined) return known;
  const labels: Record<string, string> = { "app.kubernetes.io/managed-by": "ctv", "ctv.dev/tenant": labelValue(tenant.name) };
  if (policy !== undefined) labels["ctv.dev/policy"] = labelValue(policy);
  ofTenant.set(policy, shared(labels));
  return labels;
}

/** Labels and annotations that every object carries. */
export function originMetadata(
  tenant: Tenant,
  policy: string | undefined,
  rules: readonly (Rule | undefined)[],
): Pick<Metadata, "labels" | "annotations"> {
  if (rules.length === 1) return { labels: originLabels(tenant, policy), annotations: { "ctv.dev/source": lineOf(tenant, rules[0]) } };
  const origins = rules.map((rule) => originOf(tenant, rule));
  origins.sort((a, b) => (a.span.file === b.span.file ? a.span.start - b.span.start : a.span.file < b.span.file ? -1 : 1));
  const lines = new Set(origins.map((origin) => `${origin.span.file}:${origin.line}`));
  return { labels: originLabels(tenant, policy), annotations: { "ctv.dev/source": [...lines].join(", ") } };
}
