/** Requests beyond LSP: what `protocol.ts` names. */
import { explainFlow, matrix, proveTests, targetText, testItems } from "../features/policy.js";
import { explainFlowRequest, matrixRequest, runTestRequest, targetTextRequest, testsRequest } from "../protocol.js";
import type { ExplainFlowParams, MatrixParams, MatrixText, RunTestParams, TargetTextParams, TestItem, TestsParams } from "../protocol.js";
import type { Session } from "../session.js";
import type { View } from "../workspace/workspace.js";

export function answerAboutPolicy({ connection, workspace, guard }: Session): void {
  const about = <Params extends { readonly uri: string }, Result>(
    name: string,
    nothing: Result,
    feature: (view: View, params: Params) => Result,
  ): void => {
    connection.onRequest(
      name,
      guard.request(name, (params: Params): Result => {
        const view = workspace.view(params.uri);
        return view === undefined ? nothing : feature(view, params);
      }),
    );
  };
  about<TestsParams, TestItem[]>(testsRequest, [], testItems);
  about(runTestRequest, [], (view, params: RunTestParams) => proveTests(view, params));
  about(targetTextRequest, null, (view, params: TargetTextParams) => targetText(view, params.target) ?? null);
  about<MatrixParams, MatrixText | null>(matrixRequest, null, (view) => matrix(view) ?? null);
  about(explainFlowRequest, { text: "This file belongs to no project." }, (view, params: ExplainFlowParams) => explainFlow(view, params.question));
}
