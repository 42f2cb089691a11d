/** Requests beyond LSP: what `protocol.ts` names. */
import { testItems } from "../features/policy.js";
import type { PolicyAnswer, PolicyQuestion } from "../features/policy.js";
import { refusal } from "../guard.js";
import { explainFlowRequest, matrixRequest, runTestRequest, targetTextRequest, testsRequest } from "../protocol.js";
import type { ExplainFlowParams, MatrixParams, RunTestParams, TargetTextParams, TestItem, TestsParams } from "../protocol.js";
import type { Session } from "../session.js";
import { asking } from "./questions.js";

export function answerAboutPolicy(session: Session): void {
  const { connection, workspace, guard } = session;
  const ask = asking(session);
  const about = <Params extends { readonly uri: string }>(
    name: string,
    nothing: NonNullable<PolicyAnswer["found"]> | null,
    question: (params: Params) => PolicyQuestion,
  ): void => {
    connection.onRequest(
      name,
      guard.request(name, async (params: Params, _cancelled, onCancel) => {
        const view = workspace.view(params.uri);
        if (view === undefined) return nothing;
        const answer = await ask(view, question(params), { onCancel });
        return answer === undefined ? refusal(`${name} was left.`) : (answer.found ?? null);
      }),
    );
  };
  connection.onRequest(
    testsRequest,
    guard.request(testsRequest, ({ uri }: TestsParams): TestItem[] => {
      const view = workspace.view(uri);
      return view === undefined ? [] : testItems(view);
    }),
  );
  about(runTestRequest, [], ({ name, tenant }: RunTestParams) => ({
    kind: "tests",
    ...(name === undefined ? {} : { name }),
    ...(tenant === undefined ? {} : { tenant }),
  }));
  about(targetTextRequest, null, ({ target }: TargetTextParams) => ({ kind: "target", target }));
  about<MatrixParams>(matrixRequest, null, () => ({ kind: "matrix" }));
  about(explainFlowRequest, { text: "This file belongs to no project." }, ({ question }: ExplainFlowParams) => ({ kind: "flow", question }));
}
