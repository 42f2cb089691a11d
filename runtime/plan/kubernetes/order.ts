/**
 * The order in which objects of Kubernetes are written. Each is written whole, so there are no states inside one.
 *
 * NetworkPolicies only allow, and isolate what they select. What an object adds is allowed by the old or by the new policy, and both ends of a flow
 * come from one verdict; so whatever the order, a flow that neither policy allows is never allowed. What isolates comes first and goes last, so
 * that a pod is isolated before anything speaks of it; creating before deleting keeps up what both policies allow.
 */
import type { Manifest } from "./manifest.js";

const isolates = ({ metadata }: Manifest): boolean => metadata.name === "default-deny";

/** The order for creating and changing. */
export function writingOrder(manifests: readonly Manifest[]): readonly Manifest[] {
  return [...manifests.filter(isolates), ...manifests.filter((manifest) => !isolates(manifest))];
}

/** The order for deleting, after everything is written. */
export function deletingOrder(manifests: readonly Manifest[]): readonly Manifest[] {
  return [...manifests.filter((manifest) => !isolates(manifest)), ...manifests.filter(isolates)];
}
