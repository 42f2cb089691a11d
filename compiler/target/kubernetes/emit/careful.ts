/**
 * The largest part of a piece that Kubernetes can say, where addresses matter, and what is lost.
 *
 * Whatever cannot be told apart is denied: the emitted set is a subset of the allowed one under both readings of `ipBlock`. With N the
 * flows that can exist and are denied, a flow is said unless
 *
 *  - N holds a flow between the same two pods at other addresses (selectors are blind to addresses), or
 *  - its peer is a machine and N holds the flow of a pod that can have the machine's address (an `ipBlock` may match pods).
 *
 * INVARIANT: this depends on the allowed set as a whole and on no piece of it, so a flow that one piece loses is said by none.
 */
import * as address from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";
import * as ends from "../../../space/ends.js";
import type { EndBox, EndSet } from "../../../space/ends.js";
import * as flows from "../../../space/flows.js";
import type { FlowBox, FlowSet } from "../../../space/flows.js";
import { familyServices, intersectServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import * as values from "../../../space/values.js";
import type { Allowance, Cause, Loss, Means, Peer, Said } from "./allowance.js";
import { foreignLosses } from "./foreign.js";
import { blind, familyPart, machinesAt, machinesOf, workloadsOf } from "./ground.js";
import type { Ground } from "./ground.js";
import { columns, existing, placed } from "./near.js";
import type { Near } from "./near.js";
import { flowOf, sides } from "./pieces.js";
import type { Direction, Piece } from "./pieces.js";

interface Care {
  readonly ground: Ground;
  readonly direction: Direction;
  readonly piece: Piece;
  readonly near: Near;
}

interface Denied {
  readonly subject: EndBox;
  readonly peer: EndBox;
  readonly service: ServiceSet;
}

/** Says a piece's pods. Services may be more than ports can say, here and below. */
export function sayWorkloadsCarefully(ground: Ground, direction: Direction, piece: Piece, near: Near): Said {
  if (near.there.length === 0) return nothing;
  const lost = foreignLosses(ground, direction, piece, near);
  return lost === undefined ? sayWorkloads({ ground, direction, piece, near }) : { allowances: [], losses: lost };
}

/** Says a piece's machines. */
export function sayMachinesCarefully(ground: Ground, direction: Direction, piece: Piece, near: Near, means: Means): Said {
  return near.there.length === 0 ? nothing : sayMachines({ ground, direction, piece, near }, means);
}

const nothing: Said = { allowances: [], losses: [] };

/** Flows between the subject's pods, wherever they are, and these peers that can exist and are denied. */
function denied({ ground, direction, piece, near }: Care, peers: EndSet): readonly Denied[] {
  return peers
    .flatMap((peer) => near.anywhere.flatMap((own) => flowOf(direction, own, peer, piece.service) ?? []))
    .flatMap((box) => flows.uncoveredParts(box, near.allowed()))
    .flatMap(inPossibleFamilies)
    .map((box) => ({ ...sides(direction, box), service: box.service }))
    .filter((side) => ground.possible(side.subject) !== undefined && ground.possible(side.peer) !== undefined);
}

/** The box without addresses of a family in which it has no flow: an address of the other end must not count for it. */
function inPossibleFamilies(box: FlowBox): FlowSet {
  return ([4, 6] as const).flatMap((family) => {
    const possible = intersectServices(box.service, familyServices(family));
    return flows.flowBox(familyPart(box.source, family), familyPart(box.destination, family), possible) ?? [];
  });
}

/** What a denied flow takes with it: the same service between the subject's columns and these peers. */
function takes({ ground, direction }: Care, { subject, service }: Denied, peers: EndSet): FlowSet {
  return peers.flatMap((peer) => columns(ground, subject).flatMap((column) => flowOf(direction, column, peer, service) ?? []));
}

/** All of the subject with these peers but what is taken, and the allowances that say it. */
function rest({ direction, piece }: Care, peers: EndBox, taken: FlowSet, peerOf: (box: EndBox) => Peer): { said: FlowSet; allowances: Allowance[] } {
  const whole = flowOf(direction, blind(piece.subject), peers, piece.service);
  const said = whole === undefined ? [] : flows.subtractFlows([whole], taken);
  const allowances = said.map((box) => {
    const side = sides(direction, box);
    return { rule: piece.rule, subject: side.subject, peer: peerOf(side.peer), service: box.service };
  });
  return { said, allowances };
}

function lossOf({ piece }: Care, boxes: FlowSet, said: FlowSet, cause: Cause): readonly Loss[] {
  const lost = flows.subtractFlows(boxes, said);
  return lost.length === 0 ? [] : [{ rule: piece.rule, cause, flows: lost }];
}

function sayWorkloads(care: Care): Said {
  const { ground, direction, piece, near } = care;
  const workloads = workloadsOf(piece.peer);
  if (workloads === undefined) return nothing;
  const peers = existing(ground, workloads);
  // Classes of pods that cannot be at these addresses are not spoken of.
  const spoken = peers.reduce((union, [kind]) => values.unionValues(union, kind.namespace), values.noValue);
  const named = ends.endBox({ ...blind(workloads), namespace: values.intersectValues(workloads.namespace, spoken) });
  if (named === undefined) return nothing;
  const everywhere = placed(ground, named).map(([, box]) => box);
  const taken = denied(care, everywhere).flatMap((side) => takes(care, side, columns(ground, side.peer)));
  const { said, allowances } = rest(care, named, taken, (box) => ({ kind: "workloads", box }));
  const losses = peers.flatMap(([kind, peer]) =>
    near.there.flatMap(([own, subject]) => {
      const whole = flowOf(direction, subject, peer, piece.service);
      return whole === undefined ? [] : lossOf(care, [whole], said, kind.unknown || own.unknown ? "unknown" : "address");
    }),
  );
  return { allowances, losses };
}

function sayMachines(care: Care, means: Means): Said {
  const { ground, direction, piece, near } = care;
  const machines = machinesOf(piece.peer);
  const possible = machines === undefined ? undefined : machinesAt(address.intersectAddresses(machines.addresses, ground.machineAddresses));
  if (machines === undefined || possible === undefined) return nothing;
  const shadows = (peers: EndSet): FlowSet =>
    denied(care, peers).flatMap((side) => {
      const shadow = machinesAt(ground.addressesLeft(side.peer));
      return shadow === undefined ? [] : takes(care, side, [shadow]);
    });
  const pods = placed(ground, { namespace: values.anyPresent, labels: new Map(), addresses: machines.addresses }).map(([, box]) => box);
  const bySubject = shadows([possible]);
  const byPods = means.addressesMatchPods ? shadows(pods) : [];
  const { said, allowances } = rest(care, machines, [...bySubject, ...byPods], (box) => ({ kind: "machines", addresses: box.addresses }));
  const losses = near.there.flatMap(([own, subject]) => {
    const whole = flowOf(direction, subject, possible, piece.service);
    const start = whole === undefined ? [] : [whole];
    const left = flows.subtractFlows(start, bySubject);
    return [
      ...lossOf(care, start, left, own.unknown ? "unknown" : "address"),
      ...byPlace(ground, direction, left).flatMap(([cause, box]) => lossOf(care, [box], said, cause)),
    ];
  });
  return { allowances, losses };
}

/** Flows of machines at addresses where pods are known to be, and of those where nothing says that there are none. */
function byPlace(ground: Ground, direction: Direction, boxes: FlowSet): readonly (readonly [Cause, FlowBox])[] {
  const { known, unknown } = ground.podPlaces();
  const places: readonly (readonly [Cause, AddressSet])[] = [
    ["machine", known],
    ["unknown", unknown],
  ];
  return boxes.flatMap((box) => {
    const side = sides(direction, box);
    return places.flatMap(([cause, addresses]) => {
      const peer = machinesAt(address.intersectAddresses(side.peer.addresses, addresses));
      const flow = peer === undefined ? undefined : flowOf(direction, side.subject, peer, box.service);
      return flow === undefined ? [] : [[cause, flow] as const];
    });
  });
}
