/** `ctv query`: may this traffic pass, and which rule says so. */
import type { Universe } from "../../compiler/policy/universe.js";
import { peerTable } from "../../compiler/verdict/peers.js";
import { answer, answerFlow } from "../../compiler/verdict/query.js";
import { answerJson, answerText } from "../answers.js";
import type { Answered } from "../answers.js";
import { exitCodes, Refusal } from "../exit.js";
import { list, text } from "../options.js";
import type { Options } from "../options.js";
import { loadProject, projectOptions } from "../project.js";
import type { LoadedProject } from "../project.js";
import { concreteFlow, findQuestion, flowText } from "../question.js";
import { emitReport } from "../report/emit.js";
import { inOrder } from "../report/report.js";
import { wantsColour } from "../terminal.js";
import type { Terminal } from "../terminal.js";
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
  examples: [
    "ctv query frontend to redis-master : redis",
    'ctv query "any -> redis-master"',
    'ctv query "any -> 10.1.1.7 : tcp/22" --in policy',
    'ctv query "shop[app=web]@10.1.1.1 -> @198.51.100.7 : tcp/443"',
  ],
  prepare: (words) => words.map((word) => (word === "->" ? "to" : word)),
  run: ({ words, options, terminal }) => {
    const question = flowText(words);
    const loaded = loadProject(list(options, "in"), options, terminal, { withoutLogic: true });
    const { policy, universe } = loaded.checked;
    if (policy === undefined || universe === undefined) {
      emitReport(terminal, { verb: "query", diagnostics: inOrder(loaded.diagnostics), sources: loaded.sources, failLevel: "error" }, "pretty");
      return Promise.resolve(exitCodes.findings);
    }
    const flow = concreteFlow(question);
    const answered =
      flow === undefined ? askSets(loaded, universe, question, options, terminal) : { question, answer: answerFlow(policy, flow), flow };
    const colour = wantsColour(terminal, terminal.out);
    terminal.out.write(text(options, "format") === "json" ? answerJson(loaded, answered) : answerText(loaded, answered, colour));
    return Promise.resolve(exitCodes.fine);
  },
};

function askSets(loaded: LoadedProject, universe: Universe, question: string, options: Options, terminal: Terminal): Answered {
  const found = findQuestion(loaded, question, text(options, "tenant"));
  if (found.kind === "wrong") {
    emitReport(terminal, { verb: "query", diagnostics: found.diagnostics, sources: found.sources, failLevel: "error" }, "pretty");
    throw new Refusal(`the question is not understood: ${question}`);
  }
  const table = peerTable(universe, found.question);
  return { question, answer: answer(universe, found.question), ...(table === undefined ? {} : { table }) };
}
