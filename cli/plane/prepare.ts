/** From arguments to a plan: the way that `plan`, `apply` and `drift` share. */
import { ApiFailure } from "../../runtime/api/failure.js";
import { chosenTargets, emitTargets } from "../emission.js";
import { Refusal } from "../exit.js";
import type { Options } from "../options.js";
import { progress } from "../progress.js";
import { loadProject } from "../project.js";
import { emitReport } from "../report/emit.js";
import { inOrder } from "../report/report.js";
import { soundUniverse } from "../sound.js";
import type { Terminal } from "../terminal.js";
import type { Call } from "../verb.js";
import { contivPlan } from "./contiv.js";
import { planeOf } from "./options.js";
import type { PlanePlan } from "./plane.js";

/** What an API could not do, as the end of a command. */
export function refusalOf(error: unknown, more: string | undefined = undefined): unknown {
  if (!(error instanceof ApiFailure)) return error;
  const help = [error.help, more].flatMap((part) => part ?? []).join("; ");
  return new Refusal(error.message, help === "" ? undefined : help);
}

/**
 * The plan for what the words name, whose `close` has to be called in the end; `keeps` keeps other applies away until then; nothing after errors in the sources or in what the target makes of them were shown.
 * @throws Refusal
 */
export async function preparePlan(verb: string, { words, options, terminal }: Call, keeps = false): Promise<PlanePlan | undefined> {
  const plane = planeOf(options);
  const steps = progress(terminal);
  steps.step("reading and checking");
  const loaded = loadProject(words, options, terminal);
  if (soundUniverse(verb, loaded, terminal) === undefined) return undefined;
  const [output] = emitTargets(loaded, chosenTargets([plane], {}), { verify: options.verify !== false, before: steps.step });
  steps.done();
  if (output === undefined) return undefined;
  const errors = output.diagnostics.filter(({ severity }) => severity === "error");
  // `ctv compile` tells what a plane cannot say; here it would hide the plan. What makes the objects wrong stops it.
  if (errors.length > 0) {
    emitReport(terminal, { verb, diagnostics: inOrder(errors), sources: loaded.sources, failLevel: "error" }, "pretty");
    return undefined;
  }
  steps.step(`asking ${plane}`);
  try {
    const made = await planFor(plane, output.artefacts, loaded, options, terminal, keeps);
    const warnings = verb === "drift" ? 0 : output.diagnostics.length;
    if (warnings > 0) terminal.err.write(warningText(warnings, plane));
    return made;
  } catch (error) {
    throw refusalOf(error);
  } finally {
    steps.done();
  }
}

function warningText(count: number, plane: string): string {
  const subject = count === 1 ? "1 thing differs" : `${count} things differ`;
  return `ctv: ${subject} on ${plane} from what the source says; \`ctv compile --target ${plane}\` tells which\n`;
}

async function planFor(
  plane: ReturnType<typeof planeOf>,
  artefacts: Parameters<typeof contivPlan>[0],
  loaded: Parameters<typeof contivPlan>[1],
  options: Options,
  terminal: Terminal,
  keeps: boolean,
): Promise<PlanePlan> {
  switch (plane) {
    case "contiv":
      return contivPlan(artefacts, loaded, options, terminal);
    case "kubernetes": {
      const { kubernetesPlan } = await import("./kubernetes.js");
      return kubernetesPlan(artefacts, loaded, options, terminal, keeps);
    }
  }
}
