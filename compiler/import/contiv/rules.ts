/**
 * The rules of one tenant of Contiv as one ordered list of the language.
 *
 * Contiv asks a table for the first packet of a flow and asks it again for the replies, and lets pass what no rule matches; the language asks once,
 * and lets replies pass. So a rule that allows is written where replies may come back as well; where another rule stops them, what stops them is
 * written above it. Below all, where no rule decides about first packets, the rules that stop replies stand by themselves.
 */
import type { Action } from "../../policy/model.js";
import { possiblePart } from "../../policy/universe.js";
import type { Universe } from "../../policy/universe.js";
import * as flows from "../../space/flows.js";
import type { FlowBox, FlowSet } from "../../space/flows.js";
import type { AgentRule } from "../../target/contiv/read/agent.js";
import type { TableRow } from "../../target/contiv/read/read.js";
import type { Reading } from "../../target/target.js";

/** A rule of the language, and the objects that it comes from. */
export interface Ruling {
  readonly action: Action;
  readonly flows: FlowSet;
  /** Contiv's priority. */
  readonly priority: number;
  /** File of the rule object that it is written for. */
  readonly path: string;
  /** File of the rule object that stops replies, where that is why it is there. */
  readonly repliesBy?: string;
}

const actionOf = (rule: AgentRule): Action => (rule.allow ? "allow" : "deny");

/** An allow some of whose flows get no replies, by the files of both rules. */
export interface StoppedReplies {
  readonly path: string;
  readonly by: string;
}

export interface Rulings {
  readonly rulings: readonly Ruling[];
  readonly stopped: readonly StoppedReplies[];
}

/** In order of evaluation, below what the separation of tenants denies. What earlier ones decide is left out, as is what changes nothing. */
export function rulingsOf(rows: readonly TableRow[], universe: Universe, separated: FlowSet): Rulings {
  const answering = rows.filter((row) => row.answers.length > 0);
  const found: Ruling[] = [];
  const stopped: StoppedReplies[] = [];
  const decided: FlowBox[] = [...separated];
  /** Whether some flow of the set can exist and is not decided yet. */
  const isOpen = (set: FlowSet): boolean => set.some((box) => possiblePart(universe, box, decided) !== undefined);
  const add = (ruling: Ruling): void => {
    if (!isOpen(ruling.flows)) return;
    found.push(ruling);
    decided.push(...ruling.flows);
  };
  for (const { rule, opens } of rows) {
    if (opens.length === 0 || !isOpen(opens)) continue;
    const { priority, path } = rule;
    for (const ruling of rule.allow ? stoppedReplies(opens, answering, universe, decided) : []) {
      add({ ...ruling, priority, path });
      if (ruling.action === "deny") stopped.push({ path, by: ruling.repliesBy });
    }
    add({ action: actionOf(rule), flows: opens, priority, path });
  }
  for (const { rule, answers } of answering) add({ action: actionOf(rule), flows: answers, priority: 0, path: rule.path, repliesBy: rule.path });
  return { rulings: withoutIdle(found, universe), stopped };
}

type RepliesRuling = Pick<Ruling, "action" | "flows"> & { readonly repliesBy: string };

/** What has to stand above an allow, so that it does not let pass what gets no replies; nothing where all of it does. */
function stoppedReplies(opens: FlowSet, answering: readonly TableRow[], universe: Universe, decided: FlowSet): readonly RepliesRuling[] {
  const rulings: RepliesRuling[] = [];
  const answered: FlowBox[] = [];
  for (const { rule, answers } of answering) {
    const common = flows.intersectFlows(opens, answers);
    if (!common.some((box) => possiblePart(universe, box, [...decided, ...answered]) !== undefined)) continue;
    answered.push(...common);
    rulings.push({ action: actionOf(rule), flows: common, repliesBy: rule.path });
  }
  return rulings.some(({ action }) => action === "deny") ? rulings : [];
}

/** Without what changes nothing: allows above no deny, and denies of what later rules deny all the same. */
function withoutIdle(rulings: readonly Ruling[], universe: Universe): readonly Ruling[] {
  return rulings.reduceRight<readonly Ruling[]>((kept, ruling) => (isIdle(ruling, kept, universe) ? kept : [ruling, ...kept]), []);
}

function isIdle(ruling: Ruling, later: readonly Ruling[], universe: Universe): boolean {
  const meets = (other: Ruling): boolean => other.flows.some((box) => ruling.flows.some((mine) => flows.flowBoxesOverlap(box, mine)));
  if (ruling.action === "allow") return !later.some((other) => other.action === "deny" && meets(other));
  const denied: FlowBox[] = [];
  for (const other of later) {
    if (other.action === "deny") denied.push(...other.flows);
    else if (flows.intersectFlows(ruling.flows, other.flows).some((box) => possiblePart(universe, box, denied) !== undefined)) return false;
  }
  return ruling.flows.every((box) => possiblePart(universe, box, denied) === undefined);
}

/** In ACI mode: contracts allow, and groups do not reach each other without one (contiv.md §3.7). */
export function aciRulings(reading: Reading, tenant: string): Rulings {
  const [contracts] = reading.checkpoints;
  const rulings = contracts.entries
    .map(({ flows: set, action, by }): Ruling => ({
      action,
      flows: set.filter((box) => isOf(box, tenant)),
      priority: action === "allow" ? 1 : 0,
      path: by.replace(/^rule /, "").replace(/:.*$/, ""),
    }))
    .filter((ruling) => ruling.flows.length > 0);
  return { rulings, stopped: [] };
}

/** Whether a box is about groups of the tenant, which their labels tell. */
function isOf({ source, destination }: FlowBox, tenant: string): boolean {
  return [source, destination].some(({ labels }) => labels.get("io.contiv.tenant")?.values.includes(tenant) === true);
}
