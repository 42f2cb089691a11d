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
  /** In the order in which sources first name them. Those without address or MAC are left out. */
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
  readonly pieces: readonly Piece[];
  readonly endpoint: Endpoint;
}

/** A merging function that remembers: an endpoint whose pieces are the same objects as the last time is the same object again. */
export function endpointMerger(): (parts: readonly NamedPart[]) => Merged {
  let known = new Map<string, Joined>();
  return (parts) => {
    const joined = new Map<string, Joined>();
    for (const [name, pieces] of piecesByName(parts)) {
      const before = known.get(name);
      joined.set(name, before !== undefined && samePieces(before.pieces, pieces) ? before : { pieces, endpoint: join(pieces) });
    }
    known = joined;
    return mergedOf(joined);
  };
}

/** The same without memory. */
export function mergeEndpoints(parts: readonly NamedPart[]): Merged {
  return endpointMerger()(parts);
}

function piecesByName(parts: readonly NamedPart[]): ReadonlyMap<string, readonly Piece[]> {
  const byName = new Map<string, Piece[]>();
  for (const { source, part } of parts) {
    for (const endpoint of part.endpoints) {
      const pieces = byName.get(endpoint.name);
      if (pieces === undefined) byName.set(endpoint.name, [{ source, endpoint }]);
      else pieces.push({ source, endpoint });
    }
  }
  return byName;
}

function samePieces(a: readonly Piece[], b: readonly Piece[]): boolean {
  return a.length === b.length && a.every(({ endpoint, source }, index) => endpoint === b[index]?.endpoint && source === b[index]?.source);
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

function mergedOf(joined: ReadonlyMap<string, Joined>): Merged {
  const endpoints: Endpoint[] = [];
  const incomplete: string[] = [];
  const conflicts: string[] = [];
  for (const { endpoint, pieces } of joined.values()) {
    conflicts.push(...conflictsOf(endpoint, pieces));
    const missing = [...(endpoint.addresses.length === 0 ? ["address"] : []), ...(endpoint.mac === unknownMac ? ["MAC address"] : [])];
    if (missing.length === 0) endpoints.push(endpoint);
    else incomplete.push(`${endpoint.name} has no ${missing.join(" and no ")}`);
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
