/** The test explorer: the `test` blocks of the workspace, proved by the server. */
import * as vscode from "vscode";
import { runTestRequest, testsRequest } from "../../protocol.js";
import type { RunTestParams, TestItem, TestOutcome, TestsParams } from "../../protocol.js";
import { toRange } from "./place.js";
import type { Server } from "./server.js";

export interface TestExplorer {
  readonly disposable: vscode.Disposable;
  /** Looks for tests in every file of the workspace. */
  readonly discoverAll: () => Promise<void>;
  /** Looks again in these files. */
  readonly discover: (uris: readonly string[]) => Promise<void>;
}

export function makeTestExplorer(server: Server): TestExplorer {
  const controller = vscode.tests.createTestController("ctv", "ctv");
  const questions = new WeakMap<vscode.TestItem, RunTestParams>();

  const prove = (params: RunTestParams, token?: vscode.CancellationToken): Promise<readonly TestOutcome[]> =>
    server.request(runTestRequest, params, token);

  const discoverIn = async (uri: vscode.Uri): Promise<void> => {
    const params: TestsParams = { uri: uri.toString() };
    const tests = await server.request<readonly TestItem[]>(testsRequest, params);
    if (tests.length === 0) return controller.items.delete(params.uri);
    const file = controller.items.get(params.uri) ?? controller.createTestItem(params.uri, vscode.workspace.asRelativePath(uri), uri);
    file.children.replace(
      tests.map(({ name, tenant, range }) => {
        const id = `${params.uri}#${tenant ?? ""}/${name}`;
        const item = file.children.get(id) ?? controller.createTestItem(id, name, uri);
        item.range = toRange(range);
        if (tenant !== undefined) item.description = tenant;
        questions.set(item, { uri: params.uri, name, ...(tenant === undefined ? {} : { tenant }) });
        return item;
      }),
    );
    controller.items.add(file);
  };
  const discover = async (uris: readonly vscode.Uri[]): Promise<void> => {
    for (const uri of uris) await discoverIn(uri);
  };
  const discoverAll = async (): Promise<void> => {
    const uris = await vscode.workspace.findFiles("**/*.ctv", "**/node_modules/**");
    const found = new Set(uris.map(String));
    for (const [id] of controller.items) if (!found.has(id)) controller.items.delete(id);
    await discover(uris);
  };

  const leaves = (item: vscode.TestItem): readonly vscode.TestItem[] =>
    item.children.size === 0 ? [item] : [...item.children].flatMap(([, child]) => leaves(child));

  const failuresOf = (item: vscode.TestItem, outcomes: readonly TestOutcome[]): readonly vscode.TestMessage[] =>
    outcomes
      .filter((outcome) => !outcome.passed)
      .flatMap((outcome) => outcome.failures)
      .map((failure) => {
        const message = new vscode.TestMessage(failure.message);
        if (item.uri !== undefined) message.location = new vscode.Location(item.uri, toRange(failure.range));
        return message;
      });
  const runItem = async (run: vscode.TestRun, item: vscode.TestItem, token: vscode.CancellationToken): Promise<void> => {
    const params = questions.get(item);
    if (params === undefined) return;
    run.started(item);
    try {
      const outcomes = await prove(params, token);
      if (outcomes.length === 0) run.errored(item, new vscode.TestMessage("The policy has errors: mend them first."));
      else if (outcomes.every((outcome) => outcome.passed)) {
        run.appendOutput(`${item.label}: holds\r\n`, undefined, item);
        run.passed(item);
      } else {
        run.appendOutput(`${item.label}: fails\r\n`, undefined, item);
        run.failed(item, failuresOf(item, outcomes));
      }
    } catch (error) {
      run.errored(item, new vscode.TestMessage(error instanceof Error ? error.message : String(error)));
    }
  };
  const runAll = async (request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> => {
    const run = controller.createTestRun(request);
    const chosen = (request.include ?? [...controller.items].map(([, item]) => item)).flatMap(leaves);
    for (const item of chosen) {
      if (token.isCancellationRequested) break;
      if (request.exclude?.includes(item) !== true) await runItem(run, item, token);
    }
    run.end();
  };
  const runFromLens = async (params: RunTestParams): Promise<void> => {
    const outcomes = await prove(params);
    if (outcomes.length === 0) void vscode.window.showWarningMessage("ctv: the policy has errors, so no test can be run.");
    for (const outcome of outcomes) {
      if (outcome.passed) void vscode.window.showInformationMessage(`ctv: "${outcome.name}" holds.`);
      else void vscode.window.showErrorMessage(`ctv: "${outcome.name}" fails: ${outcome.failures.map((failure) => failure.message).join("; ")}`);
    }
  };

  controller.createRunProfile("Prove", vscode.TestRunProfileKind.Run, runAll, true);
  controller.refreshHandler = discoverAll;
  return {
    disposable: vscode.Disposable.from(controller, vscode.commands.registerCommand("ctv.runTest", runFromLens)),
    discoverAll,
    discover: (uris) => discover(uris.map((uri) => vscode.Uri.parse(uri))),
  };
}
