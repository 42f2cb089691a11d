/** `ctv query`: may this traffic pass, and which rule says so. */
import { createColors } from "picocolors";
import { answer } from "../../compiler/verdict/query.js";
import type { Answer, AnswerPart } from "../../compiler/verdict/query.js";
import { describeFlow } from "../../compiler/verdict/describe.js";
import type { Verdict } from "../../compiler/verdict/evaluate.js";
import { exitCodes, Refusal } from "../exit.js";
import { list, text } from "../options.js";
import { loadProject, projectOptions } from "../project.js";
import type { LoadedProject } from "../project.js";
import { findQuestion, flowText } from "../question.js";
import { emitReport } from "../report/emit.js";
import { inOrder, locate } from "../report/report.js";
import { wantsColour } from "../terminal.js";
import type { Verb } from "../verb.js";

export const query: Verb = {
  argument: {
    syntax: "<flow...>",
    description: 'such as "frontend -> redis-master : redis"; without quotes, write `to` for `->`, which a shell reads as a redirection',
  },
  options: [
    {
      flags: "-i, --in <path>",
      description: "file, folder or - to ask about; may be given again; default: the project around this folder",
      repeat: true,
      path: true,
    },
    { flags: "--tenant <name>", description: "the tenant whose names the question uses" },
    ...projectOptions,
    { flags: "--format <form>", description: "how to print", choices: ["pretty", "json"] },
  ],
  examples: ["ctv query frontend to redis-master : redis", 'ctv query "world -> backend"', 'ctv query "any -> 10.1.1.7 : tcp/22" --in policy'],
  prepare: (words) => words.map((word) => (word === "->" ? "to" : word)),
  run: ({ words, options, terminal }) => {
    const flow = flowText(words);
    const loaded = loadProject(list(options, "in"), options, terminal);
    const { policy, universe } = loaded.checked;
    if (policy === undefined || universe === undefined) {
      emitReport(terminal, { verb: "query", diagnostics: inOrder(loaded.diagnostics), sources: loaded.sources, failLevel: "error" }, "pretty");
      return Promise.resolve(exitCodes.findings);
    }
    const found = findQuestion(loaded, flow, text(options, "tenant"));
    if (found.kind === "wrong") {
      emitReport(terminal, { verb: "query", diagnostics: found.diagnostics, sources: found.sources, failLevel: "error" }, "pretty");
      throw new Refusal(`the question is not understood: ${flow}`);
    }
    const answered = answer(universe, found.question);
    const colour = wantsColour(terminal, terminal.out);
    terminal.out.write(text(options, "format") === "json" ? json(loaded, flow, answered) : pretty(loaded, flow, answered, colour));
    return Promise.resolve(exitCodes.fine);
  },
};

const words: Readonly<Record<Answer["outcome"], string>> = {
  allow: "allowed",
  deny: "denied",
  mixed: "mixed: some of it is allowed and some is not",
  untouched: "not decided: none of it has an end in a tenant",
  nothing: "there is no such traffic",
};

function pretty(loaded: LoadedProject, flow: string, answered: Answer, colour: boolean): string {
  const colours = createColors(colour);
  const tone = { allow: colours.green, deny: colours.red, mixed: colours.yellow, untouched: colours.yellow, nothing: colours.yellow }[
    answered.outcome
  ];
  const several = answered.parts.length > 1;
  const parts = answered.parts.map((part) => {
    const head = several ? [`  ${part.outcome === "untouched" ? "not decided" : words[part.outcome]}, such as ${exampleOf(loaded, part)}`] : [];
    const indent = several ? "    " : "  ";
    return [...head, ...part.verdicts.map((verdict) => indent + reason(loaded, verdict))].join("\n");
  });
  return `${[`${flow}: ${colours.bold(tone(words[answered.outcome]))}`, ...parts].filter((line) => line !== "").join("\n")}\n`;
}

function exampleOf(loaded: LoadedProject, part: AnswerPart): string {
  const { policy } = loaded.checked;
  return policy === undefined ? "" : describeFlow(policy, part.example);
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

function json(loaded: LoadedProject, flow: string, answered: Answer): string {
  const document = {
    version: 1,
    command: "query",
    question: flow,
    outcome: answered.outcome,
    parts: answered.parts.map((part) => ({
      outcome: part.outcome,
      example: exampleOf(loaded, part),
      verdicts: part.verdicts.map((verdict) => ({
        tenant: verdict.tenant,
        action: verdict.action,
        rule: verdict.rule?.id,
        ...decider(loaded, verdict),
      })),
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
