/** What the search for findings about a rule goes by. */
import type { Details } from "../../../diagnostics/diagnostic.js";
import type { Rule } from "../../../policy/model.js";
import type { AddressSet } from "../../../space/address.js";
import type { EndSet } from "../../../space/ends.js";
import type { FlowSet } from "../../../space/flows.js";
import { everyService, protocolNumber, protocolService, subtractServices, unionAllServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import type { Entry } from "./entry.js";
import type { Finding } from "./finding.js";
import { overlaps } from "./ground.js";
import type { Ground } from "./ground.js";
import type { Rendering } from "./lists.js";
import type { Scope } from "./scope.js";
import { isEveryPort } from "./service.js";
import type { Side } from "./side.js";

export interface RuleContext {
  readonly ground: Ground;
  readonly scope: Scope;
  /** Of all tenants. */
  readonly scopes: readonly Scope[];
  /** What members of their endpoint groups send: one object, so that it is looked into once. */
  readonly groupFlows: () => FlowSet;
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

/** Looks for one kind of finding. */
export type Look = (context: RuleContext, rendering: Rendering) => Finding | undefined;

const notTcp: ServiceSet = subtractServices(everyService, protocolService(protocolNumber.tcp));

export function details(rule: Rule, more: Partial<Details> = {}): Details {
  return { span: rule.origin.span, target: "contiv", rule: rule.id, ...more };
}

export function protocolsOf(rendering: Rendering, portless = false): readonly number[] {
  return [...new Set(rendering.pieces.others.filter(({ ports }) => !portless || isEveryPort(ports)).map((piece) => piece.protocol))];
}

export function servicesOf(protocols: readonly number[]): ServiceSet {
  return protocols.includes(0) ? notTcp : unionAllServices(protocols.map(protocolService));
}

/** The rule's own ends, and the way back between them. */
export function sides({ ground }: RuleContext, rule: Rule): { readonly from: EndSet; readonly to: EndSet } {
  return { from: ground.universe.endsOf(rule.source), to: ground.universe.endsOf(rule.destination) };
}

export function hasRest(side: Side): boolean {
  return side.any || side.world || side.inside.length > 0 || side.outside.length > 0;
}

export function hasMembers(ground: Ground, side: Side): boolean {
  return side.any || side.whole.length > 0 || side.partial.length > 0 || overlaps(side.inside, ground.networkAddresses);
}
