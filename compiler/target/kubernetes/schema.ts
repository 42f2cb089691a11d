/**
 * The fields of the Kubernetes objects that this target writes and reads: `networking.k8s.io/v1` NetworkPolicy and
 * `policy.networking.k8s.io/v1alpha2` ClusterNetworkPolicy, as far as they are used.
 *
 * Type aliases and not interfaces: only these count as plain data with string keys, which is what the YAML writer takes.
 */
export type Requirement = {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
};

export type LabelSelector = {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly Requirement[];
};

export type Metadata = {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};

export type IpBlock = {
  readonly cidr: string;
  readonly except?: readonly string[];
};

export type NetworkPolicyPeer = {
  readonly namespaceSelector?: LabelSelector;
  readonly podSelector?: LabelSelector;
  readonly ipBlock?: IpBlock;
};

export type NetworkPolicyPort = {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly port?: number;
  readonly endPort?: number;
};

export type IngressRule = {
  readonly from?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly NetworkPolicyPort[];
};

export type EgressRule = {
  readonly to?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly NetworkPolicyPort[];
};

export type NetworkPolicy = {
  readonly apiVersion: "networking.k8s.io/v1";
  readonly kind: "NetworkPolicy";
  readonly metadata: Metadata;
  readonly spec: {
    readonly podSelector: LabelSelector;
    readonly policyTypes: readonly ("Ingress" | "Egress")[];
    readonly ingress?: readonly IngressRule[];
    readonly egress?: readonly EgressRule[];
  };
};

export type ClusterPods = {
  readonly namespaceSelector?: LabelSelector;
  readonly podSelector: LabelSelector;
};

/** Exactly one field. */
export type ClusterPeer = {
  readonly namespaces?: LabelSelector;
  readonly pods?: ClusterPods;
  /** In egress only. */
  readonly networks?: readonly string[];
};

export type ClusterPort = {
  readonly destinationPort?: { readonly number: number } | { readonly range: { readonly start: number; readonly end: number } };
};

/** Exactly one field. */
export type ClusterProtocol = {
  readonly tcp?: ClusterPort;
  readonly udp?: ClusterPort;
  readonly sctp?: ClusterPort;
};

export type ClusterRule = {
  readonly name?: string;
  readonly action: "Accept" | "Deny" | "Pass";
  readonly protocols?: readonly ClusterProtocol[];
  readonly from?: readonly ClusterPeer[];
  readonly to?: readonly ClusterPeer[];
};

export type ClusterNetworkPolicy = {
  readonly apiVersion: "policy.networking.k8s.io/v1alpha2";
  readonly kind: "ClusterNetworkPolicy";
  readonly metadata: Metadata;
  readonly spec: {
    readonly tier: "Admin" | "Baseline";
    readonly priority: number;
    readonly subject: { readonly namespaces: LabelSelector } | { readonly pods: ClusterPods };
    readonly ingress?: readonly ClusterRule[];
    readonly egress?: readonly ClusterRule[];
  };
};
