/** What Contiv does otherwise than one rule says. At most one finding of a kind for a rule. */
import { once } from "../../../once.js";
import { ipv6Deny, noLogging, otherTenant, tooManyPorts, unfilteredDeny, unsaid, widenedProtocol } from "../../../diagnostics/contiv.js";
import { flowsOfRule } from "../../../policy/universe.js";
import { allAddresses } from "../../../space/address.js";
import * as ends from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct } from "../../../space/flows.js";
import { portService, protocolService, unionAllServices } from "../../../space/service.js";
import { aboutNoFlow, either, shownBy } from "./finding.js";
import type { Finding } from "./finding.js";
import type { Addresses, Ground } from "./ground.js";
import type { Rendering } from "./lists.js";
import type { Said } from "./match.js";
import { deniedClients, deniedReplies, heldBack, wayBack } from "./replyfindings.js";
import { details, hasRest, servicesOf, sides } from "./rulecontext.js";
import type { Look, RuleContext } from "./rulecontext.js";
import { membersAt, unfilteredFlows } from "./scope.js";
import { mentionOf } from "./strangers.js";
import { list, protocolName } from "./words.js";

const ipv6: EndSet = ends.endSet({ addresses: { v4: [], v6: allAddresses.v6 } });

const at = (addresses: Addresses): EndSet => ends.endSet({ addresses: { v4: addresses, v6: [] } });

const overLimit: Look = ({ portLimit, ground }, { rule, pieces, overLimit: over }) =>
  over
    ? {
        about: "rule",
        diagnostic: tooManyPorts.make({ ports: pieces.ports, limit: portLimit }, details(rule)),
        outcomes: either,
        flows: () => flowsOfRule(ground.universe, rule),
      }
    : undefined;

const outsideSources: Look = (context, rendering) => {
  const { rule } = rendering;
  if (rule.action === "allow") return undefined;
  // Groups of other tenants may be in no group of Contiv's.
  const isForeign = mentionOf(context.ground.tenant, context.othersAddresses, rule.source) === "named";
  if (!hasRest(rendering.source) && !isForeign) return undefined;
  const flows = once(() => {
    const { from, to } = sides(context, rule);
    return unfilteredFlows(context.scopes, from, to, rule.service.services);
  });
  const shown = shownBy(context.ground.universe, flows(), "deny");
  if (shown === undefined) return undefined;
  return { about: "rule", diagnostic: unfilteredDeny.make({ flow: shown.words }, details(rule, { flow: shown.flow })), outcomes: ["allow"], flows };
};

const overIpv6: Look = (context, { rule }) => {
  if (rule.action === "allow" || !context.hasIpv6) return undefined;
  const { from, to } = sides(context, rule);
  const reaches = (set: EndSet): boolean => set.some((box) => box.addresses.v6.length > 0);
  if (!reaches(from) || !reaches(to)) return undefined;
  return {
    about: "rule",
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
    about: "rule",
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
        about: "consequence",
        diagnostic: widenedProtocol.make({ protocols: list(pieces.widened.map(protocolName)), action: rule.action }, details(rule)),
        outcomes: [rule.action],
        flows: () => {
          const { from, to } = sides(context, rule);
          return flowProduct(from, to, servicesOf(pieces.widened));
        },
      };

function partsOf(ground: Ground, parts: Said["unsaidSources"]): EndSet {
  return parts.flatMap(({ group, addresses }) => membersAt(ground, group, addresses));
}

/** What of a rule is left out, in words. */
function leftOut({ said, source, destination, pieces }: Rendering): readonly string[] {
  const byAddress = [...said.unsaidSources, ...said.unsaidDestinations].map(({ group }) => `members of group ${group} by address`);
  const blurred =
    source.blurred.length + destination.blurred.length > 0 ? ["endpoints in no group, whose addresses members of a group have too"] : [];
  const zero = pieces.unsayable.length > 0 ? ["IP protocol 0"] : [];
  const ports = pieces.zeroPorts.length > 0 ? [`port 0 of ${list(pieces.zeroPorts.map(protocolName))}`] : [];
  return [...byAddress, ...blurred, ...zero, ...ports];
}

function isWholeSaid({ said, source, destination, pieces }: Rendering): boolean {
  const ends = said.unsaidSources.length + said.unsaidDestinations.length + source.blurred.length + destination.blurred.length;
  return ends + pieces.unsayable.length + pieces.zeroPorts.length === 0;
}

const partly: Look = (context, rendering) => {
  if (isWholeSaid(rendering)) return undefined;
  const { ground, scope } = context;
  const { rule, said, source, destination, pieces } = rendering;
  return {
    about: "rule",
    diagnostic: unsaid.make({ what: list(leftOut(rendering)) }, details(rule)),
    outcomes: either,
    flows: () => {
      const { from, to } = sides(context, rule);
      const sources = [...partsOf(ground, said.unsaidSources), ...ends.intersectEnds(scope.others(), at(source.blurred))];
      const destinations = [...partsOf(ground, said.unsaidDestinations), ...ends.intersectEnds(scope.others(), at(destination.blurred))];
      return [
        ...flowProduct(ends.intersectEnds(from, sources), to, rule.service.services),
        ...flowProduct(from, ends.intersectEnds(to, destinations), rule.service.services),
        ...flowProduct(from, to, unionAllServices(pieces.unsayable.map(protocolService))),
        ...flowProduct(from, to, unionAllServices(pieces.zeroPorts.map((protocol) => portService(protocol, 0, 0)))),
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

/** The findings of all rules, rule by rule. */
export function ruleFindings(context: RuleContext, renderings: readonly Rendering[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const rendering of renderings) {
    for (const look of looks) {
      const found = look(context, rendering);
      if (found !== undefined) findings.push(found);
    }
  }
  return findings;
}
