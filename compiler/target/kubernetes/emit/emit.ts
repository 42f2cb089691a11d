/** The emitter's front: policy in, YAML and findings out. */
import type { Universe } from "../../../policy/universe.js";
import type { Artefact, Emission } from "../../target.js";
import type { KubernetesOptions } from "../options.js";
import { lossDiagnostic, logDiagnostics } from "./findings.js";
import { makeGround } from "./ground.js";
import { allowedButDenied } from "./losses.js";
import { denyFloor, networkPolicies } from "./network-policy.js";
import type { Commented } from "./network-policy.js";
import { piecesOf, ruleList } from "./pieces.js";
import { sayPieces } from "./sayable.js";
import { subjectNames, subjectsOf } from "./subjects.js";
import { deniedButAllowed } from "./unenforced.js";
import { blockYaml } from "./yaml.js";
import type { NetworkPolicy } from "../schema.js";

function artefactOf({ object, comments }: Commented<NetworkPolicy>): Artefact {
  const { name, namespace } = object.metadata;
  return { path: `${namespace ?? ""}/${name}.yaml`, text: blockYaml(object, comments) };
}

/** Deterministic to the byte. Objects never allow more than the source does, under both readings of `ipBlock`. */
export function emitKubernetes(universe: Universe, options: KubernetesOptions): Emission {
  void options;
  const { policy } = universe;
  const ground = makeGround(universe);
  const lists = new Map(policy.tenants.map((tenant) => [tenant.name, ruleList(universe, tenant)]));
  const artefacts: Artefact[] = [];
  const losses: NonNullable<Emission["losses"]>[number][] = [];
  const notes = policy.tenants.flatMap(logDiagnostics);
  for (const list of lists.values()) {
    const pieces = piecesOf(ground, lists, list);
    const said = { ingress: sayPieces(ground, "ingress", pieces.ingress), egress: sayPieces(ground, "egress", pieces.egress) };
    const subjects = subjectsOf(subjectNames(list.tenant), { ingress: said.ingress.allowances, egress: said.egress.allowances });
    const objects = [...denyFloor(list.tenant, ["Ingress", "Egress"]), ...subjects.flatMap((subject) => networkPolicies(list.tenant, subject))];
    artefacts.push(...objects.map(artefactOf));
    for (const loss of [...allowedButDenied(ground, lists, list, said), ...deniedButAllowed(ground, list)]) {
      losses.push({ diagnostic: lossDiagnostic(policy, loss), tenant: list.tenant.name, outcome: loss.outcome, flows: loss.flows });
    }
  }
  artefacts.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { artefacts, diagnostics: [...losses.map((loss) => loss.diagnostic), ...notes], losses };
}
