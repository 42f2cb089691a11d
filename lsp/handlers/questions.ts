/** Questions about a policy as a whole, put to a thread in large projects, with a word to the reader that something is being done. */
import { isLarge, askPolicy } from "../targets/ask.js";
import type { Waiting } from "../targets/ask.js";
import type { PolicyAnswer, PolicyQuestion } from "../features/policy.js";
import type { Session } from "../session.js";
import type { View } from "../workspace/workspace.js";

export type Ask = (view: View, question: PolicyQuestion, waiting: Waiting) => Promise<PolicyAnswer | undefined>;

/** Asks; the reader can take a question back in the client's progress bar too. */
export function asking({ connection, client, thread }: Pick<Session, "connection" | "client" | "thread">): Ask {
  return async (view, question, waiting) => {
    if (!client().progress || !isLarge(view.checked)) return askPolicy(thread, view, question, waiting);
    const progress = await connection.window.createWorkDoneProgress();
    progress.begin("ctv", undefined, titleOf(question), true);
    const onCancel = (leave: () => void): void => {
      waiting.onCancel(leave);
      progress.token.onCancellationRequested(leave);
    };
    try {
      return await askPolicy(thread, view, question, { onCancel });
    } finally {
      progress.done();
    }
  };
}

function titleOf(question: PolicyQuestion): string {
  switch (question.kind) {
    case "tests":
      return "proving tests";
    case "target":
      return `compiling for ${question.target}`;
    case "matrix":
      return "finding out who may talk to whom";
    case "flow":
      return "following the flow";
  }
}
