/** `ctv apply`: brings a plane to what the source asks for. Run again after it was cut short, it goes on from there. */
import { exitCodes } from "../exit.js";
import { text } from "../options.js";
import { planeOptions } from "../plane/options.js";
import { preparePlan, refusalOf } from "../plane/prepare.js";
import { planJson, planText } from "../plane/show.js";
import { progress } from "../progress.js";
import { wantsColour } from "../terminal.js";
import type { Verb } from "../verb.js";

export const apply: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: planeOptions,
  examples: ["ctv apply --to contiv --netmaster http://netmaster:9999", "ctv apply --to kubernetes --context staging --prune"],
  run: async (call) => {
    const { options, terminal } = call;
    const made = await preparePlan("apply", call);
    if (made === undefined) return exitCodes.findings;
    const json = text(options, "format") === "json";
    if (!json) terminal.out.write(planText(made, wantsColour(terminal, terminal.out)));
    if (made.hindrances.length > 0) {
      if (json) terminal.out.write(planJson("apply", made, 0));
      terminal.err.write("ctv: nothing was sent\n");
      return exitCodes.findings;
    }
    const steps = progress(terminal);
    let done = 0;
    try {
      await made.send((count) => {
        done = count;
        steps.step(`request ${count} of ${made.requests}`);
      });
    } catch (error) {
      throw refusalOf(error, `${done} of ${made.requests} requests are done, and it is safe to leave it so; \`ctv apply\` goes on from there`);
    } finally {
      steps.done();
    }
    if (json) terminal.out.write(planJson("apply", made, done));
    else if (made.requests > 0) terminal.out.write(`applied: ${done} ${done === 1 ? "request" : "requests"}\n`);
    return exitCodes.fine;
  },
};
