/** `ctv trace`: asks the switch itself about a connection, and holds its answer against the agent's reading of the flows. */
import { integer, list, object, optional, text, truth } from "../../runtime/store/decode.js";
import { agentOption, askAgent, connectionWords, withoutArrow } from "../agentclient.js";
import { exitCodes } from "../exit.js";
import { explanationDecoder, explanationText } from "../report/explanation.js";
import type { Verb } from "../verb.js";
import { jsonOption } from "./history.js";

const traced = { passes: truth, text: text(10_000_000) };
const provider = object({ ...traced, address: text(100), port: integer(0, 65_535), agrees: truth });
const decoder = object({ explanation: explanationDecoder, trace: object(traced), providers: optional(list(provider, 10_000)), agree: truth });

const comesOut = ({ passes }: { readonly passes: boolean }): string => (passes ? "comes out" : "does not come out");

export const trace: Verb = {
  argument: { syntax: "<connection...>", description: "SOURCE DESTINATION SERVICE, ends by the names of endpoints or by addresses" },
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
    if (answer.providers === undefined) {
      if (answer.agree) terminal.out.write(`the switch agrees: the packet ${comesOut(answer.trace)}\n`);
      else terminal.err.write(`ctv: the switch disagrees: its trace says that the packet ${comesOut(answer.trace)}\n`);
      return code;
    }
    for (const { address, port, agrees, ...asked } of answer.providers) {
      if (agrees) terminal.out.write(`the switch agrees about ${address}, port ${port}: the packet ${comesOut(asked)}\n`);
      else terminal.err.write(`ctv: the switch disagrees about ${address}, port ${port}: its trace says that the packet ${comesOut(asked)}\n`);
    }
    if (!answer.agree && answer.providers.every(({ agrees }) => agrees)) {
      terminal.err.write("ctv: the switch disagrees: its trace says that the packet comes to no choice of a provider\n");
    }
    return code;
  },
};
