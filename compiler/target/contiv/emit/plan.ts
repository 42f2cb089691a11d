/**
 * The order in which the objects can be sent (contiv.md §2.5): groups before the rules that name them, rules before they take
 * effect, so each group is posted once bare and again with its policies when all rules are there.
 */
import type { Origin } from "../../../policy/model.js";
import type { Artefact } from "../../target.js";
import { objectUrl } from "../model.js";
import { escaped, jsonText } from "./object.js";
import type { ContivObject } from "./object.js";
import type { TenantObjects } from "./declarations.js";
import type { RuleObjects } from "./rules.js";

interface Step {
  readonly url: string;
  /** File of the body, relative to the plan. */
  readonly object: string;
  /** Fields of the body that this step leaves out. */
  readonly without?: readonly string[];
  readonly origin: Origin;
  readonly why: string;
}

/** The end of a step's line: where its object comes from, the source rule where it comes from one, and why it is there (as JSON has it). */
export function stepEnd({ span, line, column }: Origin, rule: string | undefined, why: string): string {
  return `"source":"${escaped(span.file)}:${line}:${column}",${rule === undefined ? "" : `"rule":${jsonText(rule)},`}"why":"${why}"}`;
}

function post(object: ContivObject): Step {
  return {
    url: objectUrl(object.kind, object.body),
    object: object.path,
    origin: object.origin,
    why: object.why,
  };
}

function postBare(group: ContivObject): Step {
  const step = post(group);
  return group.body.policies === undefined ? step : { ...step, without: ["policies"], why: "the group, so that rules can name it" };
}

function postAgain(group: ContivObject): readonly Step[] {
  return group.body.policies === undefined ? [] : [{ ...post(group), why: "attaches the group's policies, with all their rules" }];
}

export interface Objects {
  readonly fabric: readonly ContivObject[];
  readonly tenants: readonly { readonly objects: TenantObjects; readonly rules: RuleObjects }[];
}

function stepText(step: Step): string {
  const without = step.without === undefined ? "" : `"without":${JSON.stringify(step.without)},`;
  return `    {"method":"POST","url":${jsonText(step.url)},"object":${jsonText(step.object)},${without}${stepEnd(step.origin, undefined, escaped(step.why))}`;
}

/** One step a line, so that a difference of two plans reads as a difference of steps. */
export const stepSeparator = ",\n";

/** The steps as one text, since a text of many parts is a tree of them until it is read; nothing for none. */
function lines(steps: readonly Step[]): readonly string[] {
  return steps.length === 0 ? [] : [steps.map(stepText).join(stepSeparator)];
}

export function planArtefact({ fabric, tenants }: Objects): Artefact {
  const steps = [
    ...lines(fabric.map(post)),
    ...tenants.flatMap(({ objects, rules }) => [
      ...lines([...objects.first, ...rules.policies].map(post)),
      ...lines(objects.groups.map(postBare)),
      ...rules.files.steps,
      ...lines(objects.groups.flatMap(postAgain)),
      ...lines(objects.last.map(post)),
    ]),
  ];
  // The pieces are joined once: what is added to tens of megabytes afterwards has all of them copied.
  const pieces = steps.flatMap((step, at) => (at === 0 ? [step] : [stepSeparator, step]));
  return { path: "plan.json", text: ['{\n  "target": "contiv",\n  "version": 1,\n  "steps": [\n', ...pieces, "\n  ]\n}\n"].join("") };
}
