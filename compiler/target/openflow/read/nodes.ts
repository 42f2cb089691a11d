/**
 * The tables of nodes (`nodes/`), which an inventory was bound into: each has every flow of `policy.flows` as it is there, and in the tables
 * that these make up no other one; and the groups that its flows send packets to are in the file of groups. What the inventory alone decides,
 * the tables of ports and addresses, is not known here.
 */
import type { Artefact, AsideProblem } from "../../target.js";
import type { Program } from "../program.js";

export const FOLDER = "nodes/";

interface Line {
  readonly text: string;
  readonly line: number;
}

export function nodeProblems(artefacts: readonly Artefact[], program: Program, policyText: string): readonly AsideProblem[] {
  const files = artefacts.filter(({ path }) => path.startsWith(FOLDER));
  if (files.length === 0) return [];
  const policy = flowLines(policyText);
  const flows = files.filter(({ path }) => path.endsWith(".flows"));
  return [
    ...flows.flatMap((file) => flowProblems(file, program, policy)),
    ...flows.flatMap(({ path, text }) => groupProblems(path, text, files)),
    ...files.flatMap((file) => ownerProblems(file, files)),
  ];
}

/** Lines that hold flows, without blanks that do not matter. */
function flowLines(text: string): readonly Line[] {
  return text.split("\n").flatMap((full, index) => {
    const line = full.trim().replace(/\s+/g, " ");
    return line === "" || line.startsWith("#") ? [] : [{ text: line, line: index + 1 }];
  });
}

const tableOf = (flow: string): string => /(?:^|,)table=(\d+)/.exec(flow)?.[1] ?? "0";

function flowProblems({ path, text }: Artefact, { digest }: Program, policy: readonly Line[]): readonly AsideProblem[] {
  if (!text.slice(0, text.indexOf("\n")).endsWith(`${digest.algorithm}:${digest.value}`))
    return [{ path, line: 1, message: "this was not made from the program that lies here" }];
  const own = flowLines(text);
  const here = new Set(own.map((line) => line.text));
  const shared = new Set(policy.map((line) => line.text));
  const tables = new Set(policy.map((line) => tableOf(line.text)));
  return [
    ...policy.filter((line) => !here.has(line.text)).map(({ line }) => ({ path, message: `the flow of line ${line} of policy.flows is not here` })),
    ...own
      .filter((line) => tables.has(tableOf(line.text)) && !shared.has(line.text))
      .map(({ line, text: flow }) => ({ path, line, message: `table ${tableOf(flow)} is the policy's, and policy.flows has no such flow` })),
  ];
}

const groupsOf = (path: string): string => path.replace(/\.flows$/, ".groups");

function groupProblems(path: string, text: string, files: readonly Artefact[]): readonly AsideProblem[] {
  const defined = new Map<string, number>();
  const groups = files.find((file) => file.path === groupsOf(path));
  for (const { text: group, line } of flowLines(groups?.text ?? "")) defined.set(/^group_id=(\d+),/.exec(group)?.[1] ?? "", line);
  const used = new Set<string>();
  const missing = flowLines(text).flatMap(({ text: flow, line }): readonly AsideProblem[] => {
    const group = /[=,]group:(\d+)/.exec(flow)?.[1];
    if (group === undefined) return [];
    used.add(group);
    return defined.has(group) ? [] : [{ path, line, message: `group ${group} is not in ${groupsOf(path)}` }];
  });
  const unused = [...defined].filter(([group]) => !used.has(group));
  return [...missing, ...unused.map(([group, line]) => ({ path: groupsOf(path), line, message: `no flow sends packets to group ${group}` }))];
}

/** Groups and limits are of a node, whose flows are beside them. */
function ownerProblems({ path }: Artefact, files: readonly Artefact[]): readonly AsideProblem[] {
  const node = path.replace(/\.(flows|groups|policing)$/, "");
  if (node === path) return [{ path, message: "nothing of a node lies in such a file, so this was not looked at" }];
  return files.some((file) => file.path === `${node}.flows`) ? [] : [{ path, message: `there are no flows of this node (${node}.flows)` }];
}
