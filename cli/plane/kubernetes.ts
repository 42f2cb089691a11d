/** Kubernetes as a plane: the cluster's objects against the project's. */
import { hostname } from "node:os";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Artefact } from "../../compiler/target/target.js";
import { ApiFailure } from "../../runtime/api/failure.js";
import { connectCluster } from "../../runtime/api/kubernetes/client.js";
import type { ClusterClient } from "../../runtime/api/kubernetes/client.js";
import { takeLease } from "../../runtime/api/kubernetes/lease.js";
import type { HeldLease } from "../../runtime/api/kubernetes/lease.js";
import { sendSteps } from "../../runtime/api/kubernetes/send.js";
import { desiredManifests, nameOf, sourceAnnotation, temporaryLabel } from "../../runtime/plan/kubernetes/manifest.js";
import type { Manifest, Resource } from "../../runtime/plan/kubernetes/manifest.js";
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

/** Where the lease lies that keeps applies apart, whatever they are about: the one namespace that every cluster has. */
const leasePlace = { namespace: "default", name: "ctv-apply" };
const leaseSeconds = 10;

const nothingHeld: HeldLease = { check: () => undefined, release: () => Promise.resolve() };

/** Takes the lease; where the account may not, says so, and goes on without. @throws ApiFailure where another apply has it. */
async function keepOthersAway(client: ClusterClient, owner: string, terminal: Terminal): Promise<HeldLease> {
  const { namespace, name } = leasePlace;
  try {
    return await takeLease(client.lease(namespace, name), `${owner} on ${hostname()}, process ${process.pid}`, {
      duration: leaseSeconds,
      pause: setTimeout,
      now: () => new Date(),
      waiting: (holder) => {
        terminal.err.write(`ctv: another apply holds the lease (${holder}); waiting at most ${leaseSeconds} s to see whether it is at work\n`);
      },
    });
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.kind !== "forbidden") throw error;
    terminal.err.write(
      `ctv: no lease keeps another apply away: ${error.reason}\n  what somebody changes meanwhile is noticed all the same, where this apply writes the object\n  help: grant get, create and update on leases.coordination.k8s.io in the namespace ${namespace}\n`,
    );
    return nothingHeld;
  }
}

/**
 * `keeps`: whether other applies are kept away from before the plan is made until it is closed.
 * @throws Refusal, ApiFailure
 */
export async function kubernetesPlan(
  artefacts: readonly Artefact[],
  loaded: LoadedProject,
  options: Options,
  terminal: Terminal,
  keeps: boolean,
): Promise<PlanePlan> {
  const client = await connect(options, terminal);
  const owner = ownerOf(options, loaded);
  const lease = keeps ? await keepOthersAway(client, owner, terminal) : nothingHeld;
  try {
    return await planWith(client, lease, owner, artefacts, loaded, options, terminal);
  } catch (error) {
    await lease.release();
    throw error;
  }
}

async function planWith(
  client: ClusterClient,
  lease: HeldLease,
  owner: string,
  artefacts: readonly Artefact[],
  loaded: LoadedProject,
  options: Options,
  terminal: Terminal,
): Promise<PlanePlan> {
  const [prune, adopt] = ["prune", "adopt"].map((name) => flag(options, name));
  const cluster = {
    ...client,
    list: (resource: Resource) => client.list(resource, ""),
    refusal: (error: unknown) =>
      error instanceof ApiFailure && (error.kind === "refused" || error.kind === "forbidden")
        ? { message: error.reason, help: error.help ?? "the API server has the last word" }
        : undefined,
  };
  const { changes, hindrances, left, steps, loses, unseen, live } = await planKubernetes(cluster, {
    desired: desiredManifests(artefacts, owner),
    owner,
    prune,
    adopt,
  });
  for (const { kind, plural, group } of unseen)
    terminal.err.write(
      `ctv: objects of the kind ${kind} cannot be seen, for this account may not list ${plural}.${group}; if the project has made some, they are not found\n`,
    );
  const place = (manifest: Manifest) => {
    const source = sourceOf(manifest, loaded);
    return source === undefined ? {} : { source };
  };
  const work = (doing: string, manifest: Manifest) => ({ doing: `${doing} ${nameOf(manifest)}`, ...place(manifest) });
  const onTheWay = steps.filter(({ manifest }) => manifest.metadata.labels?.[temporaryLabel] !== undefined).length;
  return {
    plane: `kubernetes at ${client.address}`,
    changes: changes.map(({ action, manifest, fields }) => ({ action, object: nameOf(manifest), ...place(manifest), fields })),
    hindrances: hindrances.map(({ manifest, message, help }) => ({ object: nameOf(manifest), ...place(manifest), message, help })),
    left: left.map(nameOf),
    requests: steps.length,
    onTheWay,
    ...(loses ? { window: "until the last request, some of what is allowed before and afterwards does not pass" } : {}),
    send: (sent) => sendSteps(client, { steps, live, adopt, work, check: lease.check }, sent),
    close: lease.release,
  };
}
