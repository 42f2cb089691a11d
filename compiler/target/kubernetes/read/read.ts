/**
 * Kubernetes policies as text, read back into what they decide. Shares nothing with the emitter but the names of the fields.
 *
 * There is a checkpoint at each end: `egress` at the source's pod, `ingress` at the destination's. Connections are tracked, so replies
 * meet nothing. What an end without policies does is allowed.
 */
import { everyFlow } from "../../../policy/universe.js";
import type { NamedReading } from "../../../verify/verify.js";
import type { Artefact, Reading, ReadingProblem } from "../../target.js";
import { checkpoint } from "./checkpoint.js";
import { readClusterPolicy } from "./cluster-policy.js";
import type { ReadClusterPolicy } from "./cluster-policy.js";
import { lineOf, loadDocuments } from "./documents.js";
import { below, isPresent, pathOf, rootOf } from "./fields.js";
import type { Located, Report } from "./fields.js";
import { makeInterner } from "../../../space/intern.js";
import { readNetworkPolicy } from "./network-policy.js";
import type { ReadingOptions, ReadNetworkPolicy } from "./network-policy.js";
import { disagreeingTies } from "./ties.js";

export type { ReadingOptions } from "./network-policy.js";

function kindOf(value: unknown): { readonly apiVersion: string; readonly kind: string } {
  if (typeof value !== "object" || value === null) return { apiVersion: "", kind: "" };
  const apiVersion = "apiVersion" in value && typeof value.apiVersion === "string" ? value.apiVersion : "";
  const kind = "kind" in value && typeof value.kind === "string" ? value.kind : "";
  return { apiVersion, kind };
}

/** Objects of a `List` one by one. */
function flattened(at: Located): readonly Located[] {
  const { kind } = kindOf(at.value);
  const { value } = at;
  if (!/List$/.test(kind) || typeof value !== "object" || value === null || !("items" in value) || !Array.isArray(value.items)) return [at];
  const items = below(at, "items", value.items);
  return value.items.map((item: unknown, index) => below(items, index, item));
}

/** Reads all policies of the artefacts as one cluster. Objects of kinds that are no network policy are left out. */
export function readKubernetes(artefacts: readonly Artefact[], options: ReadingOptions): Reading {
  return readingUnder(readPolicies(artefacts), options);
}

/**
 * The readings that together are the proof: servers differ in whether an `ipBlock` matches pods (engines.md §2.1). It only ever allows, so
 * where it does they permit the most, and where it does not the least.
 */
export function kubernetesReadings(artefacts: readonly Artefact[]): readonly NamedReading[] {
  const policies = readPolicies(artefacts);
  return [
    {
      assumption: "where an ipBlock matches pods",
      reading: readingUnder(policies, { ipBlockMatchesPods: true }),
      asked: { tooMuch: everyFlow, tooLittle: [] },
    },
    {
      assumption: "where an ipBlock matches no pods",
      reading: readingUnder(policies, { ipBlockMatchesPods: false }),
      asked: { tooMuch: [], tooLittle: everyFlow },
    },
  ];
}

function readingUnder({ network, cluster, problems }: Policies, options: ReadingOptions): Reading {
  return { checkpoints: [checkpoint("egress", network, cluster, options), checkpoint("ingress", network, cluster, options)], replies: [], problems };
}

/** All that the texts say, whatever is assumed of servers. */
interface Policies {
  readonly network: readonly ReadNetworkPolicy[];
  readonly cluster: readonly ReadClusterPolicy[];
  readonly problems: readonly ReadingProblem[];
}

function readPolicies(artefacts: readonly Artefact[]): Policies {
  const intern = makeInterner();
  const network: ReadNetworkPolicy[] = [];
  const cluster: ReadClusterPolicy[] = [];
  const reportOf = new Map<ReadClusterPolicy, (message: string) => void>();
  const problems: ReadingProblem[] = [];
  for (const { path, text } of artefacts) {
    const loaded = loadDocuments(text);
    problems.push(...loaded.errors.map((error) => ({ path, ...error })));
    for (const document of loaded.documents) {
      const report: Report = (at, message) => {
        const steps = pathOf(at);
        const line = lineOf(text, document.position, steps);
        problems.push({ path, message: steps.length === 0 ? message : `${steps.join(".")}: ${message}`, ...(line === undefined ? {} : { line }) });
      };
      for (const at of flattened(rootOf(document.value))) {
        const { apiVersion, kind } = kindOf(at.value);
        if (kind === "NetworkPolicy" && apiVersion === "networking.k8s.io/v1") {
          const policy = readNetworkPolicy(at, intern, report);
          if (policy !== undefined) network.push(policy);
        } else if (kind === "ClusterNetworkPolicy" && apiVersion === "policy.networking.k8s.io/v1alpha2") {
          const policy = readClusterPolicy(at, intern, report);
          if (policy === undefined) continue;
          cluster.push(policy);
          reportOf.set(policy, (message) => report(below(below(at, "spec", undefined), "priority", undefined), message));
        } else if (!isPresent(at.value) || kind === "" || /NetworkPolicy$/.test(kind)) {
          report(at, kind === "" ? "an object needs apiVersion and kind" : `objects of kind ${kind} in ${apiVersion} are not read`);
        }
      }
    }
  }
  for (const { policy, message } of disagreeingTies(cluster)) reportOf.get(policy)?.(message);
  return { network, cluster, problems };
}
