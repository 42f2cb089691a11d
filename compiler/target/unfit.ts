/** Whether a policy is meant for a target at all, for runs in which nobody named one. */
import { groupWithoutNetwork, networkWithoutSubnet } from "../diagnostics/contiv-objects.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { targetLeftOut } from "../diagnostics/verification.js";

/** Errors that say: this policy has no place on the target. All others are for its author to mend. */
const unfitting: ReadonlySet<string> = new Set([groupWithoutNetwork.code, networkWithoutSubnet.code]);

/** The note that stands for the target's findings where these say that the policy does not fit it; nothing where it does. */
export function unfitness(target: string, found: readonly Diagnostic[]): Diagnostic | undefined {
  const first = found.find(({ code }) => unfitting.has(code));
  return first === undefined ? undefined : targetLeftOut.make({ target, reason: first.message }, { span: first.span, target });
}
