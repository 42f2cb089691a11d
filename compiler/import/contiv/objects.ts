/**
 * netmaster's objects from files: one object a file as `ctv compile` and `ctv export-live` write them, listings as netmaster's REST gives them
 * (`GET /api/v1/<kinds>/`), or documents that hold several. What kind an object is of shows in its fields.
 *
 * netmaster adds to what it was sent: keys and links, which are left out here, and the addresses of a rule's network beside the network's name
 * (contiv.md §3.3), which say nothing new.
 */
import { isMap, isScalar, isSeq } from "yaml";
import type { Node } from "yaml";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { contivNotRead } from "../../diagnostics/import.js";
import type { Report } from "../../diagnostics/sink.js";
import type { Span } from "../../../grammar/span.js";
import { entriesOf, field, isMapping, isPresent, itemsOf, readDocuments } from "../../manifests/yaml.js";
import type { Cursor } from "../../manifests/yaml.js";
import type { ManifestFile } from "../../manifests/read.js";
import { models, objectKey } from "../../target/contiv/model.js";
import type { Body, Kind } from "../../target/contiv/model.js";
import { objectPath } from "../../target/contiv/paths.js";
import type { Artefact } from "../../target/target.js";

export interface ContivObject {
  readonly kind: Kind;
  readonly body: Body;
  readonly span: Span;
  /** Where the compiler would write it, below its output folder. */
  readonly path: string;
}

export interface ContivReading {
  readonly objects: readonly ContivObject[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Kinds by a field that only they have, in the order of asking. */
const marks: readonly (readonly [string, Kind])[] = [
  ["ruleId", "rule"],
  ["groupName", "endpointGroup"],
  ["appProfileName", "appProfile"],
  ["contractsGroupName", "extContractsGroup"],
  ["serviceName", "serviceLB"],
  ["profileName", "netprofile"],
  ["policyName", "policy"],
  ["networkName", "network"],
  ["hostname", "Bgp"],
  ["physicalDomain", "aciGw"],
  ["fwdMode", "global"],
  ["networkInfraType", "global"],
  ["tenantName", "tenant"],
];

/** Never throws for what the files say. What cannot be read is one finding at its place. */
export function readContivObjects(files: readonly ManifestFile[]): ContivReading {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) => void diagnostics.push(diagnostic);
  const objects = files.flatMap(({ file, text }) => readDocuments(file, text, report).flatMap((document) => objectsIn(document, 3)));
  return { objects: withoutRewriting(objects), diagnostics };
}

/** The objects of a document, in lists and below `objects` too. A plan of steps holds none. */
function objectsIn(at: Cursor, depth: number): readonly ContivObject[] {
  if (depth === 0 || !isPresent(at)) return [];
  if (isSeq(at.node)) return itemsOf(at).flatMap((item) => objectsIn(item, depth - 1));
  if (!isMapping(at)) return refuse(at, "this is neither an object of netmaster nor a list of such");
  if (isSeq(field(at, "steps").node)) return [];
  const inner = field(at, "objects");
  if (isMapping(inner)) return entriesOf(inner).flatMap(({ value }) => objectsIn(value, depth - 1));
  const mark = marks.find(([name]) => isPresent(field(at, name)));
  if (mark === undefined) return refuse(at, "this object has none of the names by which netmaster knows objects");
  const [, kind] = mark;
  const body = bodyOf(at, kind);
  return body === undefined ? [] : [{ kind, body, span: spanOfName(at, kind), path: objectPath(kind, objectKey(kind, body)) }];
}

function refuse(at: Cursor, problem: string): readonly [] {
  at.source.report(contivNotRead.make({ problem }, { span: { ...at.span, end: Math.min(at.span.end, at.span.start + 1) } }));
  return [];
}

/** What a finding about an object points at: the last part of its key. */
function spanOfName(at: Cursor, kind: Kind): Span {
  const name = models[kind].key.at(-1);
  return name === undefined ? at.span : field(at, name).span;
}

/** The fields that the model has, without those that are empty: netmaster takes these for absent. */
function bodyOf(at: Cursor, kind: Kind): Body | undefined {
  const known = new Set(models[kind].fields.map(({ name }) => name));
  const out: Record<string, string | number | readonly string[]> = {};
  for (const { name, value } of entriesOf(at)) {
    if (!known.has(name)) continue;
    const read = plain(value.node);
    if (read === undefined) {
      refuse({ ...value, span: value.span }, `${name} is no text, number or list of texts`);
      return undefined;
    }
    const empty = read === "" || (Array.isArray(read) && read.length === 0);
    if (!empty) out[name] = read;
  }
  return out;
}

function plain(node: Node | undefined): string | number | readonly string[] | undefined {
  if (isSeq<Node>(node)) {
    const texts = node.items.map((item) => (isScalar(item) && typeof item.value === "string" ? item.value : undefined));
    return texts.every((text) => text !== undefined) ? texts : undefined;
  }
  if (node === undefined) return "";
  if (isMap(node) || !isScalar(node)) return undefined;
  return typeof node.value === "string" || typeof node.value === "number" ? node.value : undefined;
}

function textField(body: Body, name: string): string {
  const value = body[name];
  return typeof value === "string" ? value : "";
}

/** Rules without the addresses that netmaster has put beside the name of a network. */
function withoutRewriting(objects: readonly ContivObject[]): readonly ContivObject[] {
  const subnets = new Map(
    objects.flatMap(({ kind, body }) =>
      kind === "network" ? [[`${textField(body, "tenantName")}:${textField(body, "networkName")}`, textField(body, "subnet")] as const] : [],
    ),
  );
  return objects.map((object) => {
    if (object.kind !== "rule") return object;
    const { body } = object;
    const doubled = (["from", "to"] as const).flatMap((side) => {
      const network = textField(body, `${side}Network`);
      const address = textField(body, `${side}IpAddress`);
      return network !== "" && address === subnets.get(`${textField(body, "tenantName")}:${network}`) ? [`${side}IpAddress`] : [];
    });
    return doubled.length === 0 ? object : { ...object, body: Object.fromEntries(Object.entries(body).filter(([name]) => !doubled.includes(name))) };
  });
}

/** The objects as files for the reader that verification uses. */
export function asArtefacts(objects: readonly ContivObject[]): readonly Artefact[] {
  return objects.map(({ path, body }) => ({ path, text: `${JSON.stringify(body)}\n` }));
}
