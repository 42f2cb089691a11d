/** Live objects as the files in which the Contiv target would write them. */
import type { Kind } from "../../../compiler/target/contiv/model.js";
import { models } from "../../../compiler/target/contiv/model.js";
import type { Artefact } from "../../../compiler/target/target.js";
import type { LiveObject } from "./objects.js";

const folders: Readonly<Partial<Record<Kind, string>>> = {
  network: "networks",
  netprofile: "netprofiles",
  extContractsGroup: "extContractsGroups",
  policy: "policies",
  endpointGroup: "endpointGroups",
  rule: "rules",
  appProfile: "appProfiles",
  serviceLB: "serviceLBs",
};

function pathOf({ kind, key }: LiveObject): string {
  const [tenant, ...rest] = key.split(":");
  if (kind === "global" || kind === "aciGw") return `${kind}.json`;
  if (kind === "Bgp") return `bgp/${key}.json`;
  return kind === "tenant" ? `tenants/${tenant}/tenant.json` : `tenants/${tenant}/${folders[kind] ?? kind}/${rest.join("/")}.json`;
}

/** Fields in the model's order, whatever the order in which netmaster gave them. */
export function liveArtefact(object: LiveObject): Artefact {
  const fields = models[object.kind].fields.flatMap(({ name }) => (object.body[name] === undefined ? [] : [[name, object.body[name]] as const]));
  return { path: pathOf(object), text: `${JSON.stringify(Object.fromEntries(fields), undefined, 2)}\n` };
}
