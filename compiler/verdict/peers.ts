/**
 * What a question with `any` in it asks besides its verdict: who may reach the other side, whom it may reach, and on which services.
 * Told by name of the peers, within the services of the question.
 */
import type { PeerExpression } from "../policy/model.js";
import type { Universe } from "../policy/universe.js";
import { flowProduct } from "../space/flows.js";
import { connectivity } from "./connectivity.js";
import type { ConnectivityRow } from "./connectivity.js";
import { intersectServices, isEmptyService } from "../space/service.js";
import type { ServiceSet } from "../space/service.js";
import type { Question } from "./query.js";
import { reachWithin } from "./reach.js";
import type { Reach } from "./reach.js";

export type PeerTable =
  /** Who may reach the destination. */
  | { readonly kind: "sources"; readonly peers: readonly Reach[] }
  /** Whom the source may reach. */
  | { readonly kind: "destinations"; readonly peers: readonly Reach[] }
  /** `any -> any`: who may reach whom, without those who may reach nobody. */
  | { readonly kind: "pairs"; readonly rows: readonly ConnectivityRow[] };

/** Nothing for a question without `any`. Peers between which nothing passes are left out. */
export function peerTable(universe: Universe, { source, destination, service }: Question): PeerTable | undefined {
  const { services } = service;
  if (isPlainAny(source) && isPlainAny(destination)) {
    const rows = connectivity(universe).rows.map((row) => ({ ...row, to: row.to.flatMap((reach) => within(reach, services)) }));
    return { kind: "pairs", rows: rows.filter((row) => row.to.length > 0) };
  }
  const side = isWide(source) ? "source" : isWide(destination) ? "destination" : undefined;
  if (side === undefined) return undefined;
  const peers = reachWithin(universe, flowProduct(universe.endsOf(source), universe.endsOf(destination), services), side);
  return { kind: side === "source" ? "sources" : "destinations", peers };
}

function isWide({ include }: PeerExpression): boolean {
  return include.some((peer) => peer.kind === "any");
}

function isPlainAny(expression: PeerExpression): boolean {
  return isWide(expression) && expression.except.length === 0;
}

function within({ peer, always, sometimes }: Reach, services: ServiceSet): readonly Reach[] {
  const asked = { peer, always: intersectServices(always, services), sometimes: intersectServices(sometimes, services) };
  return isEmptyService(asked.always) && isEmptyService(asked.sometimes) ? [] : [asked];
}
