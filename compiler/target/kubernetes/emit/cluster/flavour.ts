/**
 * Flavour `cluster-policy`. Pods are decided in the Admin tier, finally: rules in order, then a floor that denies. ClusterNetworkPolicy
 * cannot name machines in ingress, so what comes from machines falls through to NetworkPolicy objects, which isolate in ingress and list
 * the machines that may pass. Since no pod's traffic gets there, it does not matter whether their `ipBlock`s match pods.
 */
import { columnKey } from "../keys.js";
import type { FlavourObjects } from "../flavour.js";
import { machinesOf } from "../ground.js";
import type { Ground } from "../ground.js";
import { lostIn } from "../losses.js";
import { denyFloor, eachNetworkPolicy } from "../network-policy.js";
import { piecesOf } from "../pieces.js";
import type { Direction, Piece, PieceMaker, RuleList } from "../pieces.js";
import { sayPieces } from "../say.js";
import type { Loss, Means } from "../allowance.js";
import { subjectNames, subjectsOf } from "../subjects.js";
import { levelObjects } from "./levels.js";
import type { LevelObject } from "./levels.js";
import { clusterFloor, clusterPolicies, FIRST_PRIORITY, FLOOR_PRIORITY, ruleWeight } from "./objects.js";
import { orderedEntries } from "./ordered.js";

const machineMeans: Means = { addressesMatchPods: false, wholeProtocols: true };

/** The rules by priority; without denies where a chain of allows and denies is longer than there are priorities. */
function leveled(
  ground: Ground,
  list: RuleList,
  make: PieceMaker,
  pieces: Readonly<Record<Direction, readonly Piece[]>>,
): { readonly levels: readonly LevelObject[]; readonly losses: readonly Loss[] } {
  const attempt = (keepDenies: boolean): { readonly levels: readonly LevelObject[]; readonly losses: readonly Loss[] } => {
    const ingress = orderedEntries(ground, list, make, "ingress", pieces.ingress, keepDenies);
    const egress = orderedEntries(ground, list, make, "egress", pieces.egress, keepDenies);
    return { levels: levelObjects([...ingress.entries, ...egress.entries], ruleWeight), losses: [...ingress.losses, ...egress.losses] };
  };
  const made = attempt(true);
  return made.levels.some((object) => FIRST_PRIORITY + object.level >= FLOOR_PRIORITY) ? attempt(false) : made;
}

export function clusterPolicyObjects(ground: Ground, list: RuleList, make: PieceMaker): FlavourObjects {
  const { tenant } = list;
  const pieces = piecesOf(make, list);
  const { levels, losses } = leveled(ground, list, make, pieces);
  const names = subjectNames(tenant);
  const seen = new Set<string>();
  const isFirst = (object: LevelObject): boolean => {
    const [{ rule, subject }] = [...object.rules.ingress, ...object.rules.egress].flat();
    const key = `${rule?.policy ?? ""}\n${columnKey(subject)}`;
    const first = !seen.has(key);
    seen.add(key);
    return first;
  };

  const fromMachines = pieces.ingress.flatMap((piece): readonly Piece[] => {
    const peer = machinesOf(piece.peer);
    return peer === undefined ? [] : [{ ...piece, peer }];
  });
  const machines = sayPieces(ground, "ingress", fromMachines, machineMeans);
  const subjects = subjectsOf(names, { ingress: machines.allowances, egress: [] });

  return {
    eachObject: (visit) => {
      visit(clusterFloor(tenant));
      for (const object of levels) clusterPolicies(tenant, names, object, isFirst(object)).forEach(visit);
      denyFloor(tenant, ["Ingress"]).forEach(visit);
      for (const subject of subjects) eachNetworkPolicy(tenant, subject, visit);
    },
    losses: [...losses, ...lostIn("ingress", machines)],
  };
}
