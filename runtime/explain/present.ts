/** The flows that a switch has, in the form that our reader of tables takes, each still with its counters. */
import { matchText, actionText } from "../../compiler/target/openflow/text.js";
import { readFlowText } from "../../compiler/target/openflow/read/flowtext.js";
import type { ReadFlow } from "../../compiler/target/openflow/read/flowtext.js";
import { makeTables } from "../../compiler/target/openflow/read/simulate.js";
import type { Tables } from "../../compiler/target/openflow/read/simulate.js";
import { decodeFlow } from "../openflow/flows.js";
import type { FlowStatistics } from "../openflow/flows.js";

export interface PresentFlow {
  readonly text: string;
  readonly statistics: FlowStatistics;
}

export interface PresentTables {
  readonly tables: Tables;
  /** What the switch says about a flow of the tables. */
  readonly flowOf: (flow: ReadFlow) => PresentFlow | undefined;
}

/** Flows that are not understood, such as those of somebody else on the bridge, are left out: the tables of ours lead to none of them. */
export function presentTables(flows: readonly FlowStatistics[]): PresentTables {
  const present = flows.flatMap((statistics): readonly PresentFlow[] => {
    const text = textOf(statistics);
    return text === undefined ? [] : [{ text, statistics }];
  });
  const read = readFlowText(present.map(({ text }) => text).join("\n"));
  return { tables: makeTables(read.flows), flowOf: ({ line }) => present[line - 1] };
}

function textOf(flow: FlowStatistics): string | undefined {
  const { table, priority, match, actions } = decodeFlow(flow);
  const known = match.flatMap((entry) => (entry.field === "unknown" ? [] : [entry]));
  const done = actions.flatMap((action) => (action.kind === "unknown" || action.kind === "unknownInstruction" ? [] : [action]));
  if (known.length < match.length || done.length < actions.length) return undefined;
  const cookie = (BigInt(flow.cookie.high) << 32n) | BigInt(flow.cookie.low);
  const matched = matchText(known);
  return `table=${table},priority=${priority},cookie=0x${cookie.toString(16)}${matched === "" ? "" : `,${matched}`} actions=${done.length === 0 ? "drop" : done.map(actionText).join(",")}`;
}
