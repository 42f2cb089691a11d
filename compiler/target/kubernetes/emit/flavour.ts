/** What a flavour makes of one tenant, and flavour `network-policy`. */
import type { ClusterNetworkPolicy, NetworkPolicy } from "../schema.js";
import type { Ground } from "./ground.js";
import { lostIn } from "./losses.js";
import { denyFloor, eachNetworkPolicy } from "./network-policy.js";
import { piecesOf } from "./pieces.js";
import type { PieceMaker, RuleList } from "./pieces.js";
import { networkPolicyMeans } from "./allowance.js";
import type { Loss } from "./allowance.js";
import { sayPieces } from "./say.js";
import { subjectNames, subjectsOf } from "./subjects.js";

export interface FlavourObjects {
  /** Shows all objects in turn. Each is made when it is its turn, and nobody has to hold all of them. */
  readonly eachObject: (visit: (object: NetworkPolicy | ClusterNetworkPolicy) => void) => void;
  /** Allowed flows that the objects deny, on any rule that allows them. */
  readonly losses: readonly Loss[];
}

/** Every pod is isolated in both directions, and each policy adds what its allow rules leave after the denies before them. */
export function networkPolicyObjects(ground: Ground, list: RuleList, make: PieceMaker): FlavourObjects {
  const { tenant } = list;
  const pieces = piecesOf(make, list);
  const ingress = sayPieces(ground, "ingress", pieces.ingress, networkPolicyMeans);
  const egress = sayPieces(ground, "egress", pieces.egress, networkPolicyMeans);
  const subjects = subjectsOf(subjectNames(tenant), { ingress: ingress.allowances, egress: egress.allowances });
  return {
    eachObject: (visit) => {
      denyFloor(tenant, ["Ingress", "Egress"]).forEach(visit);
      for (const subject of subjects) eachNetworkPolicy(tenant, subject, visit);
    },
    losses: [...lostIn("ingress", ingress), ...lostIn("egress", egress)],
  };
}
