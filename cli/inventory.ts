/** The inventory of endpoints that a command is given: `--inventory nodes.yaml`, or the one of the project file. */
import { resolve } from "node:path";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import { readInventory } from "../compiler/source/inventory.js";
import type { Inventory } from "../compiler/target/openflow/bind/inventory.js";
import { dataLimit, readText } from "./io/read.js";
import type { LoadedProject } from "./project.js";
import { source } from "./report/report.js";
import type { Source } from "./report/report.js";
import type { Terminal } from "./terminal.js";

export interface FoundInventory {
  /** Absent when none was asked for, or when it has errors. */
  readonly inventory?: Inventory;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, Source>;
  readonly paths: readonly string[];
}

/** The inventory that the command line or the project file names. @throws Refusal for a file that cannot be read. */
export function inventoryFor(given: string | undefined, loaded: LoadedProject, terminal: Terminal): FoundInventory {
  const fromProject = loaded.project.targets.openflow?.inventory;
  const path = given !== undefined ? resolve(terminal.cwd, given) : fromProject !== undefined ? resolve(loaded.inputs.root, fromProject) : undefined;
  if (path === undefined) return { diagnostics: [], sources: new Map(), paths: [] };
  const shown = given ?? loaded.inputs.shown(fromProject ?? "");
  const content = readText(path, shown, dataLimit);
  const read = readInventory(shown, content);
  return { ...read, sources: new Map([[shown, source(shown, content)]]), paths: [path] };
}
