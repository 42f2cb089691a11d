/**
 * The order in which the objects can be sent (contiv.md §2.5): groups before the rules that name them, rules before they take
 * effect, so each group is posted once bare and again with its policies when all rules are there.
 */
import type { Origin } from "../../../policy/model.js";
import type { Artefact } from "../../target.js";
import { objectUrl } from "../model.js";
import { jsonText } from "./object.js";
import type { ContivObject } from "./object.js";
import type { TenantObjects } from "./declarations.js";
import type { RuleObjects } from "./rules.js";

export interface Step {
  readonly method: "POST";
  readonly url: string;
  /** File of the body, relative to the plan. */
  readonly object: string;
  /** Fields of the body that this step leaves out. */
  readonly without?: readonly string[];
  /** `file:line:column` of what the object comes from. */
  readonly source: string;
  /** The source rule, where the object comes from one. */
  readonly rule?: string;
  readonly why: string;
}

const sourceText = (origin: Origin): string => `${origin.span.file}:${origin.line}:${origin.column}`;

function post(object: ContivObject): Step {
  return {
    method: "POST",
    url: objectUrl(object.kind, object.body),
    object: object.path,
    source: sourceText(object.origin),
    ...(object.rule === undefined ? {} : { rule: object.rule }),
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

export function stepsOf({ fabric, tenants }: Objects): readonly Step[] {
  return [
    ...fabric.map(post),
    ...tenants.flatMap(({ objects, rules }) => [
      ...objects.first.map(post),
      ...rules.policies.map(post),
      ...objects.groups.map(postBare),
      ...rules.rules.map(post),
      ...objects.groups.flatMap(postAgain),
      ...objects.last.map(post),
    ]),
  ];
}

function stepText(step: Step): string {
  const without = step.without === undefined ? "" : `"without":${JSON.stringify(step.without)},`;
  const rule = step.rule === undefined ? "" : `"rule":${jsonText(step.rule)},`;
  return `    {"method":"${step.method}","url":${jsonText(step.url)},"object":${jsonText(step.object)},${without}"source":${jsonText(step.source)},${rule}"why":${jsonText(step.why)}}`;
}

/** One step a line, so that a difference of two plans reads as a difference of steps. */
export function planArtefact(steps: readonly Step[]): Artefact {
  return { path: "plan.json", text: `{\n  "target": "contiv",\n  "version": 1,\n  "steps": [\n${steps.map(stepText).join(",\n")}\n  ]\n}\n` };
}
