/** A lease as the API server has it (`coordination.k8s.io/v1`). */
import type { Resource } from "../../plan/kubernetes/manifest.js";
import type { Lease } from "./lease.js";

export const leases: Resource = { group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases", namespaced: true };

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Json => (isObject(value) ? value : {});

/** What is missing reads as held by nobody. */
export function leaseOf(value: unknown): Lease {
  const { metadata, spec } = fieldsOf(value);
  const [{ resourceVersion }, { holderIdentity, leaseDurationSeconds, renewTime }] = [fieldsOf(metadata), fieldsOf(spec)];
  return {
    ...(typeof resourceVersion === "string" ? { resourceVersion } : {}),
    holder: typeof holderIdentity === "string" ? holderIdentity : "",
    duration: typeof leaseDurationSeconds === "number" ? leaseDurationSeconds : 0,
    renewTime: typeof renewTime === "string" ? renewTime : "",
  };
}

export function leaseObject(namespace: string, name: string, { resourceVersion, holder, duration, renewTime }: Lease): Json {
  return {
    apiVersion: `${leases.group}/${leases.version}`,
    kind: leases.kind,
    metadata: { name, namespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    spec: { holderIdentity: holder, leaseDurationSeconds: duration, renewTime },
  };
}
