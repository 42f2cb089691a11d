/** What becomes of replies in a table that remembers no connections. */
import { once } from "../../../once.js";
import { clientPorts, openWayBack, repliesDenied, repliesHeldBack } from "../../../diagnostics/contiv.js";
import { flowsOfRule } from "../../../policy/universe.js";
import * as ends from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct, subtractFlows } from "../../../space/flows.js";
import { protocolNumber } from "../../../space/service.js";
import { shownBy } from "./finding.js";
import { details, hasMembers, hasRest, protocolsOf, servicesOf, sides } from "./rulecontext.js";
import type { Look } from "./rulecontext.js";
import { isEveryPort } from "./service.js";
import type { Side } from "./side.js";
import { list, protocolName } from "./words.js";

/** Linux hands out 32768 to 60999 to clients, IANA's dynamic ports are 49152 and up. */
const FIRST_CLIENT_PORT = 32768;

function sameSides(a: Side, b: Side): boolean {
  return (a.any && b.any) || (!hasRest(a) && !hasRest(b) && a.partial.length + b.partial.length === 0 && a.whole.join() === b.whole.join());
}

export const wayBack: Look = (context, rendering) => {
  const { rule, source, destination, pieces } = rendering;
  const { ground } = context;
  if (rule.action === "deny" || !context.answered.has(rule)) return undefined;
  // What comes back from outside is not filtered anyway, and a rule both ways says itself that the way back is open.
  if (!hasMembers(ground, destination)) return undefined;
  if (sameSides(source, destination) && pieces.others.every(({ ports }) => isEveryPort(ports))) return undefined;
  const protocols = protocolsOf(rendering).filter((protocol) => protocol === protocolNumber.udp || ground.tenant.defaultAction === "deny");
  const flows = once(() => {
    const { from, to } = sides(context, rule);
    return flowProduct(to, from, servicesOf(protocols));
  });
  // A deny above replies by protocol alone closes the way back, and that is the finding. Replies by port are in the rule itself, which may be above it.
  const held = pieces.others.every(({ ports }) => isEveryPort(ports)) ? (context.heldBack.get(rule) ?? []) : [];
  const closed = held.flatMap(({ rule: deny }) => (deny === undefined ? [] : flowsOfRule(ground.universe, deny)));
  const shown = shownBy(ground.universe, closed.length === 0 ? flows() : subtractFlows(flows(), closed), "deny");
  if (shown === undefined) return undefined;
  return {
    about: "consequence",
    diagnostic: openWayBack.make({ protocols: list(protocols.map(protocolName)), flow: shown.words }, details(rule, { flow: shown.flow })),
    outcomes: ["allow"],
    flows,
  };
};

export const heldBack: Look = (context, rendering) => {
  const { rule } = rendering;
  const denies = context.heldBack.get(rule);
  const deny = denies?.[0]?.rule;
  if (denies === undefined || deny === undefined) return undefined;
  const protocols = protocolsOf(rendering);
  const related = [{ span: deny.origin.span, message: "holds the replies back" }];
  return {
    about: "rule",
    diagnostic: repliesHeldBack.make({ deny: deny.text, protocols: list(protocols.map(protocolName)) }, details(rule, { related })),
    outcomes: ["deny"],
    flows: () => {
      const { from, to } = sides(context, rule);
      return flowProduct(from, to, servicesOf(protocols));
    },
  };
};

export const deniedReplies: Look = (context, rendering) => {
  const { rule } = rendering;
  if (rule.action === "allow" || context.ground.tenant.defaultAction === "deny") return undefined;
  const protocols = protocolsOf(rendering, true);
  if (protocols.length === 0) return undefined;
  const flows = once(() => {
    const { from, to } = sides(context, rule);
    return flowProduct(to, from, servicesOf(protocols));
  });
  const shown = shownBy(context.ground.universe, flows(), "allow");
  if (shown === undefined) return undefined;
  return {
    about: "consequence",
    diagnostic: repliesDenied.make({ protocols: list(protocols.map(protocolName)), flow: shown.words }, details(rule, { flow: shown.flow })),
    outcomes: ["deny"],
    flows,
  };
};

export const deniedClients: Look = (context, rendering) => {
  const { rule, pieces } = rendering;
  if (rule.action === "allow" || rendering.overLimit) return undefined;
  const ported = [
    ...pieces.tcp.map((port) => ({ protocol: protocolNumber.tcp as number, port })),
    ...pieces.others.flatMap(({ protocol, ports }) => (protocol === protocolNumber.udp ? ports.map((port) => ({ protocol, port })) : [])),
  ].filter((piece) => piece.port >= FIRST_CLIENT_PORT);
  const [first] = ported;
  if (first === undefined) return undefined;
  const ports = ported.length === 1 ? `port ${first.port}` : `ports such as ${first.port}`;
  const flows = once(() => {
    const { from, to } = sides(context, rule);
    // What is meant for the world matches everything, also where the tenant's own addresses are decided above it.
    const wide = (side: Side, set: EndSet): EndSet => (side.world ? ends.allEnds : set);
    const services = servicesOf(ported.map((piece) => piece.protocol));
    return flowProduct(wide(rendering.destination, to), wide(rendering.source, from), services);
  });
  const shown = shownBy(context.ground.universe, flows(), "allow");
  if (shown === undefined) return undefined;
  return {
    about: "consequence",
    diagnostic: clientPorts.make({ ports, flow: shown.words }, details(rule, { flow: shown.flow })),
    outcomes: ["deny"],
    flows,
  };
};
