/** Says pieces: plainly where it can be, carefully where addresses matter, and in services only what ports can say. */
import { once } from "../../../once.js";
import { endIndex } from "../../../space/endIndex.js";
import * as ends from "../../../space/ends.js";
import type { EndBox } from "../../../space/ends.js";
import type { FlowBox, FlowSet } from "../../../space/flows.js";
import { everyService, intersectServices, isEmptyService, subtractServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import { peerBox } from "./allowance.js";
import type { Allowance, Cause, Loss, Means, Said } from "./allowance.js";
import { sayCarefully } from "./careful.js";
import { blind } from "./ground.js";
import type { Ground } from "./ground.js";
import { flowOf } from "./pieces.js";
import type { Direction, Piece } from "./pieces.js";
import { sayPlainly } from "./plain.js";
import { portZero, sayable } from "./ports.js";

const otherThanPortZero = subtractServices(everyService, portZero);

/** Says pieces of one tenant in one direction, one by one. `all` is everything allowed there. */
export function pieceSayer(ground: Ground, direction: Direction, all: readonly Piece[], means: Means): (piece: Piece) => Said {
  const near = once(() => flowsNear(direction, all));
  return (piece) => {
    const plain = sayPlainly(ground, piece, means);
    const said = plain === undefined ? sayCarefully(ground, direction, piece, near()(piece.subject), means) : { allowances: plain, losses: [] };
    return inPorts(direction, piece, said, means);
  };
}

/** Gives the flows of all pieces with subjects that meet a box, whatever their addresses are. */
function flowsNear(direction: Direction, pieces: readonly Piece[]): (subject: EndBox) => FlowSet {
  const bySubject = new Map<EndBox, FlowBox[]>();
  for (const { subject, peer, service } of pieces) {
    const flow = flowOf(direction, subject, peer, service);
    const known = bySubject.get(subject);
    if (flow === undefined) continue;
    if (known === undefined) bySubject.set(subject, [flow]);
    else known.push(flow);
  }
  const index = endIndex([...bySubject.keys()]);
  const sets = [...bySubject.values()];
  return (subject) => index.overlapping(blind(subject)).flatMap((at) => sets[at]);
}

/** Says all pieces of one tenant in one direction. */
export function sayPieces(ground: Ground, direction: Direction, pieces: readonly Piece[], means: Means): Said {
  const say = pieceSayer(ground, direction, pieces, means);
  const allowances: Allowance[] = [];
  const losses: Loss[] = [];
  for (const piece of pieces) {
    const said = say(piece);
    allowances.push(...said.allowances);
    losses.push(...said.losses);
  }
  return { allowances, losses };
}

function inPorts(direction: Direction, piece: Piece, { allowances, losses }: Said, means: Means): Said {
  if (allowances.every((part) => sayable(part.service, means.wholeProtocols) === part.service)) return { allowances, losses };
  const said: Allowance[] = [];
  const lost: Loss[] = [...losses];
  for (const part of allowances) {
    const service = sayable(part.service, means.wholeProtocols);
    if (service === part.service) said.push(part);
    else {
      if (!isEmptyService(service)) said.push({ ...part, service });
      lost.push(...unsaidOf(direction, piece, part, subtractServices(part.service, service)));
    }
  }
  return { allowances: said, losses: lost };
}

/** What of a piece is lost to services; a part of it may hold more than the piece, because it is blind to addresses. */
function unsaidOf(direction: Direction, piece: Piece, part: Allowance, lost: ServiceSet): readonly Loss[] {
  if (isEmptyService(lost)) return [];
  const said = peerBox(part.peer);
  const peer = said === undefined ? undefined : ends.intersectEndBoxes(piece.peer, said);
  const subject = ends.intersectEndBoxes(piece.subject, part.subject);
  return peer === undefined || subject === undefined ? [] : unsaidServices(direction, { ...piece, subject, peer, service: lost });
}

/** Losses for a piece of services that no port says. */
export function unsaidServices(direction: Direction, { rule, subject, peer, service }: Piece): readonly Loss[] {
  const parts: readonly (readonly [Cause, ServiceSet])[] = [
    ["protocol", intersectServices(service, otherThanPortZero)],
    ["portZero", intersectServices(service, portZero)],
  ];
  return parts.flatMap(([cause, lost]) => {
    const flow = flowOf(direction, subject, peer, lost);
    return flow === undefined ? [] : [{ rule, cause, flows: [flow] }];
  });
}
