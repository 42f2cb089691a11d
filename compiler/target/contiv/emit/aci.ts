/**
 * Rules for an ACI fabric (contiv.md §3.7): they become contracts between endpoint groups, which allow, and let replies pass. So each
 * rule that allows is emitted from group to group for what no earlier rule denies there.
 */
import { once } from "../../../once.js";
import { aciInside, aciUnsaid } from "../../../diagnostics/contiv.js";
import type { Details } from "../../../diagnostics/diagnostic.js";
import type { Rule } from "../../../policy/model.js";
import { flowsOfRule } from "../../../policy/universe.js";
import { flowProduct } from "../../../space/flows.js";
import * as ends from "../../../space/ends.js";
import {
  everyService,
  isEmptyService,
  isEveryService,
  portService,
  protocolNumber,
  servicesOverlap,
  subtractServices,
  unionAllServices,
} from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import { either, shownBy } from "./finding.js";
import type { Finding } from "./finding.js";
import type { Ground } from "./ground.js";
import type { Rendering } from "./lists.js";
import type { Match } from "./match.js";
import { everyPort, piecesOf } from "./service.js";
import { sideOf } from "./side.js";
import type { Side } from "./side.js";
import type { ContivRule } from "./strata.js";
import { list, protocolName } from "./words.js";

export interface AciRendering {
  readonly rules: readonly ContivRule[];
  readonly findings: readonly Finding[];
}

/** Groups that a side means whole, and whether it means anything else. */
interface Groups {
  readonly names: readonly string[];
  readonly more: boolean;
}

function groupsOf(ground: Ground, side: Side): Groups {
  if (side.any) return { names: [...ground.groups.keys()], more: true };
  const more = side.partial.length + side.inside.length + side.outside.length + side.blurred.length > 0 || side.world;
  return { names: side.whole, more };
}

/** What an earlier rule that denies takes from a pair of groups. */
interface Taken {
  readonly sources: ReadonlySet<string>;
  readonly destinations: ReadonlySet<string>;
  readonly services: ServiceSet;
}

function protocolText(protocol: number): string {
  switch (protocol) {
    case 0:
      return "";
    case protocolNumber.tcp:
      return "tcp";
    case protocolNumber.udp:
      return "udp";
    case protocolNumber.icmp:
      return "icmp";
    default:
      return String(protocol);
  }
}

interface Contract {
  readonly rules: readonly ContivRule[];
  /** Protocols with ports of which port 0 is not told as it is meant. */
  readonly zeroPorts: readonly number[];
}

/** A contract from group to group; nothing where a part of what is left cannot be said. */
function contract(rule: Rule, source: string, destination: string, services: ServiceSet, portLimit: number): Contract | undefined {
  const pieces = piecesOf(services, portLimit);
  if (pieces.ports > portLimit || pieces.widened.length > 0 || pieces.unsayable.length > 0) return undefined;
  const match: Match = { own: destination, direction: "in", remote: { kind: "group", group: source } };
  const say = (protocol: number, ports: readonly number[]): ContivRule => ({
    match,
    protocol: protocolText(protocol),
    ports,
    action: "allow",
    priority: 1,
    part: "contract",
    rule,
  });
  const { zeroPorts } = pieces;
  if (isEveryService(services)) return { rules: [say(0, everyPort)], zeroPorts };
  const rules = [
    ...(pieces.tcp.length === 0 ? [] : [say(protocolNumber.tcp, pieces.tcp)]),
    ...pieces.others.map(({ protocol, ports }) => say(protocol, ports)),
  ];
  return { rules, zeroPorts };
}

function details(rule: Rule): Details {
  return { span: rule.origin.span, target: "contiv", rule: rule.id };
}

function unsaid(ground: Ground, rule: Rule, what: string): Finding {
  return { about: "rule", diagnostic: aciUnsaid.make({ what }, details(rule)), outcomes: either, flows: () => flowsOfRule(ground.universe, rule) };
}

function zeroPort({ universe }: Ground, rule: Rule, protocols: readonly number[]): Finding {
  const services = unionAllServices(protocols.map((protocol) => portService(protocol, 0, 0)));
  const flows = () => flowProduct(universe.endsOf(rule.source), universe.endsOf(rule.destination), services);
  const what = `port 0 of ${list(protocols.map(protocolName))} stands for every port`;
  return { about: "rule", diagnostic: aciUnsaid.make({ what }, details(rule)), outcomes: either, flows };
}

const nothing: Contract = { rules: [], zeroPorts: [] };

export function aciRules(ground: Ground, renderings: readonly Rendering[], portLimit: number): AciRendering {
  const taken: Taken[] = [];
  const rules: ContivRule[] = [];
  const findings: Finding[] = [];
  const profiled = new Set(ground.tenant.apps.flatMap((app) => app.groups));
  const hasDefaultAllow = ground.tenant.defaultAction === "allow";
  for (const { rule } of renderings) {
    const sources = groupsOf(ground, sideOf(ground, rule.source));
    const destinations = groupsOf(ground, sideOf(ground, rule.destination));
    if (rule.action === "deny") {
      taken.push({ sources: new Set(sources.names), destinations: new Set(destinations.names), services: rule.service.services });
      const inside = sources.names.some((name) => destinations.names.includes(name));
      if (hasDefaultAllow || inside || sources.more || destinations.more)
        findings.push(unsaid(ground, rule, "this rule holds only between different groups"));
      continue;
    }
    if (sources.more || destinations.more)
      findings.push(unsaid(ground, rule, "what this rule says of addresses, and of ends in no group, is left out"));
    const loose = [...new Set([...sources.names, ...destinations.names])].filter((name) => !profiled.has(name));
    if (loose.length > 0 && !sources.more && !destinations.more)
      findings.push(unsaid(ground, rule, `this rule does not hold for ${list(loose)}: only groups in an \`app\` have contracts`));
    let lost = false;
    const zeroPorts = new Set<number>();
    for (const source of sources.names) {
      for (const destination of destinations.names) {
        if (source === destination) continue;
        const left = taken
          .filter((deny) => deny.sources.has(source) && deny.destinations.has(destination) && servicesOverlap(deny.services, rule.service.services))
          .reduce((rest, deny) => subtractServices(rest, deny.services), rule.service.services);
        const said = isEmptyService(left) ? nothing : contract(rule, source, destination, left, portLimit);
        if (said === undefined) lost = true;
        else {
          rules.push(...said.rules);
          for (const protocol of said.zeroPorts) zeroPorts.add(protocol);
        }
      }
    }
    if (lost && !sources.more && !destinations.more)
      findings.push(unsaid(ground, rule, "the services that are left of this rule cannot be said and are denied"));
    if (zeroPorts.size > 0) findings.push(zeroPort(ground, rule, [...zeroPorts]));
  }
  return { rules, findings: [...findings, insideFinding(ground) ?? []].flat() };
}

/** What the fabric decides by itself: inside a group, with ends in no group, and (for lack of a contract) between groups. */
function insideFinding(ground: Ground): Finding | undefined {
  const { tenant, universe } = ground;
  const members = [...ground.groups.keys()].map((name) =>
    universe.endsOf({ include: [{ kind: "group", tenant: tenant.name, group: name }], except: [] }),
  );
  const flows = once(() => {
    const others = ends.subtractEnds(ends.allEnds, members.flat());
    return [
      ...members.flatMap((own) => flowProduct(own, own, everyService)),
      ...flowProduct(others, ends.allEnds, everyService),
      ...flowProduct(ends.allEnds, others, everyService),
      ...(tenant.defaultAction === "allow" ? flowProduct(members.flat(), members.flat(), everyService) : []),
    ];
  });
  const asDefault = shownBy(universe, flows(), tenant.defaultAction);
  const shown = asDefault ?? shownBy(universe, flows(), tenant.defaultAction === "allow" ? "deny" : "allow");
  if (shown === undefined) return undefined;
  const span = (tenant.defaultOrigin ?? tenant.origin).span;
  const diagnostic = aciInside.make({ tenant: tenant.name, flow: shown.words }, { span, target: "contiv", flow: shown.flow });
  return { about: "default", diagnostic, outcomes: either, flows };
}
