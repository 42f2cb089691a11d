/**
 * A tenant's rules as ordered entries for ClusterNetworkPolicy, which knows deny and order. Each end enforces its direction by itself.
 *
 * An entry is a rule as it stands wherever its ends and services can be said. A deny that cannot be said is taken out of the allows
 * after it instead, and an allow that cannot be said, or that such a deny cuts, becomes the part of it that can. So the entries never
 * accept what the source denies. In ingress only pods can be named; machines are left to NetworkPolicy objects.
 */
import * as address from "../../../../space/address.js";
import type { EndBox } from "../../../../space/ends.js";
import { everyEnd } from "../../../../space/ends.js";
import * as flows from "../../../../space/flows.js";
import type { FlowBox, FlowSet } from "../../../../space/flows.js";
import { isEmptyService, subtractServices } from "../../../../space/service.js";
import * as values from "../../../../space/values.js";
import { overlapIndex } from "../../../../verdict/overlap.js";
import type { OverlapRow } from "../../../../verdict/overlap.js";
import { blind, workloadsOf } from "../ground.js";
import type { Ground } from "../ground.js";
import { flowOf, withoutEarlier } from "../pieces.js";
import type { Direction, Piece, PieceMaker, RuleList } from "../pieces.js";
import { sayable } from "../ports.js";
import { peerBox } from "../allowance.js";
import type { Allowance, Loss, Means, Peer, Said } from "../allowance.js";
import { sayPlainly } from "../plain.js";
import { pieceSayer, unsaidServices } from "../say.js";

export interface OrderedEntry extends Allowance {
  readonly action: "allow" | "deny";
  readonly direction: Direction;
}

/** `networks` of an egress peer match pods at these addresses too (API type comments). */
const clusterMeans: Means = { addressesMatchPods: true, wholeProtocols: false };

/** The ends that a peer of an entry matches. */
function matchedBy(direction: Direction, peer: Peer): EndBox | undefined {
  return direction === "egress" && peer.kind === "machines" ? { ...everyEnd, addresses: peer.addresses } : peerBox(peer);
}

export function entryFlow(entry: OrderedEntry): FlowBox | undefined {
  const peer = matchedBy(entry.direction, entry.peer);
  return peer === undefined ? undefined : flowOf(entry.direction, entry.subject, peer, entry.service);
}

/** A peer that is all ends at some addresses, pods included, is what `networks` says. */
function sayAsNetworks(ground: Ground, piece: Piece): readonly Allowance[] | undefined {
  const { peer, rule, service } = piece;
  if (!ground.complete(piece.subject) || peer.labels.size > 0 || !peer.namespace.absent) return undefined;
  const whole = ground.classes.every(
    (kind) => values.valuesWithin(kind.namespace, peer.namespace) || !address.addressesOverlap(kind.addresses, peer.addresses),
  );
  if (!whole || address.isAllAddresses(peer.addresses)) return undefined;
  return [{ rule, subject: blind(piece.subject), peer: { kind: "machines", addresses: peer.addresses }, service }];
}

/**
 * The entries of one direction in the order of the rules, and what they lose. `keepDenies`: whether to say denies as such; else all of them
 * are taken out of the allows, and the order of what is left does not matter.
 */
export function orderedEntries(
  ground: Ground,
  list: RuleList,
  make: PieceMaker,
  direction: Direction,
  all: readonly Piece[],
  keepDenies: boolean,
): { readonly entries: readonly OrderedEntry[]; readonly losses: readonly Loss[] } {
  const seen = (piece: Piece): Piece | undefined => {
    if (direction === "egress") return piece;
    const peer = workloadsOf(piece.peer);
    return peer === undefined ? undefined : peer === piece.peer ? piece : { ...piece, peer };
  };
  const say = pieceSayer(
    ground,
    direction,
    all.flatMap((piece) => seen(piece) ?? []),
    clusterMeans,
  );
  const asNetworks = (piece: Piece): Said | undefined => {
    const said = direction === "egress" ? sayAsNetworks(ground, piece) : undefined;
    if (said === undefined) return undefined;
    const service = sayable(piece.service, clusterMeans.wholeProtocols);
    const losses = unsaidServices(direction, { ...piece, service: subtractServices(piece.service, service) });
    return { allowances: isEmptyService(service) ? [] : said.map((part) => ({ ...part, service })), losses };
  };
  const plainly = (piece: Piece): Said | undefined =>
    asNetworks(piece) ?? (sayPlainly(ground, piece, clusterMeans) === undefined ? undefined : say(piece));

  const entries: OrderedEntry[] = [];
  const losses: Loss[] = [];
  const unsaidDenies: FlowBox[] = [];
  const add = (action: "allow" | "deny", said: readonly Allowance[]): void => {
    entries.push(...said.map((part) => ({ ...part, action, direction })));
  };
  const deny = (row: OverlapRow): void => {
    for (const piece of make(direction, list.tenant.rules.at(row.owner), row.box, false).flatMap((made) => seen(made) ?? [])) {
      const said = keepDenies ? plainly(piece) : undefined;
      add("deny", said?.allowances ?? []);
      const rest = said === undefined ? piece.service : subtractServices(piece.service, sayable(piece.service, clusterMeans.wholeProtocols));
      unsaidDenies.push(...(flowOf(direction, piece.subject, piece.peer, rest) === undefined ? [] : [{ ...row.box, service: rest }]));
    }
  };
  const allow = (row: OverlapRow): void => {
    const rule = list.tenant.rules.at(row.owner);
    const pieces = (boxes: FlowSet): readonly Piece[] => boxes.flatMap((box) => make(direction, rule, box)).flatMap((piece) => seen(piece) ?? []);
    const asWritten = pieces(flows.uncoveredParts(row.box, unsaidDenies)).map(plainly);
    const said: readonly (Said | undefined)[] = asWritten.includes(undefined)
      ? pieces(withoutEarlier(list, row.owner, row.box, "deny")).map((piece) => plainly(piece) ?? say(piece))
      : asWritten;
    for (const one of said) {
      add("allow", one?.allowances ?? []);
      for (const loss of one?.losses ?? []) {
        // A rule as it stands also holds flows that an earlier deny decides.
        losses.push({ ...loss, flows: loss.flows.flatMap((box) => withoutEarlier(list, row.owner, box, "deny")) });
      }
    }
  };
  for (const row of list.rows) (list.actionOf(row.owner) === "deny" ? deny : allow)(row);
  return { entries, losses: stillLost(entries, losses) };
}

/** Losses without what an entry accepts after all, by the first entry that matches. */
function stillLost(entries: readonly OrderedEntry[], losses: readonly Loss[]): readonly Loss[] {
  if (losses.length === 0) return [];
  const index = overlapIndex(entries.map((entry) => [entryFlow(entry)].flatMap((box) => box ?? [])));
  const lostOf = (box: FlowBox): FlowSet => {
    const lost: FlowBox[] = [];
    let rest: FlowSet = [box];
    for (const row of index.overlapping(box)) {
      if (entries[row.owner].action === "deny") lost.push(...rest.flatMap((piece) => flows.intersectFlowBoxes(piece, row.box) ?? []));
      rest = rest.flatMap((piece) => flows.subtractFlowBox(piece, row.box));
    }
    return [...lost, ...rest];
  };
  return losses.map((loss) => ({ ...loss, flows: loss.flows.flatMap(lostOf) }));
}
