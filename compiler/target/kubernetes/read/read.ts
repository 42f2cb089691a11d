/**
 * Kubernetes policies as text, read back into what they decide. Shares nothing with the emitter but the names of the fields.
 *
 * There is a checkpoint at each end: `egress` at the source's pod, `ingress` at the destination's. Connections are tracked, so replies
 * meet nothing. What an end without policies does is allowed.
 */
import * as ends from "../../../space/ends.js";
import type { EndBox } from "../../../space/ends.js";
import * as flows from "../../../space/flows.js";
import type { FlowSet } from "../../../space/flows.js";
import { everyService } from "../../../space/service.js";
import type { Artefact, Checkpoint, CheckpointEntry, Reading, ReadingProblem } from "../../target.js";
import { lineOf, loadDocuments } from "./documents.js";
import { isPresent } from "./fields.js";
import type { Located, Report } from "./fields.js";
import { readNetworkPolicy } from "./network-policy.js";
import type { ReadingOptions, ReadNetworkPolicy } from "./network-policy.js";

export type { ReadingOptions } from "./network-policy.js";

type Direction = "ingress" | "egress";

function kindOf(value: unknown): { readonly apiVersion: string; readonly kind: string } {
  if (typeof value !== "object" || value === null) return { apiVersion: "", kind: "" };
  const apiVersion = "apiVersion" in value && typeof value.apiVersion === "string" ? value.apiVersion : "";
  const kind = "kind" in value && typeof value.kind === "string" ? value.kind : "";
  return { apiVersion, kind };
}

/** Objects of a `List` one by one. */
function flattened(at: Located): readonly Located[] {
  const { kind } = kindOf(at.value);
  const { value } = at;
  if (!/List$/.test(kind) || typeof value !== "object" || value === null || !("items" in value) || !Array.isArray(value.items)) return [at];
  return value.items.map((item: unknown, index) => ({ value: item, path: [...at.path, "items", index] }));
}

/** Reads all policies of the artefacts as one cluster. Objects of kinds that are no network policy are left out. */
export function readKubernetes(artefacts: readonly Artefact[], options: ReadingOptions): Reading {
  const policies: ReadNetworkPolicy[] = [];
  const problems: ReadingProblem[] = [];
  for (const { path, text } of artefacts) {
    const loaded = loadDocuments(text);
    problems.push(...loaded.errors.map((error) => ({ path, ...error })));
    for (const document of loaded.documents) {
      const report: Report = (at, message) => {
        const line = lineOf(text, document.position, at);
        problems.push({ path, message: at.length === 0 ? message : `${at.join(".")}: ${message}`, ...(line === undefined ? {} : { line }) });
      };
      for (const at of flattened({ value: document.value, path: [] })) {
        const { apiVersion, kind } = kindOf(at.value);
        if (kind === "NetworkPolicy" && apiVersion === "networking.k8s.io/v1") {
          const policy = readNetworkPolicy(at, options, report);
          if (policy !== undefined) policies.push(policy);
        } else if (!isPresent(at.value) || kind === "" || /NetworkPolicy$/.test(kind)) {
          report(at.path, kind === "" ? "an object needs apiVersion and kind" : `objects of kind ${kind} in ${apiVersion} are not read`);
        }
      }
    }
  }
  return { checkpoints: [checkpoint("egress", policies), checkpoint("ingress", policies)], replies: [], problems };
}

function between(direction: Direction, subject: EndBox, peers: readonly EndBox[], service: FlowSet[number]["service"]): FlowSet {
  return direction === "ingress" ? flows.flowProduct(peers, [subject], service) : flows.flowProduct([subject], peers, service);
}

/** What any policy allows comes first, then that isolated pods may do nothing else. */
function checkpoint(direction: Direction, policies: readonly ReadNetworkPolicy[]): Checkpoint {
  const allowed: CheckpointEntry[] = [];
  const isolated: CheckpointEntry[] = [];
  const floors: EndBox[] = [];
  for (const { title, subject, [direction]: rules } of policies) {
    if (subject === undefined || rules === undefined) continue;
    for (const rule of rules) {
      const box = between(direction, subject, rule.peers, rule.service);
      if (box.length > 0) allowed.push({ flows: box, action: "allow", by: title });
    }
    if (subject.labels.size === 0) {
      floors.push(subject);
      isolated.push({ flows: between(direction, subject, ends.allEnds, everyService), action: "deny", by: title });
    }
  }
  for (const { title, subject, [direction]: rules } of policies) {
    if (subject === undefined || rules === undefined || floors.some((floor) => ends.endBoxWithin(subject, floor))) continue;
    isolated.push({ flows: between(direction, subject, ends.allEnds, everyService), action: "deny", by: title });
  }
  return { name: direction, entries: [...allowed, ...isolated], otherwise: "allow" };
}
