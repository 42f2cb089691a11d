/** `ctv plan`: what would have to change on a plane so that it has what the source asks for. Changes nothing. */
import { exitCodes } from "../exit.js";
import { flag, text } from "../options.js";
import { planeOptions } from "../plane/options.js";
import { preparePlan } from "../plane/prepare.js";
import { planJson, planText } from "../plane/show.js";
import { wantsColour } from "../terminal.js";
import type { Verb } from "../verb.js";

export const plan: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: [...planeOptions, { flags: "--exit-code", description: "exit with 4 when there is something to do" }],
  examples: [
    "ctv plan --to contiv --netmaster http://netmaster:9999",
    "ctv plan --to kubernetes --context staging",
    "ctv plan --to contiv --netmaster https://netmaster:10000 --ca proxy.pem --prune",
  ],
  run: async (call) => {
    const { options, terminal } = call;
    const made = await preparePlan("plan", call);
    if (made === undefined) return exitCodes.findings;
    const json = text(options, "format") === "json";
    terminal.out.write(json ? planJson("plan", made) : planText(made, wantsColour(terminal, terminal.out)));
    if (made.hindrances.length > 0) return exitCodes.findings;
    return flag(options, "exitCode") && made.changes.length > 0 ? exitCodes.differences : exitCodes.fine;
  },
};
