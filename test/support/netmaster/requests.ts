/** What requests do to netmaster's objects, and through them to the agents' tables (contiv.md §2.2). */
import { callbacks } from "./callbacks.js";
import { flowsOf } from "./agents.js";
import type { Flow } from "./agents.js";
import { invalid, stored } from "./model.js";
import type { Json, ObjectModel } from "./model.js";
import { shown, word, words } from "./state.js";
import type { State } from "./state.js";

export type Answer = { readonly body: unknown } | { readonly refused: string };

const camel = (kind: string): string => kind.charAt(0).toLowerCase() + kind.slice(1);

function remoteAddress(state: State): (rule: Json) => string {
  return (rule) => {
    const side = rule.direction === "in" ? "from" : "to";
    const network = state.of("network").get(`${word(rule.tenantName)}:${word(rule[`${side}Network`])}`);
    return network === undefined ? word(rule[`${side}IpAddress`]) : word(network.subnet);
  };
}

/** Instantiating a rule rewrites its network into addresses, on the stored object (contiv.md §3.3). */
function instantiate(state: State, group: string, rule: Json, key: string): readonly Flow[] {
  for (const side of ["from", "to"]) {
    const network = state.of("network").get(`${word(rule.tenantName)}:${word(rule[`${side}Network`])}`);
    if (network !== undefined) state.of("rule").set(key, { ...rule, [`${side}IpAddress`]: network.subnet });
  }
  return flowsOf(group, rule, remoteAddress(state));
}

function rulesOf(state: State, tenant: string, policy: string): readonly (readonly [string, Json])[] {
  return [...state.of("rule")].filter(([, rule]) => rule.tenantName === tenant && rule.policyName === policy);
}

function attach(state: State, group: Json, policies: readonly string[]): void {
  const tenant = word(group.tenantName);
  for (const policy of policies)
    for (const [key, rule] of rulesOf(state, tenant, policy)) state.agents.install(instantiate(state, word(group.groupName), rule, key));
}

function detach(state: State, group: Json, policies: readonly string[]): void {
  const tenant = word(group.tenantName);
  for (const policy of policies)
    for (const [, rule] of rulesOf(state, tenant, policy)) state.agents.remove(flowsOf(word(group.groupName), rule, remoteAddress(state)));
}

function groupsWith(state: State, rule: Json): readonly Json[] {
  return state.inTenant("endpointGroup", word(rule.tenantName)).filter((group) => words(group.policies).includes(word(rule.policyName)));
}

/** The agents' part of a write that netmaster has taken. */
function push(state: State, kind: string, key: string, before: Json | undefined, after: Json | undefined): void {
  if (kind === "rule") {
    for (const group of groupsWith(state, after ?? before ?? {})) {
      if (after !== undefined) state.agents.install(instantiate(state, word(group.groupName), after, key));
      else if (before !== undefined) state.agents.remove(flowsOf(word(group.groupName), before, remoteAddress(state)));
    }
  }
  if (kind === "endpointGroup") {
    const [old, now] = [words(before?.policies), words(after?.policies)];
    const group = after ?? before ?? {};
    attach(
      state,
      group,
      now.filter((name) => !old.includes(name)),
    );
    detach(
      state,
      group,
      old.filter((name) => !now.includes(name)),
    );
  }
  if (kind === "policy" && after === undefined && before !== undefined)
    for (const [rule] of rulesOf(state, word(before.tenantName), word(before.policyName))) state.of("rule").delete(rule);
}

export function read(state: State, model: ObjectModel, key: string): Answer {
  const body = state.of(model.kind).get(key);
  return body === undefined ? { refused: `${camel(model.kind)} not found` } : { body: shown(state, model.kind, key, body) };
}

export function list(state: State, model: ObjectModel): Answer {
  // In random order at netmaster; from last to first here, so that nobody can rely on the order of creation.
  return { body: [...state.of(model.kind)].reverse().map(([key, body]) => shown(state, model.kind, key, body)) };
}

export function inspect(state: State, model: ObjectModel, key: string): Answer {
  const body = state.of(model.kind).get(key);
  if (body === undefined) return { refused: `${camel(model.kind)} not found` };
  const config = shown(state, model.kind, key, body);
  if (["appProfile", "rule", "netprofile", "extContractsGroup", "volume", "volumeProfile"].includes(model.kind)) return { body: { Config: config } };
  const endpoints = state.endpoints.filter(({ group }) => group === key);
  const counts: Json = model.kind === "endpointGroup" && endpoints.length > 0 ? { numEndpoints: endpoints.length } : {};
  return { body: { Config: config, Oper: counts } };
}

/** POST and PUT: create or update. The answer to an update echoes what was posted. */
export function upsert(state: State, model: ObjectModel, key: string, posted: Json): Answer {
  const body = stored(model, posted);
  const wrong = invalid(model, key, body);
  if (wrong !== undefined) return { refused: wrong };
  const before = state.of(model.kind).get(key);
  const { create, update } = callbacks[model.kind] ?? {};
  const refused = before === undefined ? create?.(state, body, key) : update?.(state, before, body, key);
  if (refused !== undefined) return { refused };
  // What an update of a group leaves alone: only lists and the profile are taken from the new body.
  const kept = before !== undefined && model.kind === "endpointGroup" ? { cfgdTag: before.cfgdTag } : {};
  const now = Object.fromEntries(Object.entries({ ...body, ...kept }).filter(([, value]) => value !== undefined));
  state.of(model.kind).set(key, now);
  push(state, model.kind, key, before, now);
  return { body: { key, ...body } };
}

export function remove(state: State, model: ObjectModel, key: string): Answer {
  const before = state.of(model.kind).get(key);
  if (before === undefined) return { refused: `${camel(model.kind)} not found` };
  const refused = callbacks[model.kind]?.remove?.(state, before, key);
  if (refused !== undefined) return { refused };
  push(state, model.kind, key, before, undefined);
  state.of(model.kind).delete(key);
  return { body: key };
}

/** The flows that the agents should have by the objects, as `AgentTable.lines` tells those that they have. */
export function flowsByObjects(state: State): readonly string[] {
  const flows = [...state.of("endpointGroup").values()].flatMap((group) =>
    words(group.policies).flatMap((policy) =>
      rulesOf(state, word(group.tenantName), policy).flatMap(([, rule]) => flowsOf(word(group.groupName), rule, remoteAddress(state))),
    ),
  );
  return [...new Set(flows.map(({ match, action }) => `${match} ${action}`))].sort();
}
