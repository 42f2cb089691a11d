/**
 * Flavour `cluster-policy`. Pods are decided in the Admin tier, finally: rules in order, then a floor that denies. ClusterNetworkPolicy
 * cannot name machines in ingress, so what comes from machines falls through to NetworkPolicy objects, which isolate in ingress and list
 * the machines that may pass. Since no pod's traffic gets there, it does not matter whether their `ipBlock`s match pods.
 */
import { tooManyPriorities } from "../../../../diagnostics/kubernetes.js";
import type { Diagnostic } from "../../../../diagnostics/diagnostic.js";
import type { Tenant } from "../../../../policy/model.js";
import { columnKey } from "../keys.js";
import { TARGET } from "../findings.js";
import type { FlavourObjects } from "../flavour.js";
import { machinesOf } from "../ground.js";
import type { Ground } from "../ground.js";
import { lostIn } from "../losses.js";
import { denyFloor, networkPolicies } from "../network-policy.js";
import { piecesOf } from "../pieces.js";
import type { Piece, PieceMaker, RuleList } from "../pieces.js";
import { sayPieces } from "../sayable.js";
import type { Means } from "../sayable.js";
import { subjectNames, subjectsOf } from "../subjects.js";
import { levelObjects } from "./levels.js";
import type { LevelObject } from "./levels.js";
import { clusterFloor, clusterPolicies, FLOOR_PRIORITY, ruleWeight } from "./objects.js";
import { orderedEntries } from "./ordered.js";

const machineMeans: Means = { addressesMatchPods: false, wholeProtocols: true };

export function clusterPolicyObjects(ground: Ground, list: RuleList, make: PieceMaker): FlavourObjects {
  const { tenant } = list;
  const pieces = piecesOf(make, list);
  const ingress = orderedEntries(ground, list, make, "ingress", pieces.ingress);
  const egress = orderedEntries(ground, list, make, "egress", pieces.egress);
  const levels = levelObjects([...ingress.entries, ...egress.entries], ruleWeight);
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
    objects: [
      clusterFloor(tenant),
      ...levels.filter((object) => object.level < FLOOR_PRIORITY).flatMap((object) => clusterPolicies(tenant, names, object, isFirst(object))),
      ...denyFloor(tenant, ["Ingress"]),
      ...subjects.flatMap((subject) => networkPolicies(tenant, subject)),
    ],
    losses: [...ingress.losses, ...egress.losses, ...lostIn("ingress", machines)],
    diagnostics: beyondPriorities(tenant, levels),
  };
}

/** One error for each rule that no priority is left for. Nothing after it is emitted, so what is left out is denied. */
function beyondPriorities(tenant: Tenant, levels: readonly LevelObject[]): readonly Diagnostic[] {
  const beyond = levels.filter((object) => object.level >= FLOOR_PRIORITY);
  const rules = new Map(beyond.flatMap((object) => [...object.rules.ingress, ...object.rules.egress].map((some) => [some[0].rule, object.level] as const)));
  return [...rules].map(([rule, level]) => {
    const origin = rule?.origin ?? tenant.defaultOrigin ?? tenant.origin;
    return tooManyPriorities.make(
      { tenant: tenant.name, levels: level + 1, limit: FLOOR_PRIORITY },
      { span: origin.span, target: TARGET, rule: rule?.id ?? `${tenant.name}/default` },
    );
  });
}
