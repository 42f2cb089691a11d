/** Contiv as a plane: netmaster's objects against the project's. */
import { basename } from "node:path";
import type { Artefact } from "../../compiler/target/target.js";
import { readLive } from "../../runtime/api/contiv/live.js";
import { sendRequests } from "../../runtime/api/contiv/send.js";
import { desiredObjects, nameOf } from "../../runtime/plan/contiv/objects.js";
import type { DesiredObject } from "../../runtime/plan/contiv/objects.js";
import { ownerName, recordKeys } from "../../runtime/plan/contiv/ownership.js";
import { groupsInQuestion, planContiv } from "../../runtime/plan/contiv/plan.js";
import { Refusal } from "../exit.js";
import { flag, text } from "../options.js";
import type { Options } from "../options.js";
import type { LoadedProject } from "../project.js";
import type { Terminal } from "../terminal.js";
import { connectNetmaster } from "./netmaster.js";
import type { PlanePlan } from "./plane.js";

/** The name that stands for the project. @throws Refusal for one that would not be written as it is. */
export function ownerOf(options: Options, loaded: LoadedProject): string {
  const given = text(options, "owner");
  if (given === undefined) return ownerName(basename(loaded.inputs.root));
  if (ownerName(given) === given) return given;
  throw new Refusal(`--owner ${given}: letters, digits and inner hyphens are needed, at most 40`, `--owner ${ownerName(given)} would do`);
}

/** A place in a file as the user would name the file. */
export function shownPlace(loaded: LoadedProject, source: string): string {
  const at = source.search(/:\d+(:\d+)?$/);
  return at < 0 ? source : `${loaded.inputs.shown(source.slice(0, at))}${source.slice(at)}`;
}

/** @throws Refusal, ApiFailure */
export async function contivPlan(artefacts: readonly Artefact[], loaded: LoadedProject, options: Options, terminal: Terminal): Promise<PlanePlan> {
  const client = await connectNetmaster(options, terminal);
  const owner = ownerOf(options, loaded);
  const [prune, replace, adopt] = ["prune", "replace", "adopt"].map((name) => flag(options, name));
  const asked = desiredObjects(artefacts);
  const desired = asked.map((object) => (object.source === undefined ? object : { ...object, source: shownPlace(loaded, object.source) }));
  const live = await readLive(client, { kinds: new Set(desired.map(({ kind }) => kind)), recordKeys: (tenant) => recordKeys(tenant, owner) });
  const questions = groupsInQuestion(desired, live, { prune, replace });
  const endpoints = new Map(await Promise.all(questions.map(async (group) => [group, await client.endpointsIn(group)] as const)));
  const made = planContiv({ desired, live, owner, prune, replace, adopt, endpoints });
  const place = ({ source }: DesiredObject) => (source === undefined ? {} : { source });
  return {
    plane: `contiv at ${client.url}`,
    changes: made.changes.map(({ action, object, fields, window }) => ({
      action,
      object: nameOf(object),
      ...place(object),
      ...(object.rule === undefined ? {} : { rule: object.rule }),
      fields,
      ...(window === undefined ? {} : { window }),
    })),
    hindrances: made.hindrances.map(({ object, message, help }) => ({ object: nameOf(object), ...place(object), message, help })),
    left: made.left.map(nameOf),
    requests: made.requests.length,
    send: (sent) => sendRequests(client, made.requests, live, sent),
  };
}
