/**
 * One list of endpoints from several sources.
 *
 * Endpoints of one name are one endpoint, and each source may know a part of it: Kubernetes the labels and addresses of a pod, the
 * switch's database its port and MAC address. Each part comes from the first source, in the order they are given, that knows it.
 * A source does not know a port that is 0, a MAC address that is `unknownMac`, an empty list of addresses, or what is absent.
 * Where sources disagree on node, MAC or addresses, the first counts and the conflict is told.
 */
import type { Endpoint } from "../../compiler/target/openflow/bind/inventory.js";
import type { InventoryPart } from "../agent/sources.js";

/** For a source that does not know an endpoint's MAC address. */
export const unknownMac = "00:00:00:00:00:00";
/** For a source that does not know an endpoint's port. The agent looks for it on its own bridge. */
export const unknownPort = 0;

export interface NamedPart {
  readonly source: string;
  readonly part: InventoryPart;
}

export interface Merged {
  /** Those without address or MAC are left out. Names stay in their places while others come and go. */
  readonly endpoints: readonly Endpoint[];
  /** One sentence each. */
  readonly conflicts: readonly string[];
  /** Endpoints of which something is known, but not all there has to be: name and what is missing. */
  readonly incomplete: readonly string[];
}

interface Piece {
  readonly source: string;
  readonly endpoint: Endpoint;
}

interface Joined {
  /** Absent while something is missing of it. */
  readonly endpoint?: Endpoint;
  readonly conflicts: readonly string[];
  readonly incomplete: readonly string[];
}

/** What a source said last. */
interface Told {
  readonly source: string;
  readonly list: readonly Endpoint[];
  /** Is changed in place, for its size. */
  readonly byName: Map<string, Endpoint>;
}

/**
 * A merging function that remembers: it looks only at endpoints that are other objects than the last time, and gives the same objects
 * again for the rest. The sources and their order are always the same.
 */
export function endpointMerger(): (parts: readonly NamedPart[]) => Merged {
  let told: readonly Told[] = [];
  const joined = new Map<string, Joined>();
  return (parts) => {
    const changed = new Set<string>();
    told = parts.map(({ source, part: { endpoints } }, index) => take(source, endpoints, told[index], changed));
    for (const name of changed) {
      const pieces = told.flatMap(({ source, byName }): readonly Piece[] => {
        const endpoint = byName.get(name);
        return endpoint === undefined ? [] : [{ source, endpoint }];
      });
      if (pieces.length === 0) joined.delete(name);
      else joined.set(name, joinedOf(pieces));
    }
    return mergedOf(joined);
  };
}

/** Notes the names of which a source says something else than before. Of one name twice in a source the first counts. */
function take(source: string, list: readonly Endpoint[], before: Told | undefined, changed: Set<string>): Told {
  if (before?.list === list) return before;
  const old = before?.list ?? [];
  const least = Math.min(old.length, list.length);
  let start = 0;
  while (start < least && old[start] === list[start]) start++;
  let end = 0;
  while (end < least - start && old[old.length - 1 - end] === list[list.length - 1 - end]) end++;
  const [gone, come] = [old.slice(start, old.length - end), list.slice(start, list.length - end)];
  for (const { name } of gone) changed.add(name);
  for (const { name } of come) changed.add(name);
  const byName = before?.byName ?? new Map<string, Endpoint>();
  for (const { name } of gone) byName.delete(name);
  for (const endpoint of come) byName.set(endpoint.name, endpoint);
  if (byName.size === list.length) return { source, list, byName };
  // A name is there twice: too rare to be quick about.
  byName.clear();
  for (const endpoint of list) {
    changed.add(endpoint.name);
    if (!byName.has(endpoint.name)) byName.set(endpoint.name, endpoint);
  }
  return { source, list, byName };
}

function join(pieces: readonly Piece[]): Endpoint {
  const [{ endpoint: first }, ...others] = pieces;
  if (others.length === 0) return first;
  const all = pieces.map(({ endpoint }) => endpoint);
  const { namespace, labels } = {
    namespace: all.find((endpoint) => endpoint.namespace !== undefined)?.namespace,
    labels: all.find((endpoint) => endpoint.labels !== undefined)?.labels,
  };
  return {
    name: first.name,
    node: first.node,
    // A port is one of the node's own bridge: what another node says of it means nothing.
    port: all.find((endpoint) => endpoint.node === first.node && endpoint.port !== unknownPort)?.port ?? unknownPort,
    mac: all.find((endpoint) => endpoint.mac !== unknownMac)?.mac ?? unknownMac,
    addresses: all.find((endpoint) => endpoint.addresses.length > 0)?.addresses ?? [],
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
  };
}

function joinedOf(pieces: readonly Piece[]): Joined {
  const endpoint = join(pieces);
  const missing = [...(endpoint.addresses.length === 0 ? ["address"] : []), ...(endpoint.mac === unknownMac ? ["MAC address"] : [])];
  const conflicts = conflictsOf(endpoint, pieces);
  return missing.length === 0
    ? { endpoint, conflicts, incomplete: [] }
    : { conflicts, incomplete: [`${endpoint.name} has no ${missing.join(" and no ")}`] };
}

function mergedOf(joined: ReadonlyMap<string, Joined>): Merged {
  const endpoints: Endpoint[] = [];
  const conflicts: string[] = [];
  const incomplete: string[] = [];
  for (const each of joined.values()) {
    if (each.endpoint !== undefined) endpoints.push(each.endpoint);
    conflicts.push(...each.conflicts);
    incomplete.push(...each.incomplete);
  }
  return { endpoints, conflicts, incomplete };
}

function conflictsOf(joined: Endpoint, pieces: readonly Piece[]): readonly string[] {
  if (pieces.length === 1) return [];
  const sorted = (addresses: readonly string[]): string => [...addresses].sort().join(" ");
  const facts: readonly (readonly [string, (endpoint: Endpoint) => string])[] = [
    ["node is", ({ node }) => node],
    ["MAC address is", ({ mac }) => (mac === unknownMac ? "" : mac.toLowerCase())],
    ["addresses are", ({ addresses }) => sorted(addresses)],
  ];
  return facts.flatMap(([what, of]) => {
    const wanted = of(joined);
    const teller = pieces.find(({ endpoint }) => of(endpoint) === wanted);
    const other = pieces.find(({ endpoint }) => of(endpoint) !== "" && of(endpoint) !== wanted);
    if (other === undefined) return [];
    return [`${joined.name}: ${teller?.source ?? "?"} says its ${what} ${wanted}, ${other.source} says ${of(other.endpoint)}; the first counts`];
  });
}
