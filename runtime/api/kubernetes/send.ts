/** Sends the steps of a plan, one after the other, as long as nobody else touches what they are about. */
import { nameOf } from "../../plan/kubernetes/manifest.js";
import type { Manifest } from "../../plan/kubernetes/manifest.js";
import type { Step } from "../../plan/kubernetes/transition/steps.js";
import type { Work } from "../failure.js";
import type { ClusterClient } from "./client.js";

export interface Sending {
  readonly steps: readonly Step[];
  /** The objects that the plan was made for. */
  readonly live: readonly Manifest[];
  /** Take over fields that another manager has set. */
  readonly adopt: boolean;
  readonly work: (doing: string, manifest: Manifest) => Work;
  /** Asked before each request; throws to stop. */
  readonly check: () => void;
}

/**
 * Each request names the state of the object that it is for, which is that of the plan or what the last request made of it.
 * @throws ApiFailure at the first request that fails; those before it have been done, and `sent` has been called for each.
 */
export async function sendSteps(client: ClusterClient, { steps, live, adopt, work, check }: Sending, sent: (count: number) => void): Promise<void> {
  const versions = new Map(live.map((manifest) => [nameOf(manifest), manifest.metadata.resourceVersion]));
  for (const [at, { action, manifest, force }] of steps.entries()) {
    check();
    const name = nameOf(manifest);
    const resourceVersion = versions.get(name);
    const { resourceVersion: planned, ...metadata } = manifest.metadata;
    void planned;
    const exact: Manifest = { ...manifest, metadata: { ...metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
    if (action === "write") {
      const made = await client.apply(exact, { dryRun: false, force: force ?? adopt }, work("apply", manifest));
      versions.set(name, made.metadata.resourceVersion);
    } else {
      await client.remove(exact, work("delete", manifest));
      versions.delete(name);
    }
    sent(at + 1);
  }
}
