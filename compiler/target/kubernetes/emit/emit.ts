/** The emitter's front: policy in, YAML and findings out. */
import type { Diagnostic } from "../../../diagnostics/diagnostic.js";
import type { Universe } from "../../../policy/universe.js";
import type { Artefact, Emission, Loss } from "../../target.js";
import type { KubernetesOptions } from "../options.js";
import type { ClusterNetworkPolicy, NetworkPolicy } from "../schema.js";
import { clusterPolicyObjects } from "./cluster/flavour.js";
import { logDiagnostics, lossReporter, nameDiagnostics } from "./findings.js";
import { networkPolicyObjects } from "./flavour.js";
import { makeGround } from "./ground.js";
import { allowedButDenied } from "./losses.js";
import { pieceMaker, ruleList } from "./pieces.js";
import { deniedButAllowed } from "./unenforced.js";
import { yamlWriter } from "./yaml.js";
import type { YamlWriter } from "./yaml.js";

const makeObjects = { "network-policy": networkPolicyObjects, "cluster-policy": clusterPolicyObjects } as const;

/** Folder of the objects that are in no namespace: no namespace can have this name. */
const CLUSTER_FOLDER = "_cluster";

function artefactOf(write: YamlWriter, object: NetworkPolicy | ClusterNetworkPolicy): Artefact {
  const { name, namespace } = object.metadata;
  return { path: `${namespace ?? CLUSTER_FOLDER}/${name}.yaml`, text: write(object) };
}

/** Deterministic to the byte. Objects never allow a pod of a tenant more than the source does, under both readings of `ipBlock`. */
export function emitKubernetes(universe: Universe, options: KubernetesOptions): Emission {
  const { policy } = universe;
  const ground = makeGround(universe);
  const lists = new Map(policy.tenants.map((tenant) => [tenant.name, ruleList(universe, tenant)]));
  const write = yamlWriter();
  const report = lossReporter(policy);
  const artefacts: Artefact[] = [];
  const losses: Loss[] = [];
  const others: Diagnostic[] = [];
  for (const list of lists.values()) {
    const { tenant } = list;
    const made = makeObjects[options.flavour](ground, list, pieceMaker(ground, lists, tenant));
    made.eachObject((object) => artefacts.push(artefactOf(write, object)));
    for (const loss of [...allowedButDenied(ground, lists, list, made.losses), ...deniedButAllowed(ground, list)]) {
      losses.push({ diagnostic: report(loss), tenant: tenant.name, outcome: loss.outcome, flows: loss.flows });
    }
    others.push(...nameDiagnostics(tenant), ...logDiagnostics(tenant));
  }
  artefacts.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { artefacts, diagnostics: [...losses.map((loss) => loss.diagnostic), ...others], losses };
}
