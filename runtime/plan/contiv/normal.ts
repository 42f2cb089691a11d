/**
 * When two bodies mean the same to netmaster: its defaults are filled in, its own rewriting is undone, and what it ignores is left out
 * (contiv.md §1.1, §1.3, §3.3).
 */
import { canonicalPrefix, formatPrefix, parsePrefix } from "../../../compiler/space/address.js";
import type { Body, Kind } from "../../../compiler/target/contiv/model.js";
import { models } from "../../../compiler/target/contiv/model.js";
import { list, number, sibling, text } from "./objects.js";
import type { LiveObject } from "./objects.js";

type Value = Body[string];

export interface FieldDifference {
  readonly field: string;
  /** Absent: not set. */
  readonly live?: Value;
  readonly desired?: Value;
}

/** The subnet of a network by its key, as it was posted. */
export type SubnetOf = (network: string) => string | undefined;

export function subnetFinder(objects: Iterable<LiveObject>): SubnetOf {
  const subnets = new Map<string, string>();
  for (const { kind, key, body } of objects) if (kind === "network") subnets.set(key, text(body, "subnet"));
  return (network) => subnets.get(network);
}

/** Host bits below the mask mean nothing to a switch. */
function address(value: string): string {
  const prefix = value.includes("-") ? undefined : parsePrefix(value);
  return prefix === undefined ? value : formatPrefix(canonicalPrefix(prefix));
}

function isEmpty(value: Value | undefined): boolean {
  return value === undefined || value === "" || value === 0 || (Array.isArray(value) && value.length === 0);
}

function ruleForm(body: Body, subnetOf: SubnetOf): Body {
  const ported = ["tcp", "udp", "6", "17"].includes(text(body, "protocol"));
  const form: Record<string, Value> = { ...body, priority: Math.max(1, number(body, "priority")), ...(ported ? {} : { port: 0 }) };
  for (const side of ["from", "to"]) {
    // Whether netmaster has put the network's subnet beside it already depends on the rule's policy having met a group.
    const network = text(body, `${side}Network`);
    const subnet = network === "" ? undefined : subnetOf(sibling(body, network));
    if (subnet !== undefined) form[`${side}Network`] = "";
    const ip = subnet ?? form[`${side}IpAddress`];
    if (typeof ip === "string") form[`${side}IpAddress`] = address(ip);
  }
  return form;
}

/** Fields that are nobody's to compare: no source says them, and netmaster does nothing with them or cannot change them. */
const ignored: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  tenant: ["defaultNetwork"],
  network: ["cfgdTag"],
  endpointGroup: ["cfgdTag"],
};

/** Lists whose order means nothing. */
const unordered: ReadonlySet<string> = new Set(["policies", "extContractsGrps", "endpointGroups", "contracts", "selectors", "ports"]);

/** The form in which equal meaning is equal text. */
function normalForm(kind: Kind, body: Body, subnetOf: SubnetOf): Body {
  const told = kind === "rule" ? ruleForm(body, subnetOf) : body;
  const left = ignored[kind] ?? [];
  const form: Record<string, Value> = {};
  for (const { name } of models[kind].fields) {
    const value = name === "nwType" && isEmpty(told[name]) ? "data" : told[name];
    if (value === undefined || isEmpty(value) || left.includes(name)) continue;
    if (Array.isArray(value)) form[name] = unordered.has(name) ? [...new Set(list(told, name))].sort() : list(told, name);
    else form[name] = name === "subnet" && typeof value === "string" ? address(value) : value;
  }
  return form;
}

const same = (a: Value | undefined, b: Value | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Fields in which netmaster's object is not what is asked for, in the model's order; none when they mean the same. */
export function fieldDifferences(kind: Kind, live: Body, desired: Body, subnetOf: SubnetOf): readonly FieldDifference[] {
  const [there, wanted] = [normalForm(kind, live, subnetOf), normalForm(kind, desired, subnetOf)];
  return models[kind].fields.flatMap(({ name: field }): readonly FieldDifference[] => {
    const [was, is] = [there[field], wanted[field]];
    // A load balancer without an address takes whichever the network gives it.
    if (same(was, is) || (kind === "serviceLB" && field === "ipAddress" && is === undefined)) return [];
    return [{ field, ...(was === undefined ? {} : { live: was }), ...(is === undefined ? {} : { desired: is }) }];
  });
}
