/**
 * The objects as an ACI fabric sees them (contiv.md §3.7): rules become contracts of application profiles; groups do not reach each other
 * without one, members of a group do, and replies pass. Rules that deny are ignored.
 */
import type { Universe } from "../../../policy/universe.js";
import * as ends from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct } from "../../../space/flows.js";
import { everyService, portService, protocolNumber, protocolService } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import * as values from "../../../space/values.js";
import type { CheckpointEntry, Reading, ReadingProblem } from "../../target.js";
import type { AgentRule } from "./agent.js";
import { listField, textField } from "./documents.js";
import type { Objects } from "./series.js";

function servicesOf(rule: AgentRule): ServiceSet {
  if (rule.protocol === 0) return everyService;
  const ported = rule.protocol === protocolNumber.tcp || rule.protocol === protocolNumber.udp;
  return ported && rule.destinationPort !== 0
    ? portService(rule.protocol, rule.destinationPort, rule.destinationPort)
    : protocolService(rule.protocol);
}

export function aciReading(
  { documents, series }: Objects,
  rules: readonly AgentRule[],
  universe: Universe,
  problems: readonly ReadingProblem[],
): Reading {
  const box = ends.endBox({ namespace: values.anyPresent });
  const workloads: EndSet = box === undefined ? [] : [box];
  const members = (tenant: string, group: string): EndSet =>
    ends.intersectEnds(universe.endsOf({ include: [{ kind: "group", tenant, group }], except: [] }), workloads);
  const profiled = new Set(
    documents.flatMap(({ kind, body }) =>
      kind === "appProfile" ? listField(body, "endpointGroups").map((group) => `${textField(body, "tenantName")}:${group}`) : [],
    ),
  );
  const groups = documents.filter(({ kind }) => kind === "endpointGroup");
  const inside = groups.map(({ body, path }): CheckpointEntry => {
    const own = members(textField(body, "tenantName"), textField(body, "groupName"));
    return { flows: flowProduct(own, own, everyService), action: "allow", by: `${path}: members of a group reach each other` };
  });
  const contracts = rules.flatMap((rule): readonly CheckpointEntry[] => {
    const { tenant } = rule;
    const sourceGroup = rule.source.group;
    const destinationGroup = rule.destination.group;
    // Half of a pair by source port is a contract's way back, which needs no entry of its own.
    if (!rule.allow || sourceGroup === undefined || destinationGroup === undefined || rule.sourcePort !== 0) return [];
    if (!profiled.has(`${tenant}:${sourceGroup}`) || !profiled.has(`${tenant}:${destinationGroup}`)) return [];
    const flows = flowProduct(members(tenant, sourceGroup), members(tenant, destinationGroup), servicesOf(rule));
    return flows.length === 0 ? [] : [{ flows, action: "allow", by: `rule ${rule.path}` }];
  });
  const everyMember = groups.flatMap(({ body }) => members(textField(body, "tenantName"), textField(body, "groupName")));
  const between: CheckpointEntry = { flows: flowProduct(everyMember, everyMember, everyService), action: "deny", by: "groups without a contract" };
  const addressed = series.flatMap(({ body, files }): readonly ReadingProblem[] =>
    ["fromIpAddress", "toIpAddress", "fromNetwork", "toNetwork"].some((field) => textField(body, field) !== "")
      ? files.map(({ path }) => ({ path, message: "only From/ToEndpointGroup may be specified in ACI mode" }))
      : [],
  );
  return {
    checkpoints: [{ name: "contracts", entries: [...inside, ...contracts, between], otherwise: "allow" }],
    replies: [],
    problems: [...problems, ...addressed],
  };
}
