/** Answers about a policy as a whole. In a large project a thread makes them, so that the server goes on answering everything else. */
import type { Checked } from "../../compiler/compile.js";
import { answerPolicy, subjectOf } from "../features/policy.js";
import type { PolicyAnswer, PolicyQuestion } from "../features/policy.js";
import type { View } from "../workspace/workspace.js";
import { questionAbout } from "./question.js";
import type { TargetThread } from "./thread.js";

/** What more rules than these ask of a processor would be felt, and is left to a thread. */
const fewRules = 300;

export function isLarge({ policy }: Checked): boolean {
  const rules = policy?.tenants.reduce((count, tenant) => count + tenant.policies.reduce((inner, { rules: own }) => inner + own.length, 0), 0) ?? 0;
  return rules > fewRules;
}

/** While a question is being answered. */
export interface Waiting {
  /** Called when the reader does not want the answer any more. */
  readonly onCancel: (leave: () => void) => void;
}

/** Asks about the view's project as it is now; nothing once it was taken back. Throws what made the answer fail. */
export async function askPolicy(
  thread: TargetThread,
  view: View,
  question: PolicyQuestion,
  { onCancel }: Waiting,
): Promise<PolicyAnswer | undefined> {
  if (!isLarge(view.checked)) return answerPolicy(subjectOf(view), question);
  return new Promise((resolve, reject) => {
    const asked = thread.ask(questionAbout(view.project, { kind: "policy", file: view.file.id, question }), (answer) => {
      if (answer.kind === "failed") reject(new Error(answer.reason));
      else resolve(answer.kind === "made" && answer.made.kind === "policy" ? answer.made.answer : undefined);
    });
    onCancel(() => {
      asked.leave();
      resolve(undefined);
    });
  });
}
