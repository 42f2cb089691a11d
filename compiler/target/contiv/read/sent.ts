/** The objects of a folder, and how far each has got to netmaster while the steps of a plan are followed. */
import type { Kind } from "../model.js";
import type { Document } from "./documents.js";
import { documentAt, folderOf, idAt } from "./series.js";
import type { Objects, RuleSeries } from "./series.js";

/** `partly`: without some of its fields. */
export type State = "unsent" | "partly" | "whole";

/** An object that is no rule, or the rules of a series, and the state of each. */
export interface Sent {
  readonly of: Document | SentRules;
  readonly states: State[];
}

export interface SentRules {
  readonly kind: "rules";
  readonly series: RuleSeries;
  readonly policy: PolicyRules;
  /** Whether everything was there that the rules need, when one of them was sent; nothing goes away again. */
  hasAll: boolean;
  /** Where the file of a path is in the series; made when it is asked for. */
  positions?: ReadonlyMap<string, number>;
}

/** A policy's rules that are still to come. */
export interface PolicyRules {
  missing: number;
}

/** One of some objects. */
export interface Place {
  readonly among: Sent;
  readonly at: number;
}

/** All objects, and ways to find one. */
export interface Outbox {
  readonly all: readonly Sent[];
  /** Objects that are no rules, by path. */
  readonly byPath: ReadonlyMap<string, Sent>;
  /** The same by netmaster's key: nothing refers to rules. */
  readonly byKey: ReadonlyMap<Kind, ReadonlyMap<string, Sent>>;
  readonly rulesByFolder: ReadonlyMap<string, readonly Sent[]>;
  /** By tenant and policy, as keys have them. */
  readonly policies: ReadonlyMap<string, PolicyRules>;
}

export function outboxOf({ documents, series }: Objects): Outbox {
  const byPath = new Map<string, Sent>();
  const byKey = new Map<Kind, Map<string, Sent>>();
  for (const document of documents) {
    const sent: Sent = { of: document, states: ["unsent"] };
    byPath.set(document.path, sent);
    const ofKind = byKey.get(document.kind) ?? new Map<string, Sent>();
    if (ofKind.size === 0) byKey.set(document.kind, ofKind);
    ofKind.set(document.key, sent);
  }
  const policies = new Map<string, PolicyRules>();
  const rulesByFolder = new Map<string, Sent[]>();
  const rules = series.map((each): Sent => {
    const policy = policies.get(each.policy) ?? { missing: 0 };
    if (policy.missing === 0) policies.set(each.policy, policy);
    policy.missing += each.files.length;
    const sent: Sent = { of: { kind: "rules", series: each, policy, hasAll: false }, states: each.files.map(() => "unsent") };
    const folder = folderOf(each.files[0].path);
    const inFolder = rulesByFolder.get(folder);
    if (inFolder === undefined) rulesByFolder.set(folder, [sent]);
    else inFolder.push(sent);
    return sent;
  });
  return { all: [...byPath.values(), ...rules], byPath, byKey, rulesByFolder, policies };
}

/** The object in a file; most often it is the one behind `last`. */
export function placeOf(path: string, { byPath, rulesByFolder }: Outbox, last: Place | undefined): Place | undefined {
  const next = last === undefined ? undefined : behind(last);
  if (next !== undefined && pathOf(next) === path) return next;
  const single = byPath.get(path);
  if (single !== undefined) return { among: single, at: 0 };
  for (const among of rulesByFolder.get(folderOf(path)) ?? []) {
    const at = isRules(among.of) ? positionIn(among.of, path) : undefined;
    if (at !== undefined) return { among, at };
  }
  return undefined;
}

/** The next of the same series. */
export function behind({ among, at }: Place): Place | undefined {
  return at + 1 < among.states.length ? { among, at: at + 1 } : undefined;
}

function positionIn(rules: SentRules, path: string): number | undefined {
  const { files } = rules.series;
  if (files.length === 1) return files[0].path === path ? 0 : undefined;
  rules.positions ??= new Map(files.map((file, at) => [file.path, at]));
  return rules.positions.get(path);
}

export function isRules(of: Sent["of"]): of is SentRules {
  return of.kind === "rules";
}

export function kindOf({ of }: Sent): Kind {
  return isRules(of) ? "rule" : of.kind;
}

export function pathOf({ among: { of }, at }: Place): string {
  return isRules(of) ? of.series.files[at].path : of.path;
}

export function keyOf({ among: { of }, at }: Place): string {
  return isRules(of) ? `${of.series.policy}:${idAt(of.series, at)}` : of.key;
}

export function documentOf({ among: { of }, at }: Place): Document {
  return isRules(of) ? documentAt(of.series, at) : of;
}
