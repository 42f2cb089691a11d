/** What the project file can ask of this target, under `targets.kubernetes`. Pod networks come with the universe's surroundings. */
export interface KubernetesOptions {
  /** `network-policy`: namespaced, allow only, understood by every network plugin. `cluster-policy`: ClusterNetworkPolicy, with deny and priority. */
  readonly flavour: "network-policy" | "cluster-policy";
}

export const defaultOptions: KubernetesOptions = { flavour: "network-policy" };
