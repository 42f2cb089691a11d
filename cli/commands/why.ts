/** `ctv why`: what happens to a connection on this node, by which rule and which flow. */
import { agentOption, askAgent, connectionWords, withoutArrow } from "../agentclient.js";
import { exitCodes } from "../exit.js";
import { explanationDecoder, explanationText } from "../report/explanation.js";
import type { Verb } from "../verb.js";
import { jsonOption } from "./history.js";

export const why: Verb = {
  argument: { syntax: "<connection...>", description: "SOURCE DESTINATION SERVICE, ends by the names of endpoints or by addresses" },
  options: [agentOption, jsonOption],
  examples: ["ctv why web-1 db-1 tcp/5432", "ctv why 198.51.100.7 10.1.1.1 icmp/8 --format json"],
  prepare: withoutArrow,
  run: async ({ words, options, terminal }) => {
    const query = connectionWords(words);
    const explanation = explanationDecoder(await askAgent(options, "/why", query), "the agent's answer");
    const question = `${query.get("from") ?? ""} -> ${query.get("to") ?? ""} : ${query.get("service") ?? ""}`;
    if (options.format === "json") terminal.out.write(`${JSON.stringify({ version: 1, command: "why", question, ...explanation }, null, 2)}\n`);
    else terminal.out.write(explanationText(question, explanation));
    return exitCodes.fine;
  },
};
