import { checkLogicInSteps } from "../../compiler/check/logic.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import type { Universe } from "../../compiler/policy/universe.js";
import { finish } from "../../compiler/steps.js";

/** All findings about a policy's logic. */
export function checkLogic(universe: Universe): readonly Diagnostic[] {
  return finish(checkLogicInSteps(universe));
}
