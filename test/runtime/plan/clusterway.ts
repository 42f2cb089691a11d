/** The way of a cluster from one policy to another, state by state, held against both ends of the way over sets of flows. */
import { kubernetes } from "../../../compiler/target/kubernetes/kubernetes.js";
import { readKubernetes } from "../../../compiler/target/kubernetes/read/read.js";
import { everyFlow } from "../../../compiler/policy/universe.js";
import type { Universe } from "../../../compiler/policy/universe.js";
import type { FlowSet } from "../../../compiler/space/flows.js";
import { desiredManifests, nameOf, withoutServerFields } from "../../../runtime/plan/kubernetes/manifest.js";
import type { Manifest } from "../../../runtime/plan/kubernetes/manifest.js";
import { planKubernetes } from "../../../runtime/plan/kubernetes/plan.js";
import type { Cluster, KubernetesPlan } from "../../../runtime/plan/kubernetes/plan.js";
import type { Step } from "../../../runtime/plan/kubernetes/transition/steps.js";
import { compiled } from "./contiv.js";
import { beyond, passing } from "./safety.js";

export type Flavour = "network-policy" | "cluster-policy";
export type Objects = ReadonlyMap<string, Manifest>;

/** A cluster in memory: what is applied is what is there. */
function clusterOf(objects: Objects): Cluster {
  return {
    get: (manifest) => Promise.resolve(objects.get(nameOf(manifest))),
    list: ({ kind }) => Promise.resolve([...objects.values()].filter((manifest) => manifest.kind === kind)),
    apply: (manifest) => Promise.resolve(manifest),
    refusal: () => undefined,
  };
}

export function objectsOf(manifests: readonly Manifest[]): Objects {
  return new Map(manifests.map((manifest) => [nameOf(manifest), manifest]));
}

export function manifestsOf(universe: Universe, flavour: Flavour): readonly Manifest[] {
  return desiredManifests(kubernetes.emit(universe, { flavour }).artefacts, "test");
}

export function planOf(objects: Objects, desired: readonly Manifest[], prune = true): Promise<KubernetesPlan> {
  return planKubernetes(clusterOf(objects), { desired, owner: "test", prune, adopt: false });
}

export function after(objects: Objects, { action, manifest }: Step): Objects {
  const others = [...objects].filter(([name]) => name !== nameOf(manifest));
  return new Map(action === "delete" ? others : [...others, [nameOf(manifest), manifest]]);
}

/** What may pass, where an `ipBlock` matches pods and where it does not. @throws for objects that do not read. */
function permitted(objects: Objects): readonly FlowSet[] {
  const files = [...objects].map(([name, manifest]) => ({
    path: `${name.replace(" ", "/")}.yaml`,
    text: JSON.stringify(withoutServerFields(manifest)),
  }));
  return [true, false].map((ipBlockMatchesPods) => {
    const { checkpoints, problems } = readKubernetes(files, { ipBlockMatchesPods });
    const faults = problems.filter(({ message }) => !message.includes("disagrees"));
    if (faults.length > 0) throw new Error(JSON.stringify(faults));
    return checkpoints.reduce(passing, everyFlow);
  });
}

const describe = ({ action, manifest }: Step): string => `${action} ${nameOf(manifest)} ${JSON.stringify(manifest.spec)}`;

export interface Way {
  readonly universe: Universe;
  readonly plan: KubernetesPlan;
  readonly first: Objects;
  readonly last: Objects;
}

/** What is wrong on the way; nothing where every state is safe, and where what both ends allow passes in each of them. */
export function faultOn({ universe, plan, first, last }: Way, keeps = !plan.loses): string | undefined {
  const [old, now] = [permitted(first), permitted(last)];
  let objects = first;
  for (const [at, step] of plan.steps.entries()) {
    objects = after(objects, step);
    const state = permitted(objects);
    for (const [reading, flows] of state.entries()) {
      const [more, less] = [beyond(universe, flows, old[reading]), beyond(universe, flows, now[reading])];
      const told = `after request ${at + 1} of ${plan.steps.length} (${describe(step)}), reading ${reading}`;
      if (more !== undefined && less !== undefined) return `${told}: allows ${more} (not before) and ${less} (not afterwards)`;
    }
    if (!keeps) continue;
    const lost = passingBoth(old[1], now[1], state[1], universe);
    if (lost !== undefined) return `after request ${at + 1} of ${plan.steps.length} (${describe(step)}): does not allow ${lost}, which both do`;
  }
  const [end, asked] = [[...objects.keys()].sort(), [...last.keys()].sort()];
  return JSON.stringify(end) === JSON.stringify(asked) ? undefined : `ends with ${end.join(", ")}, and not with ${asked.join(", ")}`;
}

function passingBoth(old: FlowSet, now: FlowSet, state: FlowSet, universe: Universe): string | undefined {
  const stopped = { name: "state", entries: [{ flows: state, action: "deny" as const, by: "" }], otherwise: "allow" as const };
  const lost = passing(passing(old, stopped), { name: "new", entries: [{ flows: now, action: "allow", by: "" }], otherwise: "deny" });
  return beyond(universe, lost, []);
}

/**
 * From one source to another, in a cluster that also holds what `others` made; then cut short after so many of its requests, or after each number of
 * them, from where a new plan goes on.
 */
export async function faultBetween(
  before: string,
  later: string,
  flavours: readonly [Flavour, Flavour],
  more: { readonly others?: readonly Manifest[]; readonly cut?: number | "each"; readonly prune?: boolean; readonly keeps?: boolean } = {},
): Promise<string | undefined> {
  const { others = [], cut, prune = true, keeps } = more;
  const { universe } = compiled(later);
  const first = objectsOf([...manifestsOf(compiled(before).universe, flavours[0]), ...others]);
  const desired = manifestsOf(universe, flavours[1]);
  const plan = await planOf(first, desired, prune);
  const last = new Map([...first, ...objectsOf(desired)]);
  if (prune) for (const [name, manifest] of first) if (!others.includes(manifest) && !desired.some((one) => nameOf(one) === name)) last.delete(name);
  const fault = faultOn({ universe, plan, first, last }, keeps);
  if (fault !== undefined) return fault;
  const again = await planOf(last, desired, prune);
  if (again.steps.length > 0) return `is not done afterwards: ${again.steps.map(describe).join("; ")}`;
  const places = cut === undefined ? [] : cut === "each" ? plan.steps.map((_, at) => at) : [cut % (plan.steps.length + 1)];
  for (const place of places) {
    const middle = plan.steps.slice(0, place).reduce(after, first);
    const rest = await planOf(middle, desired, prune);
    const faultAfter = faultOn({ universe, plan: rest, first: middle, last });
    if (faultAfter !== undefined) return `cut after ${place}: ${faultAfter}`;
  }
  return undefined;
}
