/**
 * `networking.k8s.io/v1` NetworkPolicy as Kubernetes decides by it (API type comments and kubernetes.io "Network Policies"):
 * a pod that a policy selects in a direction is isolated in that direction, and may then do what the union of all rules of all such
 * policies allows. A section that is missing or empty allows nothing; a rule without peers allows all, without ports every service.
 */
import * as values from "../../../space/values.js";
import * as ends from "../../../space/ends.js";
import type { EndBox, EndSet } from "../../../space/ends.js";
import { everyService, portService, protocolNumber, protocolService, unionAllServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import type { Interner } from "../../../space/intern.js";
import { readIpBlock } from "./addresses.js";
import { below, fieldOf, fieldsOf, isPresent, itemsOf, oneOfTexts, textOf, wholeNumberOf } from "./fields.js";
import type { Fields, Located, Report } from "./fields.js";
import { readNamespaceSelector, readSelector } from "./selectors.js";

/** Whether an `ipBlock` matches pods at its addresses: network plugins differ. */
export interface ReadingOptions {
  readonly ipBlockMatchesPods: boolean;
}

/** One rule: who may be reached, or may reach, on what. */
export interface ReadRule {
  /** Peers by selectors; all, where the rule has no peers. */
  readonly peers: EndSet;
  /** Peers by `ipBlock`: everything at the addresses. */
  readonly blocks: EndSet;
  readonly service: ServiceSet;
}

export interface ReadNetworkPolicy {
  /** `NetworkPolicy namespace/name`. */
  readonly title: string;
  readonly subject: EndBox | undefined;
  /** Absent where the policy does not isolate in the direction. */
  readonly ingress?: readonly ReadRule[];
  readonly egress?: readonly ReadRule[];
}

const types = ["Ingress", "Egress"] as const;
const protocols = ["TCP", "UDP", "SCTP"] as const;
const directions = { ingress: { type: "Ingress", peers: "from" }, egress: { type: "Egress", peers: "to" } } as const;

export function readNetworkPolicy(at: Located, intern: Interner, report: Report): ReadNetworkPolicy | undefined {
  const fields = fieldsOf(at, ["apiVersion", "kind", "metadata", "spec", "status"], report);
  if (fields === undefined) return undefined;
  const metadataAt = fieldOf(at, fields, "metadata");
  const metadata = fieldsOf(metadataAt, undefined, report) ?? {};
  const name = textOf(fieldOf(metadataAt, metadata, "name"), report) ?? "";
  const namespace = isPresent(metadata.namespace) ? (textOf(fieldOf(metadataAt, metadata, "namespace"), report) ?? "default") : "default";
  const specAt = fieldOf(at, fields, "spec");
  const spec = fieldsOf(specAt, ["podSelector", "policyTypes", "ingress", "egress"], report);
  if (spec === undefined) return undefined;
  const labels = isPresent(spec.podSelector) ? readSelector(fieldOf(specAt, spec, "podSelector"), report) : new Map();
  const isolating = policyTypes(specAt, spec, report);
  const read = (direction: "ingress" | "egress"): readonly ReadRule[] | undefined =>
    isolating.includes(directions[direction].type)
      ? itemsOf(fieldOf(specAt, spec, direction), report).flatMap(
          (rule) => readRule(rule, directions[direction].peers, namespace, intern, report) ?? [],
        )
      : undefined;
  return {
    title: `NetworkPolicy ${namespace}/${name}`,
    subject: interned(intern, ends.endBox({ namespace: values.oneOf([namespace]), labels })),
    ingress: read("ingress"),
    egress: read("egress"),
  };
}

/** Default: Ingress always, Egress when there are egress rules. */
function policyTypes(at: Located, spec: Fields, report: Report): readonly (typeof types)[number][] {
  const listed = itemsOf(fieldOf(at, spec, "policyTypes"), report).flatMap((item) => oneOfTexts(item, types, report) ?? []);
  if (listed.length > 0) return listed;
  return itemsOf(fieldOf(at, spec, "egress"), report).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

function readRule(at: Located, peersName: "from" | "to", namespace: string, intern: Interner, report: Report): ReadRule | undefined {
  const fields = fieldsOf(at, [peersName, "ports"], report);
  if (fields === undefined) return undefined;
  const listed = itemsOf(fieldOf(at, fields, peersName), report);
  const ports = itemsOf(fieldOf(at, fields, "ports"), report);
  const peers: EndBox[] = [];
  const blocks: EndBox[] = [];
  for (const item of listed) {
    const peer = readPeer(item, namespace, intern, report);
    if (peer?.box !== undefined) (peer.byAddress ? blocks : peers).push(peer.box);
  }
  return {
    peers: listed.length === 0 ? ends.allEnds : peers,
    blocks,
    service: ports.length === 0 ? everyService : unionAllServices(ports.map((port) => readPort(port, report))),
  };
}

interface ReadPeer {
  readonly byAddress: boolean;
  readonly box: EndBox | undefined;
}

function readPeer(at: Located, namespace: string, intern: Interner, report: Report): ReadPeer | undefined {
  const fields = fieldsOf(at, ["podSelector", "namespaceSelector", "ipBlock"], report);
  if (fields === undefined) return undefined;
  const selects = isPresent(fields.podSelector) || isPresent(fields.namespaceSelector);
  if (isPresent(fields.ipBlock)) {
    if (selects) report(at, "a peer has either an ipBlock or selectors");
    const addresses = readIpBlock(fieldOf(at, fields, "ipBlock"), report);
    return { byAddress: true, box: interned(intern, ends.endBox({ addresses })) };
  }
  if (!selects) {
    report(at, "a peer needs a podSelector, a namespaceSelector or an ipBlock");
    return undefined;
  }
  // A missing selector is not an empty one: without namespaceSelector, pods of the policy's own namespace are meant.
  const from = isPresent(fields.namespaceSelector)
    ? readNamespaceSelector(fieldOf(at, fields, "namespaceSelector"), report)
    : values.oneOf([namespace]);
  const labels = isPresent(fields.podSelector) ? readSelector(fieldOf(at, fields, "podSelector"), report) : new Map();
  return { byAddress: false, box: interned(intern, ends.endBox({ namespace: from, labels })) };
}

function interned(intern: Interner, box: EndBox | undefined): EndBox | undefined {
  return box === undefined ? undefined : intern(box);
}

function readPort(at: Located, report: Report): ServiceSet {
  const fields = fieldsOf(at, ["protocol", "port", "endPort"], report);
  if (fields === undefined) return [];
  const name = isPresent(fields.protocol) ? oneOfTexts(fieldOf(at, fields, "protocol"), protocols, report) : "TCP";
  if (name === undefined) return [];
  const protocol = { TCP: protocolNumber.tcp, UDP: protocolNumber.udp, SCTP: protocolNumber.sctp }[name];
  const portAt = fieldOf(at, fields, "port");
  if (!isPresent(fields.port)) {
    if (isPresent(fields.endPort)) report(below(at, "endPort", undefined), "endPort needs a port");
    return protocolService(protocol);
  }
  if (typeof fields.port === "string") {
    report(portAt, `the port named "${fields.port}" is resolved on each pod, so nothing can be proved about it; use its number`);
    return [];
  }
  const first = wholeNumberOf(portAt, 1, 65535, report);
  if (first === undefined) return [];
  const last = isPresent(fields.endPort) ? wholeNumberOf(fieldOf(at, fields, "endPort"), first, 65535, report) : first;
  return portService(protocol, first, last ?? first);
}
