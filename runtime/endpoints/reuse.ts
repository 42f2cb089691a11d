/** Keeps endpoints that did not change the same objects, so that nobody has to look at them again. */
import type { Endpoint } from "../../compiler/target/openflow/bind/inventory.js";

/** A function that gives for each list one with the objects of the last list where they are equal. */
export function reuse(): (endpoints: readonly Endpoint[]) => readonly Endpoint[] {
  let known = new Map<string, { readonly text: string; readonly endpoint: Endpoint }>();
  return (endpoints) => {
    const next = new Map<string, { readonly text: string; readonly endpoint: Endpoint }>();
    const kept = endpoints.map((endpoint) => {
      const text = JSON.stringify(endpoint);
      const before = known.get(endpoint.name);
      const entry = before?.text === text ? before : { text, endpoint };
      next.set(endpoint.name, entry);
      return entry.endpoint;
    });
    known = next;
    return kept;
  };
}
