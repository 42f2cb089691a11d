/** The inventory of endpoints, `--inventory nodes.yaml`: read, checked for its shape, and located in messages. */
import { resolve } from "node:path";
import { parseDocument } from "yaml";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import { invalidYaml } from "../compiler/diagnostics/project.js";
import { integer, list, object, record, text, word } from "../compiler/source/shapes.js";
import { parseAddress } from "../compiler/space/address.js";
import type { End } from "../compiler/space/ends.js";
import { macNumber } from "../compiler/target/openflow/bind/inventory.js";
import type { Endpoint, Inventory, InventoryNode } from "../compiler/target/openflow/bind/inventory.js";
import { readText } from "./io/read.js";
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

const name = text({ minLength: 1 }, "a name", (value) => value !== "");
const mac = text({ pattern: "^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$" }, "a MAC address", (value) => macNumber(value) !== undefined);
const address = text({ minLength: 2 }, "an address", (value) => parseAddress(value) !== undefined);
/** OpenFlow ports of interfaces; larger numbers are reserved (OpenFlow 1.3, section 7.2.1). */
const port = integer(1, 0xffffff00);
const anyLabel = { needed: "a label", accept: () => true, pattern: "" };

const node = object({ name, address, tunnel: port, uplink: port, nextHop: mac, forwarding: word(["bridge", "routing", "none"]) }, ["name"]);
const endpoint = object(
  {
    name,
    node: name,
    port,
    mac,
    addresses: list(address),
    namespace: name,
    labels: record(
      text({}, "a text", () => true),
      anyLabel,
    ),
  },
  ["name", "node", "port", "mac", "addresses"],
);
const shape = object({ nodes: list(node), endpoints: list(endpoint) }, ["nodes", "endpoints"]);

/** The inventory that the command line or the project file names. @throws Refusal for a file that cannot be read. */
export function inventoryFor(given: string | undefined, loaded: LoadedProject, terminal: Terminal): FoundInventory {
  const fromProject = loaded.project.targets.openflow?.inventory;
  const path = given !== undefined ? resolve(terminal.cwd, given) : fromProject !== undefined ? resolve(loaded.inputs.root, fromProject) : undefined;
  if (path === undefined) return { diagnostics: [], sources: new Map(), paths: [] };
  const shown = given ?? loaded.inputs.shown(fromProject ?? "");
  const content = readText(path, shown);
  const read = readInventory(shown, content);
  return { ...read, sources: new Map([[shown, source(shown, content)]]), paths: [path] };
}

/** Never throws; `id` is the file's id in spans. The inventory is absent when there is anything to say. */
export function readInventory(id: string, content: string): { readonly inventory?: Inventory; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const document = parseDocument(content, { prettyErrors: false, uniqueKeys: true });
  for (const error of document.errors) {
    diagnostics.push(invalidYaml.make({ reason: error.message }, { span: { file: id, start: error.pos[0], end: error.pos[1] } }));
  }
  if (diagnostics.length > 0 || document.contents === null) return { inventory: { nodes: [], endpoints: [] }, diagnostics };
  const yaml = { document, file: id, report: (diagnostic: Diagnostic) => diagnostics.push(diagnostic) };
  const values = shape.read(yaml, document.contents, "the inventory");
  if (diagnostics.length > 0 || values === undefined) return { diagnostics };
  return { inventory: { nodes: (values.nodes ?? []).flatMap(wholeNode), endpoints: (values.endpoints ?? []).flatMap(wholeEndpoint) }, diagnostics };
}

/** What the shape requires is there, or there was a diagnostic; the compiler cannot know. */
function wholeNode(read: Partial<InventoryNode>): readonly InventoryNode[] {
  return read.name === undefined ? [] : [{ ...read, name: read.name }];
}

function wholeEndpoint(read: Partial<Omit<Endpoint, "labels">> & { readonly labels?: ReadonlyMap<string, string> }): readonly Endpoint[] {
  const { name: itsName, node: its, port: itsPort, mac: itsMac, addresses, namespace, labels } = read;
  if (itsName === undefined || its === undefined || itsPort === undefined || itsMac === undefined || addresses === undefined) return [];
  const common = { name: itsName, node: its, port: itsPort, mac: itsMac, addresses };
  return [{ ...common, ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels: Object.fromEntries(labels) }) }];
}

/** The endpoints of an inventory as ends of flows, one for each address. */
export function endsIn(inventory: Inventory | undefined): readonly End[] {
  return (inventory?.endpoints ?? []).flatMap(({ addresses, namespace, labels = {} }) =>
    addresses.flatMap((written): readonly End[] => {
      const parsed = parseAddress(written);
      if (parsed === undefined) return [];
      return [namespace === undefined ? { labels, address: parsed } : { namespace, labels, address: parsed }];
    }),
  );
}
