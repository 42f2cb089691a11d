/** Allows that open more than one usually means: everything to everything, or every port to the outside. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { anyToAnyAllow, worldToEveryPort } from "../../diagnostics/logic.js";
import type { PeerExpression, Rule } from "../../policy/model.js";
import { possiblePart } from "../../policy/universe.js";
import type { Universe } from "../../policy/universe.js";
import { allEnds, endsWithin, intersectEnds } from "../../space/ends.js";
import type { EndSet } from "../../space/ends.js";
import { intersectFlowBoxes, flowProduct } from "../../space/flows.js";
import { portService, protocolNumber, servicesWithin } from "../../space/service.js";
import type { ServiceSet } from "../../space/service.js";
import { boxesOf } from "../../verdict/regions.js";
import type { LogicContext, Meeting } from "./context.js";

export function checkWide({ universe, tenant, regions }: LogicContext, position: number, meetings: readonly Meeting[]): Diagnostic | undefined {
  const rule = regions.rules[position];
  if (rule.action !== "allow" || !hasEveryPort(rule.service.services)) return undefined;
  const details = { span: rule.origin.span, rule: rule.id };
  if (holds(universe, rule.source, allEnds) && holds(universe, rule.destination, allEnds)) return anyToAnyAllow.make({}, details);
  const outside = wholeWorld(universe, rule);
  if (outside.length === 0) return undefined;
  const inward = flowProduct(outside, universe.tenantEnds.get(tenant.name) ?? [], rule.service.services);
  // An earlier rule may have taken all that comes from outside, as a `deny world` above an `allow any` does.
  const opens = meetings.some(({ box, rows }) => {
    const earlier = boxesOf(rows.filter((row) => row.owner < position));
    return inward.some((part) => {
      const common = intersectFlowBoxes(part, box);
      return common !== undefined && possiblePart(universe, common, earlier) !== undefined;
    });
  });
  return opens ? worldToEveryPort.make({ destination: textOf(rule.destination) }, details) : undefined;
}

/** All ports of TCP, and of UDP; port 0 is no port that anything listens on. */
const everyPort: readonly ServiceSet[] = [protocolNumber.tcp, protocolNumber.udp].map((protocol) => portService(protocol, 1, 65_535));

function hasEveryPort(services: ServiceSet): boolean {
  return everyPort.some((ports) => servicesWithin(ports, services));
}

function holds(universe: Universe, expression: PeerExpression, all: EndSet): boolean {
  const set = universe.endsOf(expression);
  return set === all || endsWithin(all, set);
}

/** The ends of no tenant in the families of which the rule's source holds every one. */
function wholeWorld(universe: Universe, rule: Rule): EndSet {
  const source = universe.endsOf(rule.source);
  if (source === universe.worldEnds) return source;
  const { v4, v6 } = allEnds[0].addresses;
  return [
    { v4, v6: [] },
    { v4: [], v6 },
  ].flatMap((addresses) => {
    const family = intersectEnds(universe.worldEnds, [{ ...allEnds[0], addresses }]);
    return endsWithin(family, source) ? family : [];
  });
}

function textOf(expression: PeerExpression): string {
  const names = expression.include.map((peer) => {
    switch (peer.kind) {
      case "any":
      case "world":
        return peer.kind;
      case "group":
        return `"${peer.group}"`;
      case "network":
        return `network "${peer.network}"`;
      case "addresses":
        return peer.name ?? peer.text;
      case "set":
        return `"${peer.name}"`;
    }
  });
  return names.join(", ");
}
