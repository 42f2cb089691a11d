/** Policies with their rules, and tests with their expectations. */
import type * as syntax from "../../grammar/syntax.js";
import type { Place } from "../bind/lookup.js";
import { checkPortLike } from "../check/portlike.js";
import { duplicateName } from "../diagnostics/names.js";
import { emptyText, outOfRange, wrongValue } from "../diagnostics/values.js";
import { originOf } from "../source/files.js";
import { headOf } from "./draft.js";
import type { Resolving } from "./draft.js";
import type { Expectation, PolicyBlock, Rule, Test } from "./model.js";
import { expectationText, ruleText, shortHash } from "./text.js";

/** Rules that had a message are left out. */
export function resolvePolicyBlock(resolving: Resolving, place: Place, tenant: string, node: syntax.Policy): PolicyBlock {
  const { report, ruleTable } = resolving.context;
  const priority = node.priority === undefined ? 0 : (priorityOf(resolving, place, node.priority) ?? 0);
  const named = new Map<string, syntax.Name>();
  const policy = node.name.text;
  const home: RuleHome = { tenant, policy, priority, uniqueId: idsIn(`${tenant}/${policy}/`) };
  const resolved = node.rules.map((rule): Rule | undefined => {
    const { name } = rule;
    const earlier = name === undefined ? undefined : named.get(name.text);
    if (name !== undefined && earlier !== undefined) {
      const related = [{ span: earlier.span, message: "first declared here" }];
      report(duplicateName.make({ kind: "a rule", name: name.text, other: "a rule" }, { span: name.span, related }));
    } else if (name !== undefined) named.set(name.text, name);
    return resolveRule(resolving, place, home, rule);
  });
  ruleTable.recordLater(node, { rules: resolved });
  const rules = resolved.every((rule) => rule !== undefined) ? resolved : resolved.filter((rule) => rule !== undefined);
  return { ...headOf(place, node), priority, rules };
}

interface RuleHome {
  readonly tenant: string;
  readonly policy: string;
  readonly priority: number;
  readonly uniqueId: (key: string) => string;
}

/** Makes ids that begin with `prefix`, and tells those of one key apart. */
function idsIn(prefix: string): (key: string) => string {
  const repeats = new Map<string, number>();
  return (key) => {
    const count = (repeats.get(key) ?? 0) + 1;
    repeats.set(key, count);
    return count === 1 ? prefix + key : `${prefix}${key}#${count}`;
  };
}

function resolveRule({ context, peers, services }: Resolving, place: Place, home: RuleHome, node: syntax.Rule): Rule | undefined {
  const source = peers.ofExpression(place, node.source, "as the source of a rule");
  const destination = peers.ofExpression(place, node.destination, "as the destination of a rule");
  const service = services.ofTerms(place, node.services);
  checkPortLike(node, context.report);
  const text = ruleText(node);
  const id = home.uniqueId(node.name?.text ?? shortHash(text));
  if (source === undefined || destination === undefined || service === undefined) return undefined;
  const { tenant, policy, priority } = home;
  const { action, log } = node;
  const plain: Rule = { id, tenant, policy, priority, origin: originOf(place.file, node.span), action, source, destination, service, log, text };
  const named = node.name === undefined ? plain : { ...plain, name: node.name.text };
  return node.doc === undefined ? named : { ...named, doc: node.doc };
}

/** Above it, numbers that are written differently could be one to a computer, and so two priorities. */
const HIGHEST_PRIORITY = 2_147_483_647;

function priorityOf(resolving: Resolving, place: Place, value: syntax.IntegerLiteral | syntax.Name): number | undefined {
  const priority = writtenPriority(resolving, place, value);
  if (priority === undefined || priority <= HIGHEST_PRIORITY) return priority;
  const fields = { what: "a priority", value: String(priority), min: 0, max: HIGHEST_PRIORITY };
  resolving.context.report(outOfRange.make(fields, { span: value.span }));
  return undefined;
}

function writtenPriority({ context }: Resolving, place: Place, value: syntax.IntegerLiteral | syntax.Name): number | undefined {
  if (value.kind === "integer") return value.value;
  const symbol = context.lookup.find(place, value, {
    space: "peer",
    kinds: new Set(["param"]),
    text: "a number or a param of type int",
    where: "as a priority",
  });
  const param = symbol === undefined ? undefined : context.paramOf(symbol);
  if (param === undefined || param.type === "int") return param?.value;
  context.report(
    wrongValue.make({ where: "a priority", found: `param "${value.text}" of type ${param.type}`, needed: "a number" }, { span: value.span }),
  );
  return undefined;
}

/** Expectations that had a message are left out. */
export function resolveTest(resolving: Resolving, place: Place, node: syntax.Test): Test {
  const expectations = node.expectations.flatMap((expectation) => resolveExpectation(resolving, place, expectation) ?? []);
  const { name, origin } = headOf(place, node);
  if (name.trim() === "") resolving.context.report(emptyText.make({ what: "the name of a test" }, { span: node.name.span }));
  return { name, origin, ...(place.tenant === undefined ? {} : { tenant: place.tenant.name }), expectations };
}

function resolveExpectation({ peers, services }: Resolving, place: Place, node: syntax.Expectation): Expectation | undefined {
  const source = peers.ofExpression(place, node.source, "as the source");
  const destination = peers.ofExpression(place, node.destination, "as the destination");
  const service = services.ofTerms(place, node.services);
  if (source === undefined || destination === undefined || service === undefined) return undefined;
  return { action: node.action, source, destination, service, origin: originOf(place.file, node.span), text: expectationText(node) };
}
