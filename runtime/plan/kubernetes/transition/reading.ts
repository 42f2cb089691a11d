/**
 * What the objects of a cluster say, as sets. An `ipBlock` is read as matching machines only: then intersecting and comparing sets is
 * intersecting and comparing what is written, so what is found holds as well where a network plugin lets blocks match pods.
 */
import { endBox } from "../../../../compiler/space/ends.js";
import type { EndBox, EndSet } from "../../../../compiler/space/ends.js";
import { flowProduct } from "../../../../compiler/space/flows.js";
import type { FlowSet } from "../../../../compiler/space/flows.js";
import { makeInterner } from "../../../../compiler/space/intern.js";
import type { Interner } from "../../../../compiler/space/intern.js";
import { onlyAbsent } from "../../../../compiler/space/values.js";
import { readClusterPolicy } from "../../../../compiler/target/kubernetes/read/cluster-policy.js";
import type { ReadClusterPolicy } from "../../../../compiler/target/kubernetes/read/cluster-policy.js";
import { rootOf } from "../../../../compiler/target/kubernetes/read/fields.js";
import { readNetworkPolicy } from "../../../../compiler/target/kubernetes/read/network-policy.js";
import type { ReadNetworkPolicy, ReadRule } from "../../../../compiler/target/kubernetes/read/network-policy.js";
import type { Manifest } from "../manifest.js";

export type Direction = "ingress" | "egress";
export const directions: readonly Direction[] = ["ingress", "egress"];

/** A NetworkPolicy of the cluster. */
export interface NetworkObject {
  readonly manifest: Manifest;
  /** Whom it selects; nothing where its selector contradicts itself. */
  readonly subject: EndBox | undefined;
  /** Whether all of it is known. Else it may allow more than is told here. */
  readonly reads: boolean;
  /** From subject to peer in both directions; absent where it does not isolate. */
  readonly allows: Readonly<Partial<Record<Direction, FlowSet>>>;
}

/** A ClusterNetworkPolicy of the cluster. */
export interface ClusterObject {
  readonly manifest: Manifest;
  /** Absent where it does not read. */
  readonly policy: ReadClusterPolicy | undefined;
}

export interface Reader {
  readonly network: (manifest: Manifest) => NetworkObject;
  /** The same, as a checkpoint takes it; absent where it does not read. */
  readonly networkPolicy: (manifest: Manifest) => ReadNetworkPolicy | undefined;
  readonly cluster: (manifest: Manifest) => ClusterObject;
}

/** Those that selectors find, and the machines in its blocks. */
const peersOf = ({ peers, blocks }: ReadRule): EndSet => [
  ...peers,
  ...blocks.flatMap(({ addresses }) => endBox({ addresses, namespace: onlyAbsent }) ?? []),
];

/** Reads objects such that equal ends are one value. */
export function objectReader(intern: Interner = makeInterner()): Reader {
  const read = (manifest: Manifest): { readonly policy: ReadNetworkPolicy | undefined; readonly certain: boolean } => {
    let certain = true;
    const policy = readNetworkPolicy(rootOf(manifest), intern, () => (certain = false));
    return { policy, certain };
  };
  return {
    network: (manifest) => {
      const { policy, certain } = read(manifest);
      const { subject } = policy ?? {};
      if (policy === undefined || subject === undefined) return { manifest, subject: undefined, reads: certain, allows: {} };
      const allowed = (direction: Direction): Partial<Record<Direction, FlowSet>> => {
        const rules = policy[direction];
        if (rules === undefined) return {};
        return { [direction]: certain ? rules.flatMap((rule) => flowProduct([subject], peersOf(rule), rule.service)) : [] };
      };
      return { manifest, subject, reads: certain, allows: { ...allowed("ingress"), ...allowed("egress") } };
    },
    networkPolicy: (manifest) => {
      const { policy, certain } = read(manifest);
      return certain ? policy : undefined;
    },
    cluster: (manifest) => {
      let certain = true;
      const policy = readClusterPolicy(rootOf(manifest), intern, () => (certain = false));
      return { manifest, policy: certain ? policy : undefined };
    },
  };
}
