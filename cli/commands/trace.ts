/** `ctv trace`: asks the switch itself about a connection, and holds its answer against the agent's reading of the flows. */
import { object, text, truth } from "../../runtime/store/decode.js";
import { agentOption, askAgent, connectionWords, withoutArrow } from "../agentclient.js";
import { exitCodes } from "../exit.js";
import { explanationDecoder, explanationText } from "../report/explanation.js";
import type { Verb } from "../verb.js";
import { jsonOption } from "./history.js";

const decoder = object({ explanation: explanationDecoder, trace: object({ passes: truth, text: text(10_000_000) }), agree: truth });

export const trace: Verb = {
  argument: { syntax: "<words...>", description: "SOURCE DESTINATION SERVICE, ends by the names of endpoints or by addresses" },
  options: [agentOption, jsonOption],
  examples: ["ctv trace web-1 db-1 tcp/5432"],
  prepare: withoutArrow,
  run: async ({ words, options, terminal }) => {
    const query = connectionWords(words);
    const answer = decoder(await askAgent(options, "/trace", query), "the agent's answer");
    const question = `${query.get("from") ?? ""} -> ${query.get("to") ?? ""} : ${query.get("service") ?? ""}`;
    const code = answer.agree ? exitCodes.fine : exitCodes.differences;
    if (options.format === "json") {
      terminal.out.write(`${JSON.stringify({ version: 1, command: "trace", question, ...answer }, null, 2)}\n`);
      return code;
    }
    terminal.out.write(`${answer.trace.text.trimEnd()}\n\n${explanationText(question, answer.explanation)}`);
    if (answer.agree) terminal.out.write(`the switch agrees: the packet ${answer.trace.passes ? "comes out" : "does not come out"}\n`);
    else terminal.err.write(`ctv: the switch disagrees: its trace says that the packet ${answer.trace.passes ? "comes out" : "does not come out"}\n`);
    return code;
  },
};
