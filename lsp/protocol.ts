/**
 * What the server and its clients say to each other beyond LSP. Plain types and names only, so that a client can import
 * this file without the server.
 */
import type { Range } from "vscode-languageserver-types";

/** Request: the tests of an open or known file. */
export const testsRequest = "ctv/tests";
export interface TestsParams {
  readonly uri: string;
}
export interface TestItem {
  readonly name: string;
  readonly tenant?: string;
  readonly range: Range;
}

/** Request: proves one test, or every test of the file when `name` is absent. */
export const runTestRequest = "ctv/runTest";
export interface RunTestParams {
  readonly uri: string;
  readonly name?: string;
  /** Tenant of the test: two tenants may have a test of the same name. */
  readonly tenant?: string;
}
export interface TestOutcome {
  readonly name: string;
  readonly tenant?: string;
  readonly passed: boolean;
  readonly failures: readonly TestFailure[];
}
export interface TestFailure {
  readonly range: Range;
  /** What was expected, the flow that breaks it, and the deciding rule. */
  readonly message: string;
}

/** Request: what one target's output for the project of a file is, as text. */
export const targetTextRequest = "ctv/targetText";
export interface TargetTextParams {
  readonly uri: string;
  /** `kubernetes`, `contiv` or `openflow`. */
  readonly target: string;
}
export interface TargetText {
  readonly artefacts: readonly { readonly path: string; readonly text: string }[];
  /** What the target cannot say, one finding each: `file:line: code: message`. In the source they are shown for targets that `ctv.yaml` names. */
  readonly findings: readonly string[];
}

/** Request: group by group connectivity of the project of a file. */
export const matrixRequest = "ctv/matrix";
export interface MatrixParams {
  readonly uri: string;
}
export interface MatrixText {
  /** A self-contained SVG document. */
  readonly svg: string;
  readonly markdown: string;
}

/** Request: what happens to the flows of a question such as `frontend -> redis-master : redis`. */
export const explainFlowRequest = "ctv/explainFlow";
export interface ExplainFlowParams {
  readonly uri: string;
  readonly question: string;
}
export interface ExplainFlow {
  /** Markdown. */
  readonly text: string;
}

/** Notification to the client: the meaning of these projects may have changed, so virtual documents are stale. */
export const policyChangedNotification = "ctv/policyChanged";
export interface PolicyChangedParams {
  readonly uris: readonly string[];
}
