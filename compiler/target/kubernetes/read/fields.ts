/** Checked access to fields of an object of unknown shape. What is wrong is reported once, with its path, and read as absent. */
import type { Path } from "./documents.js";

export type Fields = Readonly<Record<string, unknown>>;

/** A value and where it stands: a step below its parent. */
export interface Located {
  readonly value: unknown;
  readonly parent?: Located;
  readonly step?: string | number;
}

export type Report = (at: Located, message: string) => void;

export function rootOf(value: unknown): Located {
  return { value };
}

export function below(parent: Located, step: string | number, value: unknown): Located {
  return { value, parent, step };
}

export function pathOf(at: Located): Path {
  const steps: (string | number)[] = [];
  for (let here = at; here.parent !== undefined; here = here.parent) if (here.step !== undefined) steps.push(here.step);
  return steps.reverse();
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : `${typeof value === "string" ? "the text" : "the value"} ${JSON.stringify(value)}`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The fields of a map; unknown ones are reported, because the API server would drop or refuse what they ask for. */
export function fieldsOf(at: Located, known: readonly string[] | undefined, report: Report): Fields | undefined {
  if (!isFields(at.value)) {
    report(at, `a map is needed, not ${kindOf(at.value)}`);
    return undefined;
  }
  if (known !== undefined) {
    for (const name of Object.keys(at.value))
      if (!known.includes(name)) report(below(at, name, undefined), `there is no field "${name}" here (possible: ${known.join(", ")})`);
  }
  return at.value;
}

/** The items of a list; none when it is absent. */
export function itemsOf(at: Located, report: Report): readonly Located[] {
  if (!isPresent(at.value)) return [];
  if (!Array.isArray(at.value)) {
    report(at, `a list is needed, not ${kindOf(at.value)}`);
    return [];
  }
  return at.value.map((value: unknown, index) => below(at, index, value));
}

export function textOf(at: Located, report: Report): string | undefined {
  if (typeof at.value === "string") return at.value;
  report(at, `a text is needed, not ${kindOf(at.value)}`);
  return undefined;
}

export function wholeNumberOf(at: Located, low: number, high: number, report: Report): number | undefined {
  if (typeof at.value === "number" && Number.isInteger(at.value) && at.value >= low && at.value <= high) return at.value;
  report(at, `a whole number from ${low} to ${high} is needed, not ${kindOf(at.value)}`);
  return undefined;
}

export function fieldOf(at: Located, fields: Fields, name: string): Located {
  return below(at, name, fields[name]);
}

export function oneOfTexts<Choice extends string>(at: Located, choices: readonly Choice[], report: Report): Choice | undefined {
  const found = choices.find((choice) => choice === at.value);
  if (found === undefined) report(at, `one of ${choices.join(", ")} is needed, not ${kindOf(at.value)}`);
  return found;
}
