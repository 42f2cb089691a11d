/** Pods and the objects that make pods: what of them a policy can see. */
import { parseAddress } from "../space/address.js";
import type { Address } from "../space/address.js";
import type { NamedPort, ObjectName, Workload } from "./model.js";
import { readPortNumber, readProtocol } from "./ports.js";
import { readLabels } from "./selectors.js";
import { entriesOf, field, isPresent, isTrue, itemsOf, numberIn, reportMissing, textIn } from "./yaml.js";
import type { Cursor } from "./yaml.js";

/** Where each kind has the template of its pods, below the object. */
const templates: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

export function readWorkload(at: Cursor, object: ObjectName & { readonly namespace: string }): Workload | undefined {
  const template = (templates[object.kind] ?? []).reduce<Cursor>((inner, name) => (isPresent(inner) ? field(inner, name) : inner), at);
  if (!isPresent(template)) return reportMissing(at, template.path);
  if (isOver(at, object.kind)) return undefined;
  const spec = field(template, "spec");
  const metadata = field(template, "metadata");
  const owner = object.kind === "Pod" || object.kind === "ReplicaSet" || object.kind === "Job" ? ownerOf(field(at, "metadata")) : undefined;
  return {
    object,
    labels: readLabels(field(metadata, "labels")),
    ports: [...itemsOf(field(spec, "initContainers")).filter(isSidecar), ...itemsOf(field(spec, "containers"))].flatMap(readContainerPorts),
    hostNetwork: isTrue(field(spec, "hostNetwork")),
    addresses: object.kind === "Pod" ? addressesOf(field(at, "status")) : [],
    ...(owner === undefined ? {} : { owner }),
  };
}

/** Pods that have ended, and what a Deployment has left of its earlier versions. */
function isOver(at: Cursor, kind: string): boolean {
  const phase = textIn(field(field(at, "status"), "phase"));
  if (kind === "Pod") return phase === "Succeeded" || phase === "Failed";
  return (
    kind === "ReplicaSet" &&
    numberIn(field(field(at, "spec"), "replicas")) === 0 &&
    itemsOf(field(field(at, "metadata"), "ownerReferences")).length > 0
  );
}

/** An init container that stays beside the others ("Sidecar Containers") serves its ports. */
function isSidecar(container: Cursor): boolean {
  return textIn(field(container, "restartPolicy")) === "Always";
}

function readContainerPorts(container: Cursor): readonly NamedPort[] {
  return itemsOf(field(container, "ports")).flatMap((item) => {
    const name = textIn(field(item, "name"));
    const portAt = field(item, "containerPort");
    if (!isPresent(portAt)) return reportMissing(item, "containerPort") ?? [];
    const port = readPortNumber(portAt);
    const protocol = readProtocol(field(item, "protocol"));
    return name === undefined || port === undefined || protocol === undefined ? [] : [{ name, protocol, port }];
  });
}

/** The object that controls this one, else the first owner. */
function ownerOf(metadata: Cursor): { readonly kind: string; readonly name: string } | undefined {
  const owners = itemsOf(field(metadata, "ownerReferences"));
  const owner = owners.find((item) => isTrue(field(item, "controller"))) ?? owners.at(0);
  const kind = owner === undefined ? undefined : textIn(field(owner, "kind"));
  const name = owner === undefined ? undefined : textIn(field(owner, "name"));
  return kind === undefined || name === undefined ? undefined : { kind, name };
}

function addressesOf(status: Cursor): readonly Address[] {
  const listed = itemsOf(field(status, "podIPs")).flatMap((item) => textIn(field(item, "ip")) ?? []);
  const first = textIn(field(status, "podIP"));
  return [...new Set([...(first === undefined ? [] : [first]), ...listed])].flatMap((text) => parseAddress(text) ?? []);
}

/** The labels of a namespace object, with the one that the API server keeps on each. */
export function namespaceLabels(at: Cursor, name: string): Readonly<Record<string, string>> {
  const labels = field(field(at, "metadata"), "labels");
  return { ...(entriesOf(labels).length === 0 ? {} : readLabels(labels)), "kubernetes.io/metadata.name": name };
}
