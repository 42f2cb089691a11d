/** What a flavour makes of one tenant, and flavour `network-policy`. */
import type { ClusterNetworkPolicy, NetworkPolicy } from "../schema.js";
import type { Ground } from "./ground.js";
import { lostIn } from "./losses.js";
import { denyFloor, networkPolicies } from "./network-policy.js";
import { piecesOf } from "./pieces.js";
import type { PieceMaker, RuleList } from "./pieces.js";
import { networkPolicyMeans } from "./allowance.js";
import type { Loss } from "./allowance.js";
import { sayPieces } from "./say.js";
import { subjectNames, subjectsOf } from "./subjects.js";

export interface FlavourObjects {
  /** To be gone through once: an object is made when it is its turn, and nobody has to hold all of them. */
  readonly objects: Iterable<NetworkPolicy | ClusterNetworkPolicy>;
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
  const objects = function* (): Iterable<NetworkPolicy> {
    yield* denyFloor(tenant, ["Ingress", "Egress"]);
    for (const subject of subjects) yield* networkPolicies(tenant, subject);
  };
  return {
    objects: objects(),
    losses: [...lostIn("ingress", ingress), ...lostIn("egress", egress)],
  };
}
