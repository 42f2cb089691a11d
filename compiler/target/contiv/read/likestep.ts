/** Steps of a plan that send the rules of a series one after the other: their lines are one line around other ids, and are not parsed. */
import { urlOfKey } from "../model.js";
import { mouldOf, secondIn } from "./mould.js";
import type { Mould } from "./mould.js";
import { behind, isRules, keyOf, pathOf } from "./sent.js";
import type { Place } from "./sent.js";
import { folderOf, idAt } from "./series.js";

/** The last step, and what stands around the rule's id in its line: the id is in the URL and in the file's path. */
export interface LikeStep {
  readonly place: Place;
  readonly mould: Mould;
}

/** `step` is the line of a step with which nothing is wrong. Nothing where no other line can be like it, or where it leaves fields out: these are a list. */
export function likeStep(step: string, place: Place): LikeStep | undefined {
  if (behind(place) === undefined || !isRules(place.among.of)) return undefined;
  const around = mouldOf(step, "url", "object");
  const path = pathOf(place);
  const folder = folderOf(path);
  const id = idAt(place.among.of.series, place.at);
  if (around === undefined || path !== `${folder}${id}.json`) return undefined;
  const [before, between, after] = around;
  const url = urlOfKey("rule", keyOf(place));
  const start = url.lastIndexOf(id);
  return { place, mould: [`${before}${url.slice(0, start)}`, `${url.slice(start + id.length)}${between}${folder}`, `.json${after}`] };
}

/** The last step when a line has sent the rule behind it, for the first time; nothing where it takes a closer look. */
export function sentLikeIt({ place, mould }: LikeStep, text: string, start: number, end: number): LikeStep | undefined {
  const next = behind(place);
  if (next === undefined || !isRules(next.among.of)) return undefined;
  const { among, at } = next;
  const { series, policy } = next.among.of;
  const id = idAt(series, at);
  if (among.states[at] !== "unsent" || secondIn(mould, text, start, end, id) !== id) return undefined;
  among.states[at] = "whole";
  policy.missing--;
  return { place: next, mould };
}
