/** What it takes to bring a cluster to what the source asks for. The server itself says what an apply would make of each object. */
import {
  differences,
  manager,
  managerLabel,
  nameOf,
  ownerLabel,
  resourceOf,
  resources,
  sourceAnnotation,
  temporaryLabel,
  withoutServerFields,
} from "./manifest.js";
import type { FieldDifference, Manifest, Resource } from "./manifest.js";
import type { Step } from "./transition/steps.js";
import { transition } from "./transition/transition.js";

export interface ApplyOptions {
  readonly dryRun: boolean;
  /** Take over fields that another manager has set. */
  readonly force: boolean;
}

/** What a plan asks of a cluster. Failures are thrown; `refusal` tells those that are about one object. */
export interface Cluster {
  readonly get: (manifest: Manifest) => Promise<Manifest | undefined>;
  /** Of every namespace, whoever made them. */
  readonly list: (resource: Resource) => Promise<readonly Manifest[]>;
  readonly apply: (manifest: Manifest, options: ApplyOptions, work: { readonly doing: string }) => Promise<Manifest>;
  /** Words for a failure that concerns one object alone; nothing for one that ends the plan. */
  readonly refusal: (error: unknown) => { readonly message: string; readonly help: string } | undefined;
}

export interface KubernetesPlanInput {
  readonly desired: readonly Manifest[];
  readonly owner: string;
  readonly prune: boolean;
  readonly adopt: boolean;
}

export interface KubernetesChange {
  readonly action: "create" | "change" | "delete";
  readonly manifest: Manifest;
  readonly fields: readonly FieldDifference[];
}

export interface KubernetesHindrance {
  readonly manifest: Manifest;
  readonly message: string;
  readonly help: string;
}

export interface KubernetesPlan {
  readonly changes: readonly KubernetesChange[];
  readonly hindrances: readonly KubernetesHindrance[];
  readonly left: readonly Manifest[];
  /** In order. */
  readonly steps: readonly Step[];
  /** Whether some of what is allowed before and afterwards does not pass on the way. */
  readonly loses: boolean;
  /** Kinds that the source asks nothing of and that may not be listed, so that nothing is known of such objects. */
  readonly unseen: readonly Resource[];
  /** What is there now, for what must not have changed meanwhile. */
  readonly live: readonly Manifest[];
}

const sourceField = `metadata.annotations.${sourceAnnotation}`;

interface Judged {
  readonly live?: Manifest;
  readonly change?: KubernetesChange;
  readonly hindrance?: KubernetesHindrance;
}

async function judge(cluster: Cluster, manifest: Manifest, { owner, adopt }: KubernetesPlanInput): Promise<Judged> {
  const work = { doing: `apply ${nameOf(manifest)}` };
  const live = await cluster.get(manifest);
  const holder = live?.metadata.labels?.[ownerLabel];
  const isOurs = live === undefined || holder === owner || adopt;
  const changeFrom = (after: Manifest): KubernetesChange | undefined => {
    if (live === undefined) return { action: "create", manifest, fields: [] };
    const fields = differences(withoutServerFields(live), withoutServerFields(after));
    // Lines move with every comment in the source: where a rule stands is no difference of its own.
    return fields.every(({ field }) => field === sourceField) ? undefined : { action: "change", manifest, fields };
  };
  const found = live === undefined ? {} : { live };
  const withChange = (change: KubernetesChange | undefined): Judged => (change === undefined ? found : { ...found, change });
  try {
    const after = await cluster.apply(manifest, { dryRun: true, force: adopt || !isOurs }, work);
    if (isOurs) return withChange(changeFrom(after));
    const message = holder === undefined ? `it is there already, and "${owner}" did not make it` : `it belongs to "${holder}", not to "${owner}"`;
    const help = holder === undefined ? "--adopt takes it over" : `--owner ${holder} if that is this project; --adopt takes it over`;
    return { ...withChange(changeFrom(after)), hindrance: { manifest, message, help } };
  } catch (error) {
    const refusal = cluster.refusal(error);
    if (refusal === undefined) throw error;
    const forced = await cluster.apply(manifest, { dryRun: true, force: true }, work).catch(() => undefined);
    return { ...withChange(forced === undefined ? changeFrom(manifest) : changeFrom(forced)), hindrance: { manifest, ...refusal } };
  }
}

/** At most this many requests are under way at once. */
const breadth = 8;

async function inTurn<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += breadth) results.push(...(await Promise.all(items.slice(at, at + breadth).map(task))));
  return results;
}

/** Nothing where the objects are of no matter to the source, and may not be listed. */
async function listed(cluster: Cluster, resource: Resource, desired: readonly Manifest[]): Promise<readonly Manifest[] | undefined> {
  try {
    return await cluster.list(resource);
  } catch (error) {
    if (cluster.refusal(error) === undefined || desired.some((manifest) => resourceOf(manifest) === resource)) throw error;
    return undefined;
  }
}

const isOwned = ({ metadata: { labels } }: Manifest, owner: string): boolean => labels?.[managerLabel] === manager && labels[ownerLabel] === owner;

/** @throws what the cluster throws. */
export async function planKubernetes(cluster: Cluster, input: KubernetesPlanInput): Promise<KubernetesPlan> {
  const { desired, owner, prune } = input;
  const judged = await inTurn(desired, (manifest) => judge(cluster, manifest, input));
  const lists = await inTurn(resources, (resource) => listed(cluster, resource, desired));
  const live = lists.flatMap((list) => list ?? []);
  const wanted = new Set(desired.map(nameOf));
  const stale = live.filter((manifest) => isOwned(manifest, owner) && !wanted.has(nameOf(manifest)));
  // What an apply that was cut short has left behind on its way goes in any case.
  const deleted = stale.filter(({ metadata }) => prune || metadata.labels?.[temporaryLabel] !== undefined);
  const changed = judged.flatMap(({ change, live: before }) =>
    change === undefined ? [] : [{ ...(before === undefined ? {} : { before }), after: change.manifest }],
  );
  const { steps, loses } = transition({ owner, live, exchanges: [...changed, ...deleted.map((before) => ({ before }))] });
  return {
    changes: [
      ...judged.flatMap(({ change }) => change ?? []),
      ...deleted.map((manifest): KubernetesChange => ({ action: "delete", manifest, fields: [] })),
    ],
    hindrances: judged.flatMap(({ hindrance }) => hindrance ?? []),
    left: stale.filter((manifest) => !deleted.includes(manifest)),
    steps,
    loses,
    unseen: resources.filter((_, at) => lists[at] === undefined),
    live,
  };
}
