/** `ctv apply`: brings a plane to what the source asks for. Run again after it was cut short, it goes on from there. */
import { exitCodes, Refusal } from "../exit.js";
import type { ExitCode } from "../exit.js";
import { text } from "../options.js";
import { planeOf, planeOptions } from "../plane/options.js";
import { preparePlan, refusalOf } from "../plane/prepare.js";
import type { PlanePlan } from "../plane/plane.js";
import { planJson, planText } from "../plane/show.js";
import { progress } from "../progress.js";
import { wantsColour } from "../terminal.js";
import type { Call, Verb } from "../verb.js";

export const apply: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: [
    ...planeOptions,
    { flags: "--dry-run <how>", description: "kubernetes: the server does everything but keep it, and what it says is shown", choices: ["server"] },
  ],
  examples: ["ctv apply --to contiv --netmaster http://netmaster:9999", "ctv apply --to kubernetes --context staging --prune"],
  run: async (call) => {
    const { options } = call;
    const dry = text(options, "dryRun") !== undefined;
    if (dry && planeOf(options) === "contiv")
      throw new Refusal("netmaster knows no dry runs", "`ctv plan --to contiv` shows what an apply would send");
    const made = await preparePlan("apply", call, !dry);
    if (made === undefined) return exitCodes.findings;
    try {
      return await perform(made, call, dry);
    } finally {
      await made.close?.();
    }
  },
};

async function perform(made: PlanePlan, { options, terminal }: Call, dry: boolean): Promise<ExitCode> {
  const json = text(options, "format") === "json";
  if (!json) terminal.out.write(planText(made, wantsColour(terminal, terminal.out)));
  if (made.hindrances.length > 0) {
    if (json) terminal.out.write(planJson("apply", made, 0));
    terminal.err.write("ctv: nothing was sent\n");
    return exitCodes.findings;
  }
  if (dry) {
    // The plan was made from the server's dry runs of every object.
    terminal.out.write(json ? planJson("apply", made, 0) : "dry run: the server would take it, and has kept nothing\n");
    return exitCodes.fine;
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
}
