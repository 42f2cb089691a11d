/** What tests give an agent instead of stores and clusters: sources that say what the test tells them to. */
import type { Endpoint, InventoryNode } from "../../compiler/target/openflow/bind/inventory.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import type { AgentLog } from "../../runtime/agent/agent.js";
import type { EndpointSource, InventoryPart, ProgramSource, PublishedProgram } from "../../runtime/agent/sources.js";

export interface ManualPrograms extends ProgramSource {
  /** Publishes a program as the next generation. */
  readonly publish: (program: Program) => PublishedProgram;
  readonly fail: (message: string) => void;
}

export function manualPrograms(): ManualPrograms {
  const listeners = new Set<{ readonly onProgram: (published: PublishedProgram) => void; readonly onError: (error: Error) => void }>();
  let newest: PublishedProgram | undefined;
  return {
    name: "programs",
    watch: (onProgram, onError) => {
      const listener = { onProgram, onError };
      listeners.add(listener);
      if (newest !== undefined) onProgram(newest);
      return () => Promise.resolve(void listeners.delete(listener));
    },
    publish: (program) => {
      const published = { generation: (newest?.generation ?? 0) + 1, program, text: JSON.stringify({ digest: program.digest }) };
      newest = published;
      for (const { onProgram } of listeners) onProgram(published);
      return published;
    },
    fail: (message) => {
      for (const { onError } of listeners) onError(new Error(message));
    },
  };
}

export interface ManualEndpoints extends EndpointSource {
  readonly set: (endpoints: readonly Endpoint[], nodes?: readonly InventoryNode[]) => void;
}

export function manualEndpoints(name = "endpoints"): ManualEndpoints {
  const listeners = new Set<(part: InventoryPart) => void>();
  let part: InventoryPart | undefined;
  return {
    name,
    watch: (onInventory) => {
      listeners.add(onInventory);
      if (part !== undefined) onInventory(part);
      return () => Promise.resolve(void listeners.delete(onInventory));
    },
    set: (endpoints, nodes) => {
      part = { endpoints, ...(nodes === undefined ? {} : { nodes }) };
      for (const listener of listeners) listener(part);
    },
  };
}

export interface RecordingLog extends AgentLog {
  readonly lines: { readonly level: "info" | "warn"; readonly message: string; readonly more: Readonly<Record<string, unknown>> }[];
  /** Flow changes that each change of the switch took. */
  readonly changes: () => readonly number[];
}

export function recordingLog(): RecordingLog {
  const lines: RecordingLog["lines"] = [];
  return {
    lines,
    info: (message, more = {}) => void lines.push({ level: "info", message, more }),
    warn: (message, more = {}) => void lines.push({ level: "warn", message, more }),
    changes: () => lines.filter(({ message }) => message === "the switch has changed").map(({ more }) => Number(more.changes)),
  };
}

/** Waits until something holds, up to ten seconds. Throws with what it last was. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: () => string, limit = 10_000): Promise<void> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > limit) throw new Error(`it did not come to be: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
