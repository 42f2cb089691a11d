/** The inventory of endpoints, as a file says it: read, checked for its shape, and located in messages. */
import { isNode, parseDocument } from "yaml";
import type { Span } from "../../grammar/span.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { wrongSetting } from "../diagnostics/project.js";
import { parseAddress } from "../space/address.js";
import type { End } from "../space/ends.js";
import { macNumber } from "../target/openflow/bind/inventory.js";
import type { Endpoint, Inventory, InventoryNode } from "../target/openflow/bind/inventory.js";
import { integer, list, object, record, spanOf, text, word } from "./shapes.js";
import { yamlMistakes } from "./yamlmistakes.js";

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

/** Never throws; `id` is the file's id in spans. The inventory is absent when there is anything to say. */
export function readInventory(id: string, content: string): { readonly inventory?: Inventory; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const document = parseDocument(content, { prettyErrors: false, uniqueKeys: true });
  diagnostics.push(...yamlMistakes(document, id, "inventory"));
  if (diagnostics.length > 0 || document.contents === null) return { inventory: { nodes: [], endpoints: [] }, diagnostics };
  const yaml = { document, file: id, report: (diagnostic: Diagnostic) => diagnostics.push(diagnostic) };
  const values = shape.read(yaml, document.contents, "the inventory");
  if (diagnostics.length > 0 || values === undefined) return { diagnostics };
  const nodes = (values.nodes ?? []).flatMap(wholeNode);
  const endpoints = (values.endpoints ?? []).flatMap(wholeEndpoint);
  const spanAt = (...path: readonly (string | number)[]): Span => {
    const found = document.getIn(path, true);
    return spanOf(yaml, isNode(found) ? found : undefined);
  };
  const known = new Set<string>();
  for (const [at, { name: itsName }] of nodes.entries()) {
    const where = `nodes[${at}].name`;
    if (known.has(itsName))
      diagnostics.push(wrongSetting.make({ where, needed: "a name of its own", found: `"${itsName}" again` }, { span: spanAt("nodes", at, "name") }));
    known.add(itsName);
  }
  if (diagnostics.length > 0) return { diagnostics };
  return {
    inventory: { nodes, endpoints, places: new Map(endpoints.map((entry, at) => [entry.name, spanAt("endpoints", at, "name")])) },
    diagnostics,
  };
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
  return (inventory?.endpoints ?? []).flatMap(endsOfEndpoint);
}

/** An endpoint as an end of flows, one for each of its addresses. */
export function endsOfEndpoint({ addresses, namespace, labels = {} }: Endpoint): readonly End[] {
  return addresses.flatMap((written): readonly End[] => {
    const parsed = parseAddress(written);
    if (parsed === undefined) return [];
    return [namespace === undefined ? { labels, address: parsed } : { namespace, labels, address: parsed }];
  });
}
