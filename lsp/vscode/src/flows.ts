/** The fate of a flow, beside the source: a virtual document, shown as VS Code shows Markdown, that follows edits. */
import * as vscode from "vscode";
import { explainFlowRequest } from "../../protocol.js";
import type { ExplainFlow, ExplainFlowParams } from "../../protocol.js";
import type { Server } from "./server.js";
import { sourceInFocus } from "./source.js";

const scheme = "ctv-flow";

/** The source's URI travels in the query of the virtual document, the question in its fragment. */
function answerUri({ uri, question }: ExplainFlowParams): vscode.Uri {
  return vscode.Uri.from({ scheme, path: "/Flow.md", query: uri, fragment: question });
}

export interface FlowAnswers {
  readonly disposable: vscode.Disposable;
  /** Answers about these sources are out of date. */
  readonly changed: (uris: readonly string[]) => void;
}

export function makeFlowAnswers(server: Server): FlowAnswers {
  let shown: vscode.Uri | undefined;
  let lastQuestion = "";
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: async (uri, token) => {
      const params: ExplainFlowParams = { uri: uri.query, question: uri.fragment };
      return (await server.request<ExplainFlow>(explainFlowRequest, params, token)).text;
    },
  };
  const ask = async (): Promise<void> => {
    const uri = sourceInFocus();
    if (uri === undefined) return;
    const question = await vscode.window.showInputBox({
      prompt: "Which flows?",
      placeHolder: "frontend -> redis-master : redis",
      value: lastQuestion,
    });
    if (question === undefined || question.trim() === "") return;
    lastQuestion = question.trim();
    shown = answerUri({ uri, question: lastQuestion });
    await vscode.commands.executeCommand("markdown.showPreviewToSide", shown);
  };
  return {
    disposable: vscode.Disposable.from(
      changed,
      vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
      vscode.commands.registerCommand("ctv.explainFlow", ask),
    ),
    changed: (uris) => {
      if (shown !== undefined && uris.includes(shown.query)) changed.fire(shown);
    },
  };
}
