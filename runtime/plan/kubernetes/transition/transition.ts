/**
 * The order in which objects of Kubernetes are written and deleted.
 *
 * INVARIANT: no state on the way lets a flow pass that the old or the new state would not: up to the end of `tighten` it lets pass no more than
 * the old state, from there on no more than the new one. What both let pass goes on passing, apart from what is told as a loss.
 *
 * A flow has to pass at both of its ends. Each of them, by itself, lets pass less and less of the old until it is at what old and new allow both, and only when
 * all ends are there does any of them open. Objects of others, and those that stay, are in both states.
 */
import { nameOf } from "../manifest.js";
import type { Manifest } from "../manifest.js";
import { clusterWay } from "./cluster.js";
import { networkPhases } from "./network.js";
import { objectReader } from "./reading.js";
import type { Exchange, Step } from "./steps.js";

export interface TransitionInput {
  readonly owner: string;
  /** Every NetworkPolicy and ClusterNetworkPolicy of the cluster. */
  readonly live: readonly Manifest[];
  readonly exchanges: readonly Exchange<Manifest>[];
}

export interface Transition {
  readonly steps: readonly Step[];
  /** Whether ClusterNetworkPolicies keep back, for a while, some of what both policies allow. */
  readonly loses: boolean;
}

export function transition({ owner, live, exchanges }: TransitionInput): Transition {
  const reader = objectReader();
  const replaced = new Set(exchanges.flatMap(({ before }) => (before === undefined ? [] : [nameOf(before)])));
  const constant = live.filter((manifest) => !replaced.has(nameOf(manifest)));
  const read = <Kind>(kind: string, as: (manifest: Manifest) => Kind): readonly Exchange<Kind>[] =>
    exchanges
      .filter(({ before, after }) => (before ?? after)?.kind === kind)
      .map(({ before, after }) => ({
        ...(before === undefined ? {} : { before: as(before) }),
        ...(after === undefined ? {} : { after: as(after) }),
      }));
  const network = networkPhases(
    owner,
    constant.filter(({ kind }) => kind === "NetworkPolicy").map(reader.network),
    read("NetworkPolicy", reader.network),
  );
  const states = { old: live, now: [...constant, ...exchanges.flatMap(({ after }) => after ?? [])], reader };
  const { phases: cluster, loses } = clusterWay(
    owner,
    read("ClusterNetworkPolicy", reader.cluster),
    states,
    Object.values(network).every((some) => some.length === 0),
  );
  // What a ClusterNetworkPolicy accepts passes whatever NetworkPolicies say, so it is there before they tighten and goes after they have opened.
  const steps = [
    ...network.prepare,
    ...cluster.prepare,
    ...cluster.tighten,
    ...network.tighten,
    ...network.open,
    ...cluster.open,
    ...network.finish,
    ...cluster.finish,
  ];
  return { steps: once(steps), loses };
}

/** An object that goes may be named twice: as left behind by an apply that was cut short, and as this one's own. */
function once(steps: readonly Step[]): readonly Step[] {
  const key = ({ action, manifest }: Step): string => `${action} ${nameOf(manifest)}`;
  const last = new Map(steps.map((step, at) => [key(step), at]));
  return steps.filter((step, at) => step.action === "write" || last.get(key(step)) === at);
}
