/** A plan in words: like a patch for people, as JSON for programs. */
import { createColors } from "picocolors";
import type { PlaneChange, PlaneField, PlanePlan } from "./plane.js";

const signs = { create: "+", change: "~", replace: "±", delete: "-" } as const;
const verbs = { create: "create", change: "change", replace: "replace", delete: "delete" } as const;

function valueText(value: unknown): string {
  if (value === undefined) return "not set";
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.length === 0 ? "none" : value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Lists by what comes and goes, so that one name in twenty is found. */
function fieldText({ field, live, desired }: PlaneField): string {
  if (Array.isArray(live) && Array.isArray(desired) && [...live, ...desired].every((item) => typeof item === "string")) {
    const [gone, come] = [live.filter((item) => !desired.includes(item)), desired.filter((item) => !live.includes(item))];
    return `${field}: ${[...gone.map((item) => `-${String(item)}`), ...come.map((item) => `+${String(item)}`)].join(" ")}`;
  }
  return `${field}: ${valueText(live)} -> ${valueText(desired)}`;
}

export function planText({ plane, changes, hindrances, left, requests, onTheWay = 0, window }: PlanePlan, colour: boolean): string {
  const colours = createColors(colour);
  const tone = { create: colours.green, change: colours.yellow, replace: colours.magenta, delete: colours.red };
  const width = Math.min(72, Math.max(0, ...changes.map(({ object }) => object.length)));
  const entry = ({ action, object, source, rule, fields, window }: PlaneChange): string => {
    const place = source === undefined ? "" : `  ${" ".repeat(Math.max(0, width - object.length))}${colours.dim(source)}`;
    const details = [
      ...(rule === undefined ? [] : [colours.dim(rule)]),
      ...fields.map(fieldText),
      ...(window === undefined ? [] : [colours.yellow(`window: ${window}`)]),
    ];
    return `  ${tone[action](`${signs[action]} ${object}`)}${place}\n${details.map((line) => `      ${line}\n`).join("")}`;
  };
  const nothing = changes.length === 0 && hindrances.length === 0;
  const counts = (["create", "change", "replace", "delete"] as const).flatMap((action) => {
    const count = changes.filter((change) => change.action === action).length;
    return count === 0 ? [] : [`${count} to ${verbs[action]}`];
  });
  const amount =
    requests === 0
      ? ""
      : `, in ${requests} ${requests === 1 ? "request" : "requests"}${onTheWay === 0 ? "" : `, ${onTheWay} of them about objects that are there on the way only`}`;
  const upkeep =
    requests === 0
      ? ""
      : `${colours.bold(plane)} has what the source asks for; ${requests === 1 ? "one request" : `${requests} requests`} to record whose it is\n`;
  return [
    nothing ? (requests > 0 ? upkeep : `${colours.bold(plane)} has what the source asks for\n`) : `${colours.bold(plane)}\n\n`,
    ...changes.map(entry),
    ...left.map((object) => `  ${colours.dim(`. ${object}`)}  not in the source any more; --prune deletes it\n`),
    ...hindrances.map(
      ({ object, source, message, help }) =>
        `  ${colours.red(`! ${object}`)}${source === undefined ? "" : `  ${colours.dim(source)}`}\n      ${message}\n      help: ${help}\n`,
    ),
    window === undefined ? "" : `  ${colours.yellow(`window: ${window}`)}\n`,
    nothing ? "" : `\n${counts.length === 0 ? "nothing else to do" : counts.join(", ")}${amount}\n`,
  ].join("");
}

/** `applied`: how many requests have been sent; absent where none were to be. */
export function planJson(command: string, { plane, changes, hindrances, left, requests, onTheWay, window }: PlanePlan, applied?: number): string {
  const more = {
    ...(onTheWay === undefined ? {} : { onTheWay }),
    ...(window === undefined ? {} : { window }),
    ...(applied === undefined ? {} : { applied }),
  };
  const document = { version: 1, command, plane, changes, hindrances, left, requests, ...more };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
