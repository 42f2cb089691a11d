/**
 * The files of rule objects and their steps of the plan. Nearly all of a tenant's objects are rules, and most of these differ from their
 * neighbour in a port and the id with it, so their texts are put together from parts that are written once.
 */
import type { Origin } from "../../../policy/model.js";
import { models } from "../model.js";
import type { Match } from "./match.js";
import { prefixText } from "./match.js";
import type { Identified } from "./ruleids.js";
import { escaped, fieldText } from "./object.js";
import type { Sheet } from "./cut.js";
import { stepEnd, stepSeparator } from "./plan.js";
import { isEveryPort } from "./service.js";
import type { Part } from "./strata.js";

/** Plain texts, which stand in the plan as they are. */
const why: Readonly<Record<Part, string>> = {
  default: "the tenant's default",
  open: "decides packets that open a TCP connection",
  return: "lets TCP's other packets pass, both ways",
  forth: "decides the rule's flows, and by port their replies",
  reply: "lets replies pass",
  border: "keeps a rule for the world away from the tenants' own addresses",
  apart: "keeps tenants apart",
  contract: "becomes a contract of the fabric",
};

/** What a rule says of the other end, each field behind the line before. */
function remoteFields({ direction, remote }: Match): string {
  const side = direction === "in" ? "from" : "to";
  switch (remote.kind) {
    case "any":
    case "world":
      return "";
    case "group":
      return `,\n${fieldText(`${side}EndpointGroup`, remote.group)}`;
    case "prefix":
      return remote.prefix.length === 0 ? "" : `,\n${fieldText(`${side}IpAddress`, prefixText(remote.prefix))}`;
    case "member":
      return `,\n${fieldText(`${side}EndpointGroup`, remote.group)},\n${fieldText(`${side}IpAddress`, prefixText(remote.prefix))}`;
  }
}

/** Where the rules of one Contiv policy lie, and what stands before their ids. */
export interface Place {
  readonly folder: string;
  /** Of the folder, as the plan writes it. */
  readonly object: string;
  readonly body: string;
  readonly url: string;
}

export function placeOf(tenant: string, policy: string): Place {
  const folder = `tenants/${tenant}/rules/${policy}/`;
  return {
    folder,
    object: escaped(folder),
    body: `{\n${fieldText("tenantName", tenant)},\n${fieldText("policyName", policy)},\n  "ruleId": "`,
    url: escaped(`/api/v1/${models.rule.plural}/${tenant}:${policy}:`),
  };
}

/** A text for many places, written once: what is put together with `+` or in a template is put together again at each of them. */
function flat(...parts: readonly string[]): string {
  return parts.join("");
}

/** Adds a rule's files: of each its path and its text. What ends one file and begins the next is one piece. */
export function addFiles({ pieces, ends }: Sheet, { folder, body }: Place, { rule, before, own, after, ports }: Identified): void {
  const { match, protocol } = rule;
  const hasPort = !isEveryPort(rule.ports);
  const path = `${folder}${before}`;
  const pathEnd = `${after}.json`;
  const head = `${body}${before}`;
  const fields = `${after}",\n  "direction": "${match.direction}",\n  "priority": ${rule.priority}${remoteFields(match)},\n  "protocol": "${protocol}"`;
  const end = `,\n  "action": "${rule.action}"\n}\n`;
  const isSeries = own.length > 1;
  const open = isSeries ? flat(pathEnd, head) : `${pathEnd}${head}`;
  const between = isSeries ? flat(fields, ',\n  "port": ') : hasPort ? `${fields},\n  "port": ` : fields;
  const next = isSeries ? flat(end, path) : "";
  let length = ends.length === 0 ? 0 : ends[ends.length - 1];
  for (let at = 0; at < own.length; at++) {
    const id = own[at];
    const port = ports[at];
    pieces.push(at === 0 ? path : next, id, open, id, between, port);
    length += path.length + id.length + pathEnd.length;
    ends.push(length);
    length += head.length + id.length + between.length + port.length + end.length;
    ends.push(length);
  }
  pieces.push(end);
}

/** Adds the pieces of a rule's steps, each behind a separator but the very first. `defaultOrigin` is for rules that no rule of the source makes. */
export function addSteps(pieces: string[], { object, url }: Place, { rule, before, own, after }: Identified, defaultOrigin: Origin): void {
  const isSeries = own.length > 1;
  const start = `    {"method":"POST","url":"${url}${before}`;
  const between = isSeries ? flat(after, '/","object":"', object, before) : `${after}/","object":"${object}${before}`;
  const end = `${after}.json",${stepEnd(rule.rule?.origin ?? defaultOrigin, rule.rule?.text, why[rule.part])}`;
  const next = isSeries ? flat(end, stepSeparator, start) : "";
  if (pieces.length > 0) pieces.push(stepSeparator);
  for (let at = 0; at < own.length; at++) pieces.push(at === 0 ? start : next, own[at], between, own[at]);
  pieces.push(end);
}
