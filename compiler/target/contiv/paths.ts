/** Where the objects lie in a folder of Contiv's: a file an object, by its kind and key. What is written and what is read share it. */
import type { Kind } from "./model.js";

const folders = [
  ["network", "networks"],
  ["netprofile", "netprofiles"],
  ["extContractsGroup", "extContractsGroups"],
  ["policy", "policies"],
  ["endpointGroup", "endpointGroups"],
  ["rule", "rules"],
  ["appProfile", "appProfiles"],
  ["serviceLB", "serviceLBs"],
] as const satisfies readonly (readonly [Kind, string])[];

const TENANTS = "tenants/";

const folderOf: ReadonlyMap<Kind, string> = new Map(folders);
const kindOf: ReadonlyMap<string, Kind> = new Map(folders.map(([kind, folder]) => [folder, kind]));

/** The file of an object. `key` is netmaster's, such as `shop:main:1`. */
export function objectPath(kind: Kind, key: string): string {
  if (kind === "global" || kind === "aciGw") return `${kind}.json`;
  if (kind === "Bgp") return `bgp/${key}.json`;
  if (kind === "tenant") return `tenants/${key}/tenant.json`;
  const [tenant, ...rest] = key.split(":");
  return `tenants/${tenant}/${folderOf.get(kind) ?? kind}/${rest.join("/")}.json`;
}

/** The file of a rule, by the parts of its key. */
export function rulePath(tenant: string, policy: string, id: string): string {
  return `${TENANTS}${tenant}/rules/${policy}/${id}.json`;
}

/** The kind of a file's object by where it lies; nothing for files that hold none (the plan, labels). */
export function kindOfPath(path: string): Kind | undefined {
  if (path === "global.json") return "global";
  if (path === "aciGw.json") return "aciGw";
  if (path.startsWith("bgp/")) return "Bgp";
  if (!path.startsWith(TENANTS)) return undefined;
  const start = path.indexOf("/", TENANTS.length) + 1;
  if (start === 0) return undefined;
  const end = path.indexOf("/", start);
  const folder = path.slice(start, end < 0 ? path.length : end);
  return folder === "tenant.json" ? "tenant" : kindOf.get(folder);
}
