/** The `.ctv` text of what Kubernetes objects mean. It reads as people write, but for line breaks and columns, which the formatter makes. */
import type { Manifests, ObjectName } from "../../manifests/model.js";
import { titleOf } from "../../manifests/model.js";
import type { AddressFacts } from "../../manifests/connectivity/blocks.js";
import { workloadPoints } from "../../manifests/connectivity/points.js";
import { asName, freeName, nameText } from "../words.js";
import type { Locate } from "../../manifests/connectivity/explain.js";
import { overlapIndex } from "../../verdict/overlap.js";
import { joined, ruleText } from "../rules.js";
import type { WrittenRule } from "../rules.js";
import type { Meaning } from "./meaning.js";
import { makeNaming, writtenBlocks } from "./peers.js";
import type { NamedSet, Naming } from "./peers.js";
import { flowsIn, tenantRules } from "./sentences.js";
import type { Ends, Level, Sentence, TenantRules } from "./sentences.js";

interface Writing {
  readonly naming: Naming;
  readonly locate: Locate;
  readonly notes: ReadonlyMap<ObjectName, readonly string[]>;
  /** The objects as the cluster asks them. */
  readonly order: readonly ObjectName[];
}

export function writePolicy(manifests: Manifests, meaning: Meaning, facts: AddressFacts, locate: Locate): string {
  const naming = makeNaming({ namespaces: meaning.namespaces, workloads: workloadPoints(manifests, facts), facts, blocks: writtenBlocks(manifests) });
  const policies = [...meaning.admin, ...meaning.network, ...meaning.baseline];
  const writing: Writing = {
    naming,
    locate,
    notes: new Map(policies.map(({ object, notes }) => [object, notes])),
    order: policies.map(({ object }) => object),
  };
  const rules = meaning.namespaces.map((namespace) => tenantRules(meaning, namespace));
  // Bodies first: they name what is then declared.
  const bodies = new Map(rules.map((tenant) => [tenant.namespace, tenantBody(tenant, writing)]));
  const needed = rules.filter(
    ({ namespace, sentences, defaultAction }) =>
      naming.namesAll() || naming.named().has(namespace) || sentences.length > 0 || defaultAction === "deny",
  );
  return [
    "// Made from Kubernetes objects by `ctv import kubernetes`, and proved to decide every flow as they do.",
    naming
      .externals()
      .map((set) => declaration("external", set))
      .join("\n"),
    naming
      .outerSets()
      .map((set) => declaration("set", set))
      .join("\n"),
    needed.length === 0 ? "// Nothing in these files decides about traffic, so all of it passes." : "",
    ...needed.map((tenant) => tenantText(tenant, bodies.get(tenant.namespace) ?? "", naming)),
    policies
      .flatMap(({ object, subjects }) =>
        subjects.length === 0 ? [`// ${titleOf(object)} (${locate(object.span)}): it selects no pod there can be in these namespaces.`] : [],
      )
      .join("\n"),
  ]
    .filter((part) => part !== "")
    .map((part) => `${part}\n`)
    .join("\n");
}

function declaration(word: "set" | "external", { name, text, comment }: NamedSet): string {
  return `${comment === undefined ? "" : `/// ${comment}\n`}${word} ${nameText(name)} = ${text}`;
}

function tenantText({ namespace, defaultAction }: TenantRules, body: string, naming: Naming): string {
  const { groups, sets } = naming.tenantNames(namespace);
  const exported = new Map<string, string[]>();
  for (const { name, exportedTo } of groups) {
    if (exportedTo.length === 0) continue;
    const to = exportedTo.map(nameText).join(", ");
    exported.set(to, [...(exported.get(to) ?? []), nameText(name)]);
  }
  const lines = [
    defaultAction === "deny"
      ? "default deny // policies isolate every pod in both directions"
      : "default allow // as Kubernetes does where no policy isolates",
    groups.map(({ name, requirements }) => `group ${nameText(name)} { match ${requirements.join(", ")} }`).join("\n"),
    sets.map((set) => declaration("set", set)).join("\n"),
    [...exported].map(([to, names]) => `export ${names.join(", ")} to ${to}`).join("\n"),
    body,
  ];
  return `tenant ${nameText(namespace)} {\n${lines.filter((line) => line !== "").join("\n\n")}\n}`;
}

/** The policies of a tenant: what the Admin tier decides, what is allowed object by object, and what is denied below that. */
function tenantBody(rules: TenantRules, writing: Writing): string {
  const { sentences } = rules;
  const of = (...levels: readonly Level[]): readonly Sentence[] => sentences.filter(({ level }) => levels.includes(level));
  const owners = (list: readonly Sentence[]): readonly ObjectName[] => [...new Set(list.map(({ owner }) => owner))];
  const names = new Set<string>();
  const blocks = (list: readonly Sentence[], about: string, priority: (position: number, count: number) => number): readonly string[] =>
    owners(list).map((owner, position, all) => {
      const mine = list.filter((sentence) => sentence.owner === owner);
      return policyText(owner, about, priority(position, all.length), mine, rules, names, writing);
    });
  const allowed = of("allowed");
  const { own, single, shared } = isolation(of("isolated"), allowed);
  const below = of("floor").length + single.length + shared.length > 0 ? 10 : 0;
  const inTier = inTierOrder(of("tier"), writing);
  return [
    ...blocks(inTier, ": it decides whatever policies say.", (position, count) => 10 * (count - position) + below),
    ...blocks([...allowed, ...own], "", () => below),
    ...blocks(of("floor"), ": what it denies unless something above allows it.", () => 0),
    ...blocks(single, ": it isolates pods; nothing passes but what is allowed above.", () => 0),
    ...isolationTexts(shared, rules, names, writing),
    ...silentTexts(rules, writing),
  ].join("\n\n");
}

/** Where it is said that pods are isolated. */
interface Isolation {
  /** Below what the object itself allows: no other object allows any of it. */
  readonly own: readonly Sentence[];
  /** Below what all objects allow, each object by itself: it allows nothing, so it has no other policy. */
  readonly single: readonly Sentence[];
  /** Below what all objects allow, in a policy of their own, since a policy has one place among the others. */
  readonly shared: readonly Sentence[];
}

function isolation(isolated: readonly Sentence[], allowed: readonly Sentence[]): Isolation {
  const index = overlapIndex(allowed.map(flowsIn));
  const speaking = new Set(allowed.map(({ owner }) => owner));
  const isOwn = (sentence: Sentence): boolean =>
    flowsIn(sentence).every((box) => index.overlapping(box).every((row) => allowed[row.owner].owner === sentence.owner));
  const own = isolated.filter(isOwn);
  const others = isolated.filter((sentence) => !own.includes(sentence));
  const stays = new Set([...speaking, ...own.map(({ owner }) => owner)]);
  return { own, single: others.filter(({ owner }) => !stays.has(owner)), shared: others.filter(({ owner }) => stays.has(owner)) };
}

/** Both directions of an object together, objects as the cluster asks them. */
function inTierOrder(sentences: readonly Sentence[], { order }: Writing): readonly Sentence[] {
  return [...sentences].sort((a, b) => order.indexOf(a.owner) - order.indexOf(b.owner));
}

function policyText(
  owner: ObjectName,
  about: string,
  priority: number,
  sentences: readonly Sentence[],
  { namespace }: TenantRules,
  names: Set<string>,
  { naming, locate, notes }: Writing,
): string {
  const name = freeName(asName(owner.name), (candidate) => names.has(candidate));
  const rules = joined(sentences.map((sentence) => rendered(sentence, namespace, naming)));
  const comments = names.has(asName(owner.name)) ? [] : (notes.get(owner) ?? []);
  names.add(name);
  return [
    `/// ${titleOf(owner)} (${locate(owner.span)})${about}`,
    ...comments.map((note) => `/// - ${note}`),
    `policy ${nameText(name)}${priority === 0 ? "" : ` priority ${priority}`} {`,
    ...rules.map(ruleText),
    "}",
  ].join("\n");
}

/** What policies isolate, one rule for each set of pods. */
function isolationTexts(sentences: readonly Sentence[], { namespace }: TenantRules, names: Set<string>, { naming }: Writing): readonly string[] {
  if (sentences.length === 0) return [];
  const byRule = new Map<string, string[]>();
  for (const sentence of sentences) {
    const text = ruleText(rendered(sentence, namespace, naming));
    byRule.set(text, [...(byRule.get(text) ?? []), titleOf(sentence.owner)]);
  }
  return [
    [
      "/// Pods that policies isolate: nothing passes but what is allowed above.",
      `policy ${nameText(freeName("isolation", (candidate) => names.has(candidate)))} {`,
      ...[...byRule].map(([rule, owners]) => `${rule} // ${owners.join(", ")}`),
      "}",
    ].join("\n"),
  ];
}

function silentTexts({ silent, defaultAction }: TenantRules, { locate, notes }: Writing): readonly string[] {
  return silent.map((object) => {
    const why = defaultAction === "deny" ? "the default, and what other policies allow, say all of it" : "it changes nothing that others do not say";
    return [`// ${titleOf(object)} (${locate(object.span)}): ${why}.`, ...(notes.get(object) ?? []).map((note) => `// - ${note}`)].join("\n");
  });
}

function rendered({ action, source, destination, services, also }: Sentence, namespace: string, naming: Naming): WrittenRule {
  const text = (ends: Ends): string => naming.textOf(ends, namespace);
  const comment = also.length === 0 ? undefined : `as ${also.join(" and ")} allows too`;
  return { action, source: text(source), destination: text(destination), services, ...(comment === undefined ? {} : { comment }) };
}
