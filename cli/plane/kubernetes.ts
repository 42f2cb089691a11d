/** Kubernetes as a plane: the cluster's objects against the project's. */
import { resolve } from "node:path";
import type { Artefact } from "../../compiler/target/target.js";
import { ApiFailure } from "../../runtime/api/failure.js";
import { connectCluster } from "../../runtime/api/kubernetes/client.js";
import type { ClusterClient } from "../../runtime/api/kubernetes/client.js";
import { desiredManifests, nameOf, sourceAnnotation } from "../../runtime/plan/kubernetes/manifest.js";
import type { Manifest } from "../../runtime/plan/kubernetes/manifest.js";
import { planKubernetes } from "../../runtime/plan/kubernetes/plan.js";
import { flag, text } from "../options.js";
import type { Options } from "../options.js";
import type { LoadedProject } from "../project.js";
import type { Terminal } from "../terminal.js";
import { ownerOf, shownPlace } from "./contiv.js";
import { timeoutOf } from "./options.js";
import type { PlanePlan } from "./plane.js";

/** Places in the source, as the object's annotation tells them. */
function sourceOf(manifest: Manifest, loaded: LoadedProject): string | undefined {
  const told = manifest.metadata.annotations?.[sourceAnnotation];
  return told
    ?.split(", ")
    .map((place) => shownPlace(loaded, place))
    .join(", ");
}

async function connect(options: Options, terminal: Terminal): Promise<ClusterClient> {
  const kubeconfig = text(options, "kubeconfig");
  const context = text(options, "context");
  return connectCluster({
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(terminal.cwd, kubeconfig) }),
    ...(context === undefined ? {} : { context }),
    timeout: timeoutOf(options),
  });
}

/** @throws Refusal, ApiFailure */
export async function kubernetesPlan(
  artefacts: readonly Artefact[],
  loaded: LoadedProject,
  options: Options,
  terminal: Terminal,
): Promise<PlanePlan> {
  const client = await connect(options, terminal);
  const owner = ownerOf(options, loaded);
  const [prune, adopt] = ["prune", "adopt"].map((name) => flag(options, name));
  const cluster = {
    ...client,
    refusal: (error: unknown) =>
      error instanceof ApiFailure && (error.kind === "refused" || error.kind === "forbidden")
        ? { message: error.reason, help: error.help ?? "the API server has the last word" }
        : undefined,
  };
  const made = await planKubernetes(cluster, { desired: desiredManifests(artefacts, owner), owner, prune, adopt });
  const place = (manifest: Manifest) => {
    const source = sourceOf(manifest, loaded);
    return source === undefined ? {} : { source };
  };
  const work = (doing: string, manifest: Manifest) => ({ doing: `${doing} ${nameOf(manifest)}`, ...place(manifest) });
  return {
    plane: `kubernetes at ${client.address}`,
    changes: made.changes.map(({ action, manifest, fields }) => ({ action, object: nameOf(manifest), ...place(manifest), fields })),
    hindrances: made.hindrances.map(({ manifest, message, help }) => ({ object: nameOf(manifest), ...place(manifest), message, help })),
    left: made.left.map(nameOf),
    requests: made.writes.length + made.deletions.length,
    send: async (sent) => {
      let count = 0;
      for (const manifest of made.writes) {
        await client.apply(manifest, { dryRun: false, force: adopt }, work("apply", manifest));
        sent(++count);
      }
      for (const manifest of made.deletions) {
        await client.remove(manifest, work("delete", manifest));
        sent(++count);
      }
    },
  };
}
