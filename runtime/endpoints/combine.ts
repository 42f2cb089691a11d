/** Several endpoint sources as one, which speaks once each of them has: an endpoint that is only half known would lose its traffic. */
import type { InventoryNode } from "../../compiler/target/openflow/bind/inventory.js";
import type { EndpointSource, InventoryPart } from "../agent/sources.js";
import { endpointMerger } from "./merge.js";

/** Its name among the agent's sources, and on disk. */
export const COMBINED = "endpoints";

export interface CombinedSource extends EndpointSource {
  readonly sources: readonly string[];
}

/** What comes first in the list counts where sources disagree (`merge.ts`). */
export function combinedSource(sources: readonly EndpointSource[], onPart: (part: InventoryPart) => void = () => undefined): CombinedSource {
  return {
    name: COMBINED,
    sources: sources.map(({ name }) => name),
    watch: (onInventory, onError) => {
      const parts = new Map<string, InventoryPart>();
      const merge = endpointMerger();
      let told: ReadonlySet<string> = new Set();
      const deliver = (): void => {
        if (parts.size < sources.length) return;
        const named = sources.flatMap(({ name }) => {
          const part = parts.get(name);
          return part === undefined ? [] : [{ source: name, part }];
        });
        const { endpoints, conflicts, incomplete } = merge(named);
        const part = { endpoints, nodes: nodesOf(named.map((entry) => entry.part)) };
        onPart(part);
        onInventory(part);
        // After the delivery, which ends what was wrong before.
        const now = new Set([...conflicts, ...incomplete]);
        for (const problem of now) if (!told.has(problem)) onError(new Error(problem));
        told = now;
      };
      const stops = sources.map(({ name, watch }) =>
        watch(
          (part) => {
            parts.set(name, part);
            deliver();
          },
          (error) => onError(new Error(`${name}: ${error.message}`)),
        ),
      );
      return async () => {
        await Promise.all(stops.map((stop) => stop()));
      };
    },
  };
}

/** Each node as the first source has it that names it. */
function nodesOf(parts: readonly InventoryPart[]): readonly InventoryNode[] {
  const found = new Map<string, InventoryNode>();
  for (const part of parts) for (const node of part.nodes ?? []) if (!found.has(node.name)) found.set(node.name, node);
  return [...found.values()];
}
