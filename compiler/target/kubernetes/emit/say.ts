/** Says pieces: plainly where it can be, carefully where addresses matter, and in services only what ports can say. */
import { once } from "../../../once.js";
import * as ends from "../../../space/ends.js";
import { everyService, intersectServices, isEmptyService, subtractServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import { peerBox } from "./allowance.js";
import type { Allowance, Cause, Loss, Means, Said } from "./allowance.js";
import { sayMachinesCarefully, sayWorkloadsCarefully } from "./careful.js";
import type { Ground } from "./ground.js";
import { nearby } from "./near.js";
import { flowOf } from "./pieces.js";
import type { Direction, Piece } from "./pieces.js";
import { plainMachines, plainWorkloads } from "./plain.js";
import { portZero, sayable } from "./ports.js";

const otherThanPortZero = subtractServices(everyService, portZero);

/** Says pieces of one tenant in one direction, one by one. `all` is everything allowed there. */
export function pieceSayer(ground: Ground, direction: Direction, all: readonly Piece[], means: Means): (piece: Piece) => Said {
  const near = once(() => nearby(ground, direction, all));
  // Pods and machines by themselves: addresses of the ones may need care where those of the others do not.
  const sayWorkloads = (piece: Piece): Said => {
    const plain = plainWorkloads(ground, piece);
    return plain === undefined ? sayWorkloadsCarefully(ground, direction, piece, near()(piece.subject)) : { allowances: plain, losses: none };
  };
  const sayMachines = (piece: Piece): Said => {
    const plain = plainMachines(ground, piece, means);
    return plain === undefined ? sayMachinesCarefully(ground, direction, piece, near()(piece.subject), means) : { allowances: plain, losses: none };
  };
  return (piece) => inPorts(direction, piece, bothOf(sayWorkloads(piece), sayMachines(piece)), means);
}

const none: readonly Loss[] = [];

/** Most pieces have pods alone. */
function bothOf(a: Said, b: Said): Said {
  if (b.allowances.length === 0 && b.losses.length === 0) return a;
  return { allowances: [...a.allowances, ...b.allowances], losses: [...a.losses, ...b.losses] };
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

function inPorts(direction: Direction, piece: Piece, whole: Said, means: Means): Said {
  const { allowances, losses } = whole;
  if (isSayable(allowances, means)) return whole;
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

function isSayable(allowances: readonly Allowance[], { wholeProtocols }: Means): boolean {
  for (const { service } of allowances) if (sayable(service, wholeProtocols) !== service) return false;
  return true;
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
