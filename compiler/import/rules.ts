/** Rules as text, those that differ in one part only as one. */
import type { Action } from "../policy/model.js";
import { unionServices } from "../space/service.js";
import type { ServiceSet } from "../space/service.js";
import { servicesText } from "./words.js";

export interface WrittenRule {
  readonly action: Action;
  /** Peers in the language's words. */
  readonly source: string;
  readonly destination: string;
  readonly services: ServiceSet;
  readonly comment?: string;
}

export function ruleText({ action, source, destination, services, comment }: WrittenRule): string {
  const over = servicesText(services);
  return `${action} ${source} -> ${destination}${over === undefined ? "" : ` : ${over}`}${comment === undefined ? "" : ` // ${shortened(comment)}`}`;
}

/** Many objects can say the same; two of them are enough to find the others. */
function shortened(comment: string): string {
  const parts = comment.split("; ");
  return parts.length <= 3 ? comment : `${parts.slice(0, 2).join("; ")}; and ${parts.length - 2} more`;
}

/** The same list in fewer rules. Order counts where actions differ, so only neighbours of one action are joined. */
export function joined(rules: readonly WrittenRule[]): readonly WrittenRule[] {
  const runs: WrittenRule[][] = [];
  for (const rule of rules) {
    const last = runs.at(-1);
    if (last?.[0].action === rule.action) last.push(rule);
    else runs.push([rule]);
  }
  return runs.flatMap(joinedRun);
}

function joinedRun(rules: readonly WrittenRule[]): readonly WrittenRule[] {
  const services = byKey(
    rules,
    ({ source, destination }) => [source, destination].join("\n"),
    (a, b) => ({ services: unionServices(a.services, b.services) }),
  );
  const sources = byKey(
    services,
    ({ source, destination, services: over }) => [destination, over.join(), joinable(source) ? "" : source].join("\n"),
    (a, b) => ({ source: list(a.source, b.source) }),
  );
  return byKey(
    sources,
    ({ source, destination, services: over }) => [source, over.join(), joinable(destination) ? "" : destination].join("\n"),
    (a, b) => ({ destination: list(a.destination, b.destination) }),
  );
}

/** What follows `except` belongs to a whole list, so such lists cannot be joined. */
function joinable(peers: string): boolean {
  return !peers.includes(" except ") && peers !== "any";
}

function list(a: string, b: string): string {
  return [...new Set([...a.split(", "), ...b.split(", ")])].join(", ");
}

function byKey(
  rules: readonly WrittenRule[],
  key: (rule: WrittenRule) => string,
  join: (a: WrittenRule, b: WrittenRule) => Partial<WrittenRule>,
): readonly WrittenRule[] {
  const found = new Map<string, WrittenRule>();
  for (const rule of rules) {
    const known = found.get(key(rule));
    found.set(key(rule), known === undefined ? rule : { ...known, ...join(known, rule), ...comments(known, rule) });
  }
  return [...found.values()];
}

function comments(a: WrittenRule, b: WrittenRule): Pick<WrittenRule, "comment"> {
  const texts = [...new Set([a.comment, b.comment].flatMap((comment) => (comment === undefined ? [] : comment.split("; "))))];
  return texts.length === 0 ? {} : { comment: texts.join("; ") };
}
