/** The test explorer: the `test` blocks of open files, proved by the server. */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { runTestRequest, testsRequest } from "../../protocol.js";
import type { RunTestParams, TestItem, TestOutcome, TestsParams } from "../../protocol.js";

const toRange = (range: TestItem["range"]): vscode.Range =>
  new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);

export function registerTests(client: LanguageClient): vscode.Disposable {
  const controller = vscode.tests.createTestController("ctv", "ctv tests");
  const known = new Map<vscode.TestItem, RunTestParams>();

  const discover = async (document: vscode.TextDocument): Promise<void> => {
    if (document.languageId !== "ctv" || !client.isRunning()) return;
    const params: TestsParams = { uri: document.uri.toString() };
    const tests = await client.sendRequest<readonly TestItem[]>(testsRequest, params);
    const file = controller.createTestItem(params.uri, vscode.workspace.asRelativePath(document.uri), document.uri);
    file.children.replace(
      tests.map((test) => {
        const item = controller.createTestItem(`${params.uri}#${test.tenant ?? ""}/${test.name}`, test.name, document.uri);
        item.range = toRange(test.range);
        known.set(item, { uri: params.uri, name: test.name, ...(test.tenant === undefined ? {} : { tenant: test.tenant }) });
        return item;
      }),
    );
    if (tests.length === 0) controller.items.delete(params.uri);
    else controller.items.add(file);
  };

  const leaves = (item: vscode.TestItem): readonly vscode.TestItem[] =>
    item.children.size === 0 ? [item] : [...item.children].flatMap(([, child]) => leaves(child));

  const runItem = async (run: vscode.TestRun, item: vscode.TestItem): Promise<void> => {
    const params = known.get(item);
    if (params === undefined) return;
    run.started(item);
    const outcomes = await client.sendRequest<readonly TestOutcome[]>(runTestRequest, params);
    const failures = outcomes.flatMap((outcome) => outcome.failures);
    if (outcomes.length === 0) run.skipped(item);
    else if (failures.length === 0) run.passed(item);
    else {
      run.failed(
        item,
        failures.map((failure) => {
          const message = new vscode.TestMessage(failure.message);
          if (item.uri !== undefined) message.location = new vscode.Location(item.uri, toRange(failure.range));
          return message;
        }),
      );
    }
  };

  const runAll = async (request: vscode.TestRunRequest): Promise<void> => {
    const run = controller.createTestRun(request);
    const chosen = (request.include ?? [...controller.items].map(([, item]) => item)).flatMap(leaves);
    for (const item of chosen) if (request.exclude?.includes(item) !== true) await runItem(run, item);
    run.end();
  };

  controller.createRunProfile("Prove", vscode.TestRunProfileKind.Run, runAll, true);
  return vscode.Disposable.from(
    controller,
    vscode.workspace.onDidOpenTextDocument(discover),
    vscode.workspace.onDidSaveTextDocument(discover),
    vscode.commands.registerCommand("ctv.runTest", async (params: RunTestParams) => {
      const outcomes = await client.sendRequest<readonly TestOutcome[]>(runTestRequest, params);
      for (const outcome of outcomes) {
        if (outcome.passed) void vscode.window.showInformationMessage(`ctv: "${outcome.name}" holds.`);
        else void vscode.window.showErrorMessage(`ctv: "${outcome.name}" fails: ${outcome.failures.map((failure) => failure.message).join("; ")}`);
      }
    }),
  );
}
