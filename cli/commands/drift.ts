/** `ctv drift`: whether a plane still has what the source asks for. */
import { exitCodes } from "../exit.js";
import { text } from "../options.js";
import { planeOptions } from "../plane/options.js";
import { preparePlan } from "../plane/prepare.js";
import { planJson, planText } from "../plane/show.js";
import { wantsColour } from "../terminal.js";
import type { Verb } from "../verb.js";

export const drift: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: planeOptions,
  examples: ["ctv drift --to contiv --netmaster http://netmaster:9999", "ctv drift --to kubernetes --format json"],
  run: async (call) => {
    const { options, terminal } = call;
    const made = await preparePlan("drift", call);
    if (made === undefined) return exitCodes.findings;
    terminal.out.write(text(options, "format") === "json" ? planJson("drift", made) : planText(made, wantsColour(terminal, terminal.out)));
    return made.changes.length + made.hindrances.length + made.left.length > 0 ? exitCodes.differences : exitCodes.fine;
  },
};
