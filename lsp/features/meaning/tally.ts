/** How many objects, or flows, a target writes for each policy, told by what the files say of where they come from. */
import type { Policy, Rule } from "../../../compiler/policy/model.js";
import type { Artefact } from "../../../compiler/target/target.js";

/** By policy: `tenant/policy`. What belongs to no policy, such as the defaults of tenants, is not counted. */
export function tally(target: "kubernetes" | "contiv" | "openflow", artefacts: readonly Artefact[], policy: Policy): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  const add = (owners: Iterable<string>): void => {
    for (const owner of owners) count.set(owner, (count.get(owner) ?? 0) + 1);
  };
  const origins = originsOf(policy);
  switch (target) {
    case "kubernetes":
      for (const { text } of artefacts) for (const line of sourcesOf(text)) add(ownersOf(origins.byLine, line));
      break;
    case "contiv":
      for (const source of planSources(artefacts)) add(ownersOf(origins.byPlace, [source]));
      break;
    case "openflow": {
      const ruleByCookie = cookiesOf(artefacts);
      for (const { path, text } of artefacts) {
        if (path !== "policy.flows") continue;
        for (const [, cookie] of text.matchAll(/\bcookie=(0x[0-9a-f]+)/g)) {
          const rule = ruleByCookie.get(cookie);
          if (rule !== undefined) add(ownersOf(origins.byRule, [rule]));
        }
      }
      break;
    }
  }
  return count;
}

interface Origins {
  /** `file:line` of a rule, `file:line:column` of a rule or of a policy's name, the id of a rule: each with the policies there. */
  readonly byLine: ReadonlyMap<string, ReadonlySet<string>>;
  readonly byPlace: ReadonlyMap<string, ReadonlySet<string>>;
  readonly byRule: ReadonlyMap<string, ReadonlySet<string>>;
}

function originsOf({ tenants }: Policy): Origins {
  const byLine = new Map<string, Set<string>>();
  const byPlace = new Map<string, Set<string>>();
  const byRule = new Map<string, Set<string>>();
  const put = (map: Map<string, Set<string>>, key: string, owner: string): void => {
    map.set(key, (map.get(key) ?? new Set()).add(owner));
  };
  const lineOf = ({ origin }: Pick<Rule, "origin">): string => `${origin.span.file}:${origin.line}`;
  for (const tenant of tenants) {
    for (const policy of tenant.policies) {
      const owner = `${tenant.name}/${policy.name}`;
      put(byPlace, `${lineOf(policy)}:${policy.origin.column}`, owner);
      for (const rule of policy.rules) {
        put(byLine, lineOf(rule), owner);
        put(byPlace, `${lineOf(rule)}:${rule.origin.column}`, owner);
        put(byRule, rule.id, owner);
      }
    }
  }
  return { byLine, byPlace, byRule };
}

function ownersOf(origins: ReadonlyMap<string, ReadonlySet<string>>, keys: readonly string[]): ReadonlySet<string> {
  return new Set(keys.flatMap((key) => [...(origins.get(key) ?? [])]));
}

/** The `file:line`s in the annotation of each object of a YAML text. */
function sourcesOf(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^ {4}ctv\.dev\/source: "?(.*?)"?$/gm)].map(([, lines]) => lines.split(", "));
}

/** Where each object of Contiv's plan comes from, as `file:line:column`. */
function planSources(artefacts: readonly Artefact[]): readonly string[] {
  const plan = artefacts.find(({ path }) => path === "plan.json");
  if (plan === undefined) return [];
  const { steps }: { readonly steps: readonly { readonly source: string }[] } = JSON.parse(plan.text);
  return steps.map(({ source }) => source);
}

function cookiesOf(artefacts: readonly Artefact[]): ReadonlyMap<string, string> {
  const map = artefacts.find(({ path }) => path === "sourcemap.json");
  if (map === undefined) return new Map();
  const { sources }: { readonly sources: readonly { readonly cookie: string; readonly rule?: string }[] } = JSON.parse(map.text);
  return new Map(sources.flatMap(({ cookie, rule }) => (rule === undefined ? [] : [[cookie, rule] as const])));
}
