/** What netmaster remembers, and the links between objects that it keeps by itself (contiv.md §1.4). */
import type { Json } from "./model.js";
import { AgentTable } from "./agents.js";

export interface Endpoint {
  /** `tenant:group`. */
  readonly group: string;
  readonly address: string;
}

export class State {
  readonly objects = new Map<string, Map<string, Json>>();
  readonly endpoints: Endpoint[] = [];
  readonly agents = new AgentTable();

  of(kind: string): Map<string, Json> {
    let found = this.objects.get(kind);
    if (found === undefined) {
      found = new Map();
      this.objects.set(kind, found);
    }
    return found;
  }

  /** Objects of a kind in a tenant. */
  inTenant(kind: string, tenant: string): readonly Json[] {
    return [...this.of(kind).values()].filter((body) => body.tenantName === tenant);
  }
}

export const words = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
export const word = (value: unknown): string => (typeof value === "string" ? value : "");

type Links = Record<string, unknown>;

const set = (type: string, keys: readonly string[]): Links => Object.fromEntries(keys.map((key) => [key, { type, key }]));

function keysOf(state: State, kind: string, where: (body: Json) => boolean): readonly string[] {
  return [...state.of(kind)].filter(([, body]) => where(body)).map(([key]) => key);
}

const named = (name: string, type: string, keys: readonly string[]): Links => (keys.length === 0 ? {} : { [name]: set(type, keys) });

function linkSets(state: State, kind: string, body: Json): Links {
  const tenant = word(body.tenantName);
  const own = (other: Json): boolean => other.tenantName === tenant;
  const keys = (other: string, where: (body: Json) => boolean): readonly string[] => keysOf(state, other, (found) => own(found) && where(found));
  switch (kind) {
    case "tenant":
      return {
        ...named(
          "AppProfiles",
          "appProfile",
          keys("appProfile", () => true),
        ),
        ...named(
          "EndpointGroups",
          "endpointGroup",
          keys("endpointGroup", () => true),
        ),
        ...named(
          "NetProfiles",
          "netprofile",
          keys("netprofile", () => true),
        ),
        ...named(
          "Networks",
          "network",
          keys("network", () => true),
        ),
        ...named(
          "Policies",
          "policy",
          keys("policy", () => true),
        ),
        ...named(
          "Servicelbs",
          "serviceLB",
          keys("serviceLB", () => true),
        ),
      };
    case "network": {
      const here = (other: Json): boolean => other.networkName === body.networkName;
      return {
        ...named("EndpointGroups", "endpointGroup", keys("endpointGroup", here)),
        ...named("Servicelbs", "serviceLB", keys("serviceLB", here)),
      };
    }
    case "endpointGroup":
      return {
        ...named(
          "ExtContractsGrps",
          "extContractsGroup",
          words(body.extContractsGrps).map((name) => `${tenant}:${name}`),
        ),
        ...named(
          "MatchRules",
          "rule",
          keys("rule", (rule) => rule.fromEndpointGroup === body.groupName || rule.toEndpointGroup === body.groupName),
        ),
        ...named(
          "Policies",
          "policy",
          words(body.policies).map((name) => `${tenant}:${name}`),
        ),
      };
    case "policy":
      return {
        ...named(
          "EndpointGroups",
          "endpointGroup",
          keys("endpointGroup", (group) => words(group.policies).includes(word(body.policyName))),
        ),
        ...named(
          "Rules",
          "rule",
          keys("rule", (rule) => rule.policyName === body.policyName),
        ),
      };
    case "rule":
      return set("policy", [`${tenant}:${word(body.policyName)}`]);
    default:
      return {};
  }
}

function links(kind: string, body: Json): Links {
  const tenant = word(body.tenantName);
  if (tenant === "" || kind === "tenant") return {};
  const own = { Tenant: { type: "tenant", key: tenant } };
  if (kind === "endpointGroup" || kind === "serviceLB") return { ...own, Network: { type: "network", key: `${tenant}:${word(body.networkName)}` } };
  return kind === "rule" ? {} : own;
}

/** An object as a GET shows it. */
export function shown(state: State, kind: string, key: string, body: Json): Json {
  return { key, ...body, "link-sets": linkSets(state, kind, body), links: links(kind, body) };
}
