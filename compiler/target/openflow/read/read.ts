/**
 * Reads emitted OpenFlow artefacts back: `policy.flows` by OpenFlow's rules, with the class table of `program.json` to say which ends a
 * register value stands for. Shares with the emitter the names of registers and tables, and the program's own reader.
 */
import { complementEnds, subtractEnds } from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct, intersectFlowBoxes } from "../../../space/flows.js";
import type { FlowBox, FlowSet } from "../../../space/flows.js";
import { everyService } from "../../../space/service.js";
import type { Policy } from "../../../policy/model.js";
import type { Artefact, Checkpoint, CheckpointEntry, Reading, ReadingProblem } from "../../target.js";
import { plainDigest } from "../hash.js";
import type { Digest } from "../hash.js";
import { parseProgram, ProgramError, verifyDigest } from "../json.js";
import type { Program } from "../program.js";
import { overlapIndex } from "../../../verdict/overlap.js";
import { asideProblems } from "./asides.js";
import { flowsByTenant, tenantTable } from "./checkpoints.js";
import type { TableEntry } from "./checkpoints.js";
import { readDispatch, tablesAround } from "./dispatch.js";
import type { Dispatch } from "./dispatch.js";
import { readFlowText } from "./flowtext.js";
import type { ReadValue } from "./fields.js";
import type { ReadFlow } from "./flowtext.js";
import { FLOWS, PROGRAM } from "./names.js";
import { readReplies } from "./replies.js";
import { endSpace } from "./space.js";
import type { EndSpace } from "./space.js";

/**
 * One checkpoint a tenant, and one for replies where the tables do not let all of them back. The rules are read from `policy.flows`; that
 * `program.json`, which agents use, says the same is known by its digest: in the flows' first line, and over its own text when `digest` is the
 * one that it was sealed with. With `policy`, the source, the files beside these two are looked at as well.
 */
export function readOpenflow(artefacts: readonly Artefact[], digest: Digest = plainDigest, policy?: Policy): Reading {
  const text = (path: string): string | undefined => artefacts.find((artefact) => artefact.path === path)?.text;
  const flowText = text(FLOWS);
  const programText = text(PROGRAM);
  if (flowText === undefined || programText === undefined) {
    const missing = flowText === undefined ? FLOWS : PROGRAM;
    return { checkpoints: [], replies: [], problems: [{ path: missing, message: `there is no ${missing}` }] };
  }
  const program = readProgram(programText);
  if ("problem" in program) return { checkpoints: [], replies: [], problems: [program.problem] };
  const { flows, problems } = readFlowText(flowText);
  const space = endSpace(program.program, flows);
  const around = tablesAround(flows);
  const dispatch = readDispatch(program.program, flows, around);
  const flowsOf = flowsByTenant(flows);
  const ruleByDecision = new Map(program.program.rules.map(({ decision, rule }) => [decision, rule]));
  const read = program.program.tenants.map((tenant) =>
    readTenant(program.program, space, dispatch, flowsOf(tenant.id), tenant, (decision) => ruleByDecision.get(decision)),
  );
  const inFlows = (message: string): ReadingProblem => ({ path: FLOWS, message });
  return {
    checkpoints: read.map(({ checkpoint }) => checkpoint),
    replies: readReplies(program.program, space, around),
    problems: [
      ...problems.map((problem) => ({ path: FLOWS, ...problem })),
      ...sealProblems(program.program, programText, flowText, digest),
      ...duplicates(flows),
      ...space.problems.map(inFlows),
      ...read.flatMap((entry) => entry.problems),
      ...dispatch.problems.map(inFlows),
    ],
    ...(policy === undefined ? {} : { asides: asideProblems(artefacts, { program: program.program, flows, flowText, policy }) }),
  };
}

function readProgram(text: string): { readonly program: Program } | { readonly problem: ReadingProblem } {
  try {
    return { program: parseProgram(text) };
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    return { problem: { path: PROGRAM, message: error.message } };
  }
}

function sealProblems(program: Program, programText: string, flowText: string, digest: Digest): readonly ReadingProblem[] {
  const { algorithm, value } = program.digest;
  if (!flowText.slice(0, flowText.indexOf("\n")).endsWith(`${algorithm}:${value}`)) {
    return [{ path: FLOWS, line: 1, message: `${FLOWS} was not made together with ${PROGRAM}` }];
  }
  if (algorithm !== digest.algorithm || verifyDigest(programText, digest)) return [];
  return [{ path: PROGRAM, message: `${PROGRAM} was changed after it was made: its digest is another` }];
}

function readTenant(
  program: Program,
  space: EndSpace,
  dispatch: Dispatch,
  own: readonly ReadFlow[],
  { id: tenant, name }: Program["tenants"][number],
  ruleOf: (decision: number) => string | undefined,
): { readonly checkpoint: Checkpoint; readonly problems: readonly ReadingProblem[] } {
  const { entries, problems } = tenantTable(space, own);
  const by = (entry: TableEntry): string => {
    const rule = ruleOf(Number(entry.cookie & 0xffffffffn));
    return `flow for ${rule === undefined ? `the default of tenant ${name}` : `rule ${rule}`} (${FLOWS}:${entry.line})`;
  };
  const notAsked: CheckpointEntry = { flows: unaskedFlows(program, space, dispatch, tenant), action: "allow", by: `tenant ${name} is not asked` };
  const listed = entries.map((entry): CheckpointEntry => ({ flows: entry.flows, action: entry.action, by: by(entry) }));
  return {
    // The table's miss is a flow of its own and among the entries; OpenFlow itself would drop.
    checkpoint: { name: `policy table, tenant ${name}`, entries: [notAsked, ...listed], otherwise: "deny" },
    problems: [...problems, ...undecided(entries, program.impossible)].map((problem) => ({ path: FLOWS, ...problem })),
  };
}

/** Flows for which the tables do not ask the tenant. */
function unaskedFlows(program: Program, space: EndSpace, dispatch: Dispatch, tenant: number): FlowSet {
  const ids = [0, ...program.memberships.map(({ id }) => id)];
  // What an end's own set asks, alone: most pairs follow from that, and the rest is listed pair by pair.
  const askedBySource = (id: number): boolean => dispatch.asked(id, 0).includes(tenant);
  const askedByDestination = (id: number): boolean => dispatch.asked(0, id).includes(tenant);
  // Nearly all sets of tenants do not ask this one, so their ends are told by those that do. An end with no set of its own has number 0.
  const others = (asks: (id: number) => boolean): EndSet =>
    asks(0) ? ids.filter((id) => !asks(id)).flatMap(space.endsOfMembers) : complementEnds(ids.filter(asks).flatMap(space.endsOfMembers));
  const usual = flowProduct(others(askedBySource), others(askedByDestination), everyService);
  const odd = dispatch.pairs.flatMap(([source, destination]) => {
    if (!askedBySource(source) && !askedByDestination(destination)) return [];
    if (dispatch.asked(source, destination).includes(tenant)) return [];
    return flowProduct(space.endsOfMembers(source), space.endsOfMembers(destination), everyService);
  });
  return [...usual, ...odd];
}

/** Two flows with one table, priority and match: the switch keeps the later one only. */
function duplicates(flows: readonly ReadFlow[]): readonly ReadingProblem[] {
  const digest = matchDigest();
  const seen = new Map<number, ReadFlow[]>();
  return flows.flatMap((flow) => {
    const key = digest(flow);
    const alike = seen.get(key);
    if (alike === undefined) {
      seen.set(key, [flow]);
      return [];
    }
    const first = alike.find((other) => isSameMatch(flow, other));
    if (first === undefined) alike.push(flow);
    return first === undefined
      ? []
      : [{ path: FLOWS, line: flow.line, message: `the flow has the table, priority and match of line ${first.line}; the switch keeps one of them` }];
  });
}

function isSameMatch(a: ReadFlow, b: ReadFlow): boolean {
  if (a.table !== b.table || a.priority !== b.priority || a.match.size !== b.match.size) return false;
  for (const [field, value] of a.match) if (b.match.get(field) !== value) return false;
  return true;
}

/** A number that is the same for flows of one table, priority and match, in whatever order its fields stand; seldom for others. */
function matchDigest(): (flow: ReadFlow) => number {
  const numbers = new Map<ReadValue, number>();
  const numberOf = (value: ReadValue): number => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    // Neighbouring numbers are spread over 32 bits, so that sums of different ones seldom agree (the mixing steps of MurmurHash3).
    const spread = Math.imul(numbers.size + 1, 0x9e3779b1);
    const number = Math.imul(spread ^ (spread >>> 15), 0xc2b2ae35);
    numbers.set(value, number);
    return number;
  };
  return ({ table, priority, match }) => {
    let sum = Math.imul(table * 0x10000 + priority, 0x85ebca6b);
    for (const value of match.values()) sum = (sum + numberOf(value)) | 0;
    return sum;
  };
}

/** Overlapping flows of one priority that do not agree: OpenFlow leaves open which one is taken. Ends that cannot exist do not count. */
function undecided(entries: readonly TableEntry[], impossible: EndSet): readonly { readonly line: number; readonly message: string }[] {
  const levels = new Map<number, TableEntry[]>();
  for (const entry of entries) {
    const known = levels.get(entry.priority);
    if (known === undefined) levels.set(entry.priority, [entry]);
    else known.push(entry);
  }
  return [...levels.values()].flatMap((level) => {
    if (level.every((entry) => entry.action === level[0].action)) return [];
    const index = overlapIndex(level.map((entry) => entry.flows));
    return level.flatMap((entry, at) => {
      const rival = entry.flows.flatMap((box) =>
        index.overlapping(box, at + 1).filter((row) => level[row.owner].action !== entry.action && canShareFlow(box, row.box, impossible)),
      )[0];
      return rival === undefined
        ? []
        : [{ line: entry.line, message: `this flow and that of line ${level[rival.owner].line} have one priority, overlap and disagree` }];
    });
  });
}

function canShareFlow(a: FlowBox, b: FlowBox, impossible: EndSet): boolean {
  const common = intersectFlowBoxes(a, b);
  return common !== undefined && subtractEnds([common.source], impossible).length > 0 && subtractEnds([common.destination], impossible).length > 0;
}
