/** Compiles small projects and applies them to the stand-in for netmaster. */
import type { Universe } from "../../../compiler/policy/universe.js";
import type { Artefact } from "../../../compiler/target/target.js";
import { contiv, defaultContivOptions } from "../../../compiler/target/contiv/contiv.js";
import { contivClient } from "../../../runtime/api/contiv/client.js";
import type { LiveObject } from "../../../runtime/api/contiv/client.js";
import { readLive } from "../../../runtime/api/contiv/live.js";
import { sendRequests } from "../../../runtime/api/contiv/send.js";
import { desiredObjects } from "../../../runtime/plan/contiv/objects.js";
import { recordKeys } from "../../../runtime/plan/contiv/ownership.js";
import { groupsInQuestion, planContiv } from "../../../runtime/plan/contiv/plan.js";
import type { ContivPlan, PlanInput } from "../../../runtime/plan/contiv/plan.js";
import { checkTexts } from "../../support/diagnose.js";
import type { Netmaster } from "../../support/netmaster/server.js";

export interface Compiled {
  readonly universe: Universe;
  readonly artefacts: readonly Artefact[];
}

export function compiled(text: string): Compiled {
  const { universe, diagnostics } = checkTexts({ "main.ctv": text });
  if (universe === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return { universe, artefacts: contiv.emit(universe, defaultContivOptions).artefacts };
}

export type More = Partial<Pick<PlanInput, "prune" | "replace" | "adopt" | "owner">>;

/** The plan, and what it was made for. */
async function planned(
  netmaster: Pick<Netmaster, "url">,
  { artefacts }: Compiled,
  more: More,
): Promise<{ readonly made: ContivPlan; readonly live: readonly LiveObject[] }> {
  const client = contivClient({ url: new URL(netmaster.url), pauses: [] });
  const owner = more.owner ?? "test";
  const options = { prune: more.prune ?? false, replace: more.replace ?? false, adopt: more.adopt ?? false };
  const desired = desiredObjects(artefacts);
  const live = await readLive(client, { kinds: new Set(desired.map(({ kind }) => kind)), recordKeys: (tenant) => recordKeys(tenant, owner) });
  const endpoints = new Map<string, number>();
  for (const group of groupsInQuestion(desired, live, options)) endpoints.set(group, await client.endpointsIn(group));
  return { made: planContiv({ desired, live, owner, endpoints, ...options }), live };
}

export async function plan(netmaster: Pick<Netmaster, "url">, project: Compiled, more: More = {}): Promise<ContivPlan> {
  return (await planned(netmaster, project, more)).made;
}

/** Plans and sends, with `meddle` in between; gives the plan. */
export async function apply(
  netmaster: Pick<Netmaster, "url">,
  project: Compiled,
  more: More = {},
  meddle: () => Promise<void> = () => Promise.resolve(),
): Promise<ContivPlan> {
  const { made, live } = await planned(netmaster, project, more);
  await meddle();
  if (made.hindrances.length > 0)
    throw new Error(made.hindrances.map(({ object, message }) => `${object.kind} ${object.key}: ${message}`).join("\n"));
  await sendRequests(contivClient({ url: new URL(netmaster.url), pauses: [] }), made.requests, live);
  return made;
}

/** The plan's changes, one a line. */
export function summary({ changes }: ContivPlan): readonly string[] {
  const fields = (change: ContivPlan["changes"][number]): string =>
    change.fields.map(({ field, live, desired }) => ` ${field}: ${JSON.stringify(live)} -> ${JSON.stringify(desired)}`).join("");
  return changes.map((change) => `${change.action} ${change.object.kind} ${change.object.key}${fields(change)}`);
}
