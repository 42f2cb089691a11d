/**
 * `networking.k8s.io/v1` NetworkPolicy. Sections by its API type comments: what is missing or empty allows nothing as a section, everything
 * as the peers or the ports of a rule.
 */
import { badPeer, deadSection } from "../diagnostics/manifests.js";
import { readIpBlock } from "./addresses.js";
import type { NetworkPolicy, ObjectName, Peer, Rule } from "./model.js";
import { readPort } from "./ports.js";
import { readSelector } from "./selectors.js";
import { checkFields, field, isMapping, isPresent, itemsOf, oneOf, reportMissing, reportWrong } from "./yaml.js";
import type { Cursor } from "./yaml.js";

const types = ["Ingress", "Egress"] as const;

export function readNetworkPolicy(at: Cursor, object: ObjectName & { readonly namespace: string }): NetworkPolicy | undefined {
  checkFields(at, ["apiVersion", "kind", "metadata", "spec", "status"]);
  const spec = field(at, "spec");
  if (!isPresent(spec)) return reportMissing(at, "spec");
  checkFields(spec, ["podSelector", "policyTypes", "ingress", "egress"]);
  if (!isMapping(spec)) return undefined;
  const ingressAt = field(spec, "ingress");
  const egressAt = field(spec, "egress");
  const isolating = policyTypes(spec, egressAt);
  const ingress = itemsOf(ingressAt).flatMap((rule, index) => readRule(rule, "from", `ingress[${index}]`) ?? []);
  const egress = itemsOf(egressAt).flatMap((rule, index) => readRule(rule, "to", `egress[${index}]`) ?? []);
  if (ingress.length > 0 && !isolating.includes("Ingress")) reportDead(ingressAt, "ingress", "Ingress");
  if (egress.length > 0 && !isolating.includes("Egress")) reportDead(egressAt, "egress", "Egress");
  return {
    object,
    subject: readSelector(field(spec, "podSelector")),
    ...(isolating.includes("Ingress") ? { ingress } : {}),
    ...(isolating.includes("Egress") ? { egress } : {}),
  };
}

function reportDead(at: Cursor, section: string, type: string): void {
  at.source.report(deadSection.make({ section, type }, { span: at.span }));
}

/** Default: Ingress always, Egress when there are egress rules. */
function policyTypes(spec: Cursor, egress: Cursor): readonly (typeof types)[number][] {
  const listed = itemsOf(field(spec, "policyTypes"));
  if (listed.length > 0) return listed.flatMap((item) => oneOf(item, types) ?? []);
  return itemsOf(egress).length > 0 ? types : ["Ingress"];
}

function readRule(at: Cursor, peersName: "from" | "to", position: string): Rule | undefined {
  if (!isMapping(at)) return reportWrong(at, "a mapping; a rule that allows everything is {}");
  checkFields(at, [peersName, "ports"]);
  const peers = itemsOf(field(at, peersName));
  const ports = itemsOf(field(at, "ports"));
  return {
    position,
    span: at.span,
    ...(peers.length === 0 ? {} : { peers: peers.flatMap((peer) => readPeer(peer) ?? []) }),
    ...(ports.length === 0 ? {} : { ports: ports.flatMap((port) => readPort(port) ?? []) }),
  };
}

function readPeer(at: Cursor): Peer | undefined {
  if (!isMapping(at)) return reportWrong(at, "a mapping with podSelector, namespaceSelector or ipBlock");
  checkFields(at, ["podSelector", "namespaceSelector", "ipBlock"]);
  const pods = field(at, "podSelector");
  const namespaces = field(at, "namespaceSelector");
  const block = field(at, "ipBlock");
  const selects = isPresent(pods) || isPresent(namespaces);
  if (isPresent(block) === selects) {
    const problem = selects
      ? "has an ipBlock and selectors; it takes one or the other"
      : "has neither selectors nor an ipBlock, so it stands for nothing";
    at.source.report(badPeer.make({ where: at.path, problem }, { span: at.span }));
    return undefined;
  }
  if (isPresent(block)) {
    const read = readIpBlock(block);
    return read === undefined ? undefined : { kind: "block", ...read, span: block.span };
  }
  // A missing selector is not an empty one: without namespaceSelector, pods of the policy's own namespace are meant.
  return {
    kind: "pods",
    ...(isPresent(namespaces) ? { namespaces: readSelector(namespaces) } : {}),
    pods: readSelector(pods),
    span: at.span,
  };
}
