/** Answers of `ctv query`, for a terminal and for programs. */
import { createColors } from "picocolors";
import type { Flow } from "../compiler/space/flows.js";
import { describeFlow } from "../compiler/verdict/describe.js";
import type { Verdict } from "../compiler/verdict/evaluate.js";
import { formatFlow } from "../compiler/verdict/format.js";
import type { PeerTable } from "../compiler/verdict/peers.js";
import type { Answer } from "../compiler/verdict/query.js";
import { peersJson, peersText } from "./peers.js";
import type { LoadedProject } from "./project.js";
import { locate } from "./report/report.js";

export interface Answered {
  /** As it was asked. */
  readonly question: string;
  readonly answer: Answer;
  /** The flow, where one was asked about and no set. */
  readonly flow?: Flow;
  readonly table?: PeerTable;
}

/** In a large project very many rules decide a part of what `any` may do: this many of them are shown. */
const mostParts = 12;

const words: Readonly<Record<Answer["outcome"], string>> = {
  allow: "allowed",
  deny: "denied",
  mixed: "mixed: some of it is allowed and some is not",
  untouched: "not decided: none of it has an end in a tenant",
  nothing: "there is no such traffic",
};

/** The verdict, what decides it, and for `any` the peers; ends in a newline. */
export function answerText(loaded: LoadedProject, { question, answer, flow, table }: Answered, colour: boolean): string {
  const colours = createColors(colour);
  const tone = { allow: colours.green, deny: colours.red, mixed: colours.yellow, untouched: colours.yellow, nothing: colours.yellow }[answer.outcome];
  const { policy } = loaded.checked;
  const known = flow === undefined || policy === undefined ? "" : `  it is ${describeFlow(policy, flow)}\n`;
  const peers = table === undefined || answer.outcome === "nothing" ? "" : peersText(table, subjectOf(question, table));
  const parts = answer.parts.slice(0, mostParts).flatMap((part) => {
    const head =
      answer.parts.length > 1 ? [`  ${part.outcome === "untouched" ? "not decided" : words[part.outcome]}, such as ${formatFlow(part.example)}`] : [];
    const indent = head.length > 0 ? "    " : "  ";
    return [...head, ...part.verdicts.map((verdict) => `${indent}${reason(loaded, verdict)}`)].map((line) => `${line}\n`);
  });
  const hidden = answer.parts.length - mostParts;
  const more = hidden > 0 ? `  … and ${hidden} more parts that other rules decide (\`--format json\` has them all)\n` : "";
  return `${question}: ${colours.bold(tone(words[answer.outcome]))}\n${known}${peers}${parts.join("")}${more}`;
}

/** The side of the question that is not `any`, as it was written. */
function subjectOf(question: string, { kind }: PeerTable): string {
  const [source = "", rest = ""] = question.split(/\s*(?:->|→)\s*/);
  return kind === "sources" ? rest.split(/\s+:\s*|:\s+/)[0] : source;
}

function reason(loaded: LoadedProject, verdict: Verdict): string {
  const { at, by } = decider(loaded, verdict);
  return `by ${by} (${at})`;
}

/** What decides, and where it is written. A default that is not spelled out is placed at its tenant. */
function decider(loaded: LoadedProject, { tenant, action, rule }: Verdict): { readonly by: string; readonly at: string } {
  const declared = loaded.checked.policy?.tenants.find((candidate) => candidate.name === tenant);
  const span = rule?.origin.span ?? declared?.defaultOrigin?.span ?? declared?.origin.span;
  const location = span === undefined ? undefined : locate(loaded, span);
  const at = location === undefined ? "" : `${location.file}:${location.start.line}:${location.start.column}`;
  return { by: rule === undefined ? `the default of tenant ${tenant}: ${action}` : `${tenant}/${rule.policy}: ${rule.text}`, at };
}

/** All of it. `example` is a flow that `ctv query` takes as a question; `sources`, `destinations` or `connections` are the peers. */
export function answerJson(loaded: LoadedProject, { question, answer, table }: Answered): string {
  const document = {
    version: 1,
    command: "query",
    question,
    outcome: answer.outcome,
    parts: answer.parts.map((part) => ({
      outcome: part.outcome,
      example: formatFlow(part.example),
      verdicts: part.verdicts.map((verdict) => ({
        tenant: verdict.tenant,
        action: verdict.action,
        rule: verdict.rule?.id,
        ...decider(loaded, verdict),
      })),
    })),
    ...(table === undefined ? {} : peersJson(table)),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
