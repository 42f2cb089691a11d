/** What Contiv does otherwise than one rule says. At most one finding of a kind for a rule. */
import {
  clientPorts,
  ipv6Deny,
  noLogging,
  openWayBack,
  otherTenant,
  repliesDenied,
  repliesHeldBack,
  tooManyPorts,
  unfilteredDeny,
  unsaid,
  widenedProtocol,
} from "../../../diagnostics/contiv.js";
import type { Details } from "../../../diagnostics/diagnostic.js";
import type { Rule } from "../../../policy/model.js";
import { flowsOfRule } from "../../../policy/universe.js";
import { allAddresses } from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";
import * as ends from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct } from "../../../space/flows.js";
import { everyService, protocolNumber, protocolService, subtractServices, unionAllServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import type { Entry } from "./entry.js";
import { aboutNoFlow, either } from "./finding.js";
import type { Finding } from "./finding.js";
import { overlaps } from "./ground.js";
import type { Addresses, Ground } from "./ground.js";
import type { Rendering } from "./lists.js";
import { reversed } from "./match.js";
import type { Said } from "./match.js";
import { membersAt, unfilteredFlows } from "./scope.js";
import type { Scope } from "./scope.js";
import type { Side } from "./side.js";
import { mentionOf } from "./strangers.js";
import { flowWords, list, protocolName, serviceWords } from "./words.js";

export interface RuleContext {
  readonly ground: Ground;
  readonly scope: Scope;
  /** Of all tenants. */
  readonly scopes: readonly Scope[];
  /** Rules that let replies pass over other protocols than TCP. */
  readonly answered: ReadonlySet<Rule>;
  /** For a rule that allows: the rules that deny and hold its replies back. */
  readonly heldBack: ReadonlyMap<Rule, readonly Entry[]>;
  /** Whether the tenant has IPv6 addresses. */
  readonly hasIpv6: boolean;
  /** Whether another tenant allows anything that could be with this one. */
  readonly strangersOpen: boolean;
  readonly othersAddresses: AddressSet;
  readonly portLimit: number;
}

type Look = (context: RuleContext, rendering: Rendering) => Finding | undefined;

const FIRST_CLIENT_PORT = 32768;
const notTcp: ServiceSet = subtractServices(everyService, protocolService(protocolNumber.tcp));

const ipv6: EndSet =
  ends.endBox({ addresses: { v4: [], v6: allAddresses.v6 } }) === undefined
    ? []
    : [ends.endBox({ addresses: { v4: [], v6: allAddresses.v6 } })].flatMap((box) => box ?? []);

function at(addresses: Addresses): EndSet {
  const box = ends.endBox({ addresses: { v4: addresses, v6: [] } });
  return box === undefined ? [] : [box];
}

function details(rule: Rule, more: Partial<Details> = {}): Details {
  return { span: rule.origin.span, target: "contiv", rule: rule.id, ...more };
}

function protocolsOf(rendering: Rendering, portless = false): readonly number[] {
  return [...new Set(rendering.pieces.others.filter((piece) => !portless || piece.port === 0).map((piece) => piece.protocol))];
}

function servicesOf(protocols: readonly number[]): ServiceSet {
  return protocols.includes(0) ? notTcp : unionAllServices(protocols.map(protocolService));
}

/** The rule's own ends, and the way back between them. */
function sides({ ground }: RuleContext, rule: Rule): { readonly from: EndSet; readonly to: EndSet } {
  return { from: ground.universe.endsOf(rule.source), to: ground.universe.endsOf(rule.destination) };
}

function hasRest(side: Side): boolean {
  return side.any || side.world || side.inside.length > 0 || side.outside.length > 0;
}

function hasMembers(ground: Ground, side: Side): boolean {
  return side.any || side.whole.length > 0 || side.partial.length > 0 || overlaps(side.inside, ground.networkAddresses);
}

/** A flow of the rule in words, of its first match. */
function example(context: RuleContext, rendering: Rendering, back: boolean, service: string): string {
  const [match] = rendering.said.matches;
  if (match === undefined) return rendering.rule.text.replace(/^(allow|deny) /, "");
  return flowWords(context.ground.tenant.name, back ? reversed(match) : match, service);
}

function firstService({ pieces }: Rendering): string {
  const [port] = pieces.tcp;
  if (port !== undefined) return serviceWords(protocolNumber.tcp, port);
  const [piece] = pieces.others;
  return piece === undefined ? "tcp/1" : serviceWords(piece.protocol, piece.port);
}

const overLimit: Look = ({ portLimit, ground }, { rule, pieces, overLimit: over }) =>
  over
    ? {
        diagnostic: tooManyPorts.make({ ports: pieces.ports, limit: portLimit }, details(rule)),
        outcomes: either,
        flows: () => flowsOfRule(ground.universe, rule),
      }
    : undefined;

const outsideSources: Look = (context, rendering) => {
  const { rule } = rendering;
  if (rule.action === "allow" || !hasRest(rendering.source)) return undefined;
  const arriving = rendering.said.matches.find((match) => match.direction === "in" && match.remote.kind !== "group");
  const words =
    arriving === undefined
      ? example(context, rendering, false, firstService(rendering))
      : flowWords(
          context.ground.tenant.name,
          arriving.remote.kind === "any" ? { ...arriving, remote: { kind: "world" } } : arriving,
          firstService(rendering),
        );
  return {
    diagnostic: unfilteredDeny.make({ flow: words }, details(rule, { flow: words })),
    outcomes: ["allow"],
    flows: () => {
      const { from, to } = sides(context, rule);
      return unfilteredFlows(context.scopes, from, to, rule.service.services);
    },
  };
};

const overIpv6: Look = (context, { rule }) => {
  if (rule.action === "allow" || !context.hasIpv6) return undefined;
  const { from, to } = sides(context, rule);
  const reaches = (set: EndSet): boolean => set.some((box) => box.addresses.v6.length > 0);
  if (!reaches(from) || !reaches(to)) return undefined;
  return {
    diagnostic: ipv6Deny.make({}, details(rule)),
    outcomes: ["allow"],
    flows: () => flowProduct(ends.intersectEnds(from, ipv6), ends.intersectEnds(to, ipv6), rule.service.services),
  };
};

const acrossTenants: Look = (context, { rule }) => {
  const { ground, strangersOpen, othersAddresses } = context;
  if (rule.action === "deny" || ground.universe.policy.tenants.length < 2) return undefined;
  const mentions = [rule.source, rule.destination].map((side) => mentionOf(ground.tenant, othersAddresses, side));
  const named = mentions.includes("named");
  const wide = strangersOpen && mentions.includes("wide");
  if (!named && !wide) return undefined;
  return {
    diagnostic: otherTenant.make({ subject: "this rule", tenant: ground.tenant.name }, details(rule)),
    outcomes: ["deny"],
    flows: () => {
      const { from, to } = sides(context, rule);
      const own = ground.universe.tenantEnds.get(ground.tenant.name) ?? [];
      const foreign = [...ground.universe.tenantEnds].flatMap(([name, set]) => (name === ground.tenant.name ? [] : set));
      return [
        ...flowProduct(ends.intersectEnds(from, own), ends.intersectEnds(to, foreign), rule.service.services),
        ...flowProduct(ends.intersectEnds(from, foreign), ends.intersectEnds(to, own), rule.service.services),
      ];
    },
  };
};

const widened: Look = (context, { rule, pieces }) =>
  pieces.widened.length === 0
    ? undefined
    : {
        diagnostic: widenedProtocol.make({ protocols: list(pieces.widened.map(protocolName)), action: rule.action }, details(rule)),
        outcomes: [rule.action],
        flows: () => {
          const { from, to } = sides(context, rule);
          return flowProduct(from, to, servicesOf(pieces.widened));
        },
      };

function sameSides(a: Side, b: Side): boolean {
  return (a.any && b.any) || (!hasRest(a) && !hasRest(b) && a.partial.length + b.partial.length === 0 && a.whole.join() === b.whole.join());
}

const wayBack: Look = (context, rendering) => {
  const { rule, source, destination, pieces } = rendering;
  const { ground } = context;
  if (rule.action === "deny" || !context.answered.has(rule)) return undefined;
  // What comes back from outside is not filtered anyway, and a rule both ways says itself that the way back is open.
  if (!hasMembers(ground, destination)) return undefined;
  if (sameSides(source, destination) && pieces.others.every((piece) => piece.port === 0)) return undefined;
  const protocols = protocolsOf(rendering).filter((protocol) => protocol === protocolNumber.udp || ground.tenant.defaultAction === "deny");
  const words = example(context, rendering, true, serviceWords(protocols[0], 0));
  return {
    diagnostic: openWayBack.make({ protocols: list(protocols.map(protocolName)), flow: words }, details(rule, { flow: words })),
    outcomes: ["allow"],
    flows: () => {
      const { from, to } = sides(context, rule);
      return flowProduct(to, from, servicesOf(protocols));
    },
  };
};

const heldBack: Look = (context, rendering) => {
  const { rule } = rendering;
  const denies = context.heldBack.get(rule);
  const deny = denies?.[0]?.rule;
  if (denies === undefined || deny === undefined) return undefined;
  const protocols = protocolsOf(rendering);
  const related = [{ span: deny.origin.span, message: "holds the replies back" }];
  return {
    diagnostic: repliesHeldBack.make({ deny: deny.text, protocols: list(protocols.map(protocolName)) }, details(rule, { related })),
    outcomes: ["deny"],
    flows: () => {
      const { from, to } = sides(context, rule);
      return flowProduct(from, to, servicesOf(protocols));
    },
  };
};

const deniedReplies: Look = (context, rendering) => {
  const { rule } = rendering;
  const protocols = protocolsOf(rendering, true);
  if (rule.action === "allow" || context.ground.tenant.defaultAction === "deny" || protocols.length === 0) return undefined;
  const words = example(context, rendering, true, serviceWords(protocols[0], 0));
  return {
    diagnostic: repliesDenied.make({ protocols: list(protocols.map(protocolName)), flow: words }, details(rule, { flow: words })),
    outcomes: ["deny"],
    flows: () => {
      const { from, to } = sides(context, rule);
      return flowProduct(to, from, servicesOf(protocols));
    },
  };
};

const deniedClients: Look = (context, rendering) => {
  const { rule, pieces } = rendering;
  if (rule.action === "allow" || rendering.overLimit) return undefined;
  const ported = [
    ...pieces.tcp.map((port) => ({ protocol: protocolNumber.tcp as number, port })),
    ...pieces.others.filter((piece) => piece.protocol === protocolNumber.udp),
  ].filter((piece) => piece.port >= FIRST_CLIENT_PORT);
  const [first] = ported;
  if (first === undefined) return undefined;
  const words = example(context, rendering, true, serviceWords(first.protocol, 0));
  const ports = ported.length === 1 ? `port ${first.port}` : `ports such as ${first.port}`;
  return {
    diagnostic: clientPorts.make({ ports, flow: words }, details(rule, { flow: words })),
    outcomes: ["deny"],
    flows: () => {
      const { from, to } = sides(context, rule);
      // What is meant for the world matches everything, also where the tenant's own addresses are decided above it.
      const wide = (side: Side, set: EndSet): EndSet => (side.world ? ends.allEnds : set);
      const services = servicesOf(ported.map((piece) => piece.protocol));
      return flowProduct(wide(rendering.destination, to), wide(rendering.source, from), services);
    },
  };
};

function partsOf(ground: Ground, parts: Said["unsaidSources"]): EndSet {
  return parts.flatMap(({ group, addresses }) => membersAt(ground, group, addresses));
}

const partly: Look = (context, { rule, said, source, destination, pieces }) => {
  const { ground, scope } = context;
  const byAddress = [...said.unsaidSources, ...said.unsaidDestinations].map(({ group }) => `members of group ${group} by address`);
  const blurred =
    source.blurred.length + destination.blurred.length > 0 ? ["endpoints in no group, whose addresses members of a group have too"] : [];
  const zero = pieces.unsayable.length > 0 ? ["IP protocol 0"] : [];
  const what = [...byAddress, ...blurred, ...zero];
  if (what.length === 0) return undefined;
  return {
    diagnostic: unsaid.make({ what: list(what) }, details(rule)),
    outcomes: either,
    flows: () => {
      const { from, to } = sides(context, rule);
      const sources = [...partsOf(ground, said.unsaidSources), ...ends.intersectEnds(scope.others(), at(source.blurred))];
      const destinations = [...partsOf(ground, said.unsaidDestinations), ...ends.intersectEnds(scope.others(), at(destination.blurred))];
      return [
        ...flowProduct(ends.intersectEnds(from, sources), to, rule.service.services),
        ...flowProduct(from, ends.intersectEnds(to, destinations), rule.service.services),
        ...flowProduct(from, to, unionAllServices(pieces.unsayable.map(protocolService))),
      ];
    },
  };
};

const logging: Look = (_context, { rule }) => (rule.log ? aboutNoFlow(noLogging.make({}, details(rule))) : undefined);

const looks: readonly Look[] = [
  overLimit,
  outsideSources,
  overIpv6,
  acrossTenants,
  widened,
  wayBack,
  heldBack,
  deniedReplies,
  deniedClients,
  partly,
  logging,
];

export function ruleFindings(context: RuleContext, rendering: Rendering): readonly Finding[] {
  return looks.flatMap((look) => look(context, rendering) ?? []);
}
