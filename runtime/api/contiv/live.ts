/** What netmaster has, as far as a project is concerned. */
import type { Kind } from "../../../compiler/target/contiv/model.js";
import { ApiFailure } from "../failure.js";
import type { ContivClient, LiveObject } from "./client.js";

export interface Interest {
  /** Kinds that the source asks for. */
  readonly kinds: ReadonlySet<Kind>;
  /** Keys at which a tenant's records of ownership may lie. */
  readonly recordKeys: (tenant: string) => readonly string[];
}

const inTenants: readonly Kind[] = ["tenant", "network", "netprofile", "policy", "endpointGroup", "rule", "appProfile", "serviceLB"];
const ofInstallation: readonly Kind[] = ["global", "aciGw", "Bgp"];

/** Empty where the user may not ask: an `ops` user of the auth proxy sees nothing of the installation. */
async function listIfAllowed(client: ContivClient, kind: Kind): Promise<readonly LiveObject[]> {
  try {
    return await client.list(kind);
  } catch (error) {
    if (error instanceof ApiFailure && error.kind === "forbidden") return [];
    throw error;
  }
}

/** Everything that netmaster has of the kinds that projects have. @throws ApiFailure */
export async function readLive(client: ContivClient, { kinds, recordKeys }: Interest): Promise<readonly LiveObject[]> {
  const lists = await Promise.all(inTenants.map((kind) => client.list(kind)));
  const installation = await Promise.all(ofInstallation.map((kind) => (kinds.has(kind) ? client.list(kind) : listIfAllowed(client, kind))));
  const contracts = await client.list("extContractsGroup");
  const tenants = lists[0].map(({ key }) => key);
  // The auth proxy gives `ops` users an empty list of these whatever is there, but shows them one by one (contiv.md §2.6).
  const records = contracts.length > 0 ? [] : await Promise.all(tenants.flatMap(recordKeys).map((key) => client.get("extContractsGroup", key)));
  return [...installation.flat(), ...lists.flat(), ...contracts, ...records.flatMap((record) => record ?? [])];
}
