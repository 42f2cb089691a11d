/**
 * Symbols: what names stand for.
 *
 * Names live in spaces by where they can stand, so a group and a service may share one (`allow web -> redis : redis`): peers
 * and params in one space, and services, policies, profiles and so on in one each.
 */
import type { Span } from "../../grammar/span.js";
import type * as syntax from "../../grammar/syntax.js";

export type SymbolKind =
  | "tenant"
  | "network"
  | "group"
  | "external"
  | "set"
  | "param"
  | "service"
  | "policy"
  | "qos"
  | "app"
  | "contracts"
  | "loadbalancer"
  | "bgp"
  | "test";

export type NameSpace = "tenant" | "peer" | "service" | "policy" | "qos" | "app" | "contracts" | "loadbalancer" | "bgp" | "test";

const spaceOfKind: Readonly<Record<SymbolKind, NameSpace>> = {
  tenant: "tenant",
  network: "peer",
  group: "peer",
  external: "peer",
  set: "peer",
  param: "peer",
  service: "service",
  policy: "policy",
  qos: "qos",
  app: "app",
  contracts: "contracts",
  loadbalancer: "loadbalancer",
  bgp: "bgp",
  test: "test",
};

export function nameSpaceOf(kind: SymbolKind): NameSpace {
  return spaceOfKind[kind];
}

/** The statements that declare a name. */
export type DeclarationNode =
  | syntax.Tenant
  | syntax.Block
  | syntax.External
  | syntax.SetDeclaration
  | syntax.Param
  | syntax.Service
  | syntax.Policy
  | syntax.App
  | syntax.Contracts
  | syntax.Test;

export interface Declaration {
  readonly node: DeclarationNode;
  /** Of the name alone, quotes included. */
  readonly nameSpan: Span;
}

export interface PolicySymbol {
  readonly kind: SymbolKind;
  readonly name: string;
  /** The tenant that declares it; absent for the top level, for tenants and for builtin services. */
  readonly tenant?: string;
  /** Empty for a builtin service; a tenant has one for every time it is opened. */
  readonly declarations: readonly Declaration[];
  /** The doc comment, or a builtin's description. */
  readonly doc?: string;
  /** Stands where it may not: uses give no further message. */
  readonly misplaced: boolean;
}

/** The word for a symbol in messages, such as `a group`. */
export function describeKind(kind: SymbolKind): string {
  switch (kind) {
    case "qos":
      return "a qos profile";
    case "app":
      return "an app";
    case "contracts":
      return "a contracts declaration";
    case "loadbalancer":
      return "a load balancer";
    case "bgp":
      return "a bgp host";
    case "external":
      return "an external";
    default:
      return `a ${kind}`;
  }
}

/** The names of one file's top level, or of one tenant: by space, then by name. */
export type Scope = ReadonlyMap<NameSpace, ReadonlyMap<string, PolicySymbol>>;
export type MutableScope = Map<NameSpace, Map<string, PolicySymbol>>;

export function findIn(scope: Scope | undefined, space: NameSpace, name: string): PolicySymbol | undefined {
  return scope?.get(space)?.get(name);
}

/** Every symbol of a scope, in order of declaration by space. */
export function symbolsOf(scope: Scope): readonly PolicySymbol[] {
  return [...scope.values()].flatMap((names) => [...names.values()]);
}
