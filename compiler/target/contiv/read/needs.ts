/** What must be there when netmaster gets an object, or it refuses it (contiv.md §2.4). */
import type { Body, Kind } from "../model.js";
import { listField, textField } from "./documents.js";

interface Needs {
  /** The object of the whole installation, where there is one: networks and routes need the forwarding mode that it sets. */
  readonly mode?: true;
  /** The tenant. */
  readonly owner?: true;
  /** Fields that name other objects of the tenant, one or a list of them, and their kind. */
  readonly named?: readonly (readonly [field: string, kind: Kind])[];
}

const needs: Readonly<Record<Kind, Needs>> = {
  global: {},
  aciGw: {},
  Bgp: { mode: true },
  tenant: {},
  network: { mode: true, owner: true },
  netprofile: { owner: true },
  extContractsGroup: { owner: true },
  policy: { owner: true },
  endpointGroup: {
    owner: true,
    named: [
      ["networkName", "network"],
      ["netProfile", "netprofile"],
      ["extContractsGrps", "extContractsGroup"],
      ["policies", "policy"],
    ],
  },
  rule: {
    owner: true,
    named: [
      ["policyName", "policy"],
      ["fromEndpointGroup", "endpointGroup"],
      ["toEndpointGroup", "endpointGroup"],
      ["fromNetwork", "network"],
      ["toNetwork", "network"],
    ],
  },
  appProfile: { owner: true, named: [["endpointGroups", "endpointGroup"]] },
  serviceLB: { owner: true, named: [["networkName", "network"]] },
};

/** Another object, by its kind and netmaster's key. */
export interface Needed {
  readonly kind: Kind;
  readonly key: string;
}

/** The objects that a body needs. `hasGlobal`: whether there is an object of the whole installation. */
export function neededBy(kind: Kind, body: Body, hasGlobal: boolean): readonly Needed[] {
  const { mode, owner, named = [] } = needs[kind];
  const tenant = textField(body, "tenantName");
  const found: Needed[] = [];
  if (mode && hasGlobal) found.push({ kind: "global", key: "global" });
  if (owner) found.push({ kind: "tenant", key: tenant });
  for (const [field, other] of named) {
    const one = textField(body, field);
    if (one !== "") found.push({ kind: other, key: `${tenant}:${one}` });
    for (const each of listField(body, field)) found.push({ kind: other, key: `${tenant}:${each}` });
  }
  return found;
}
