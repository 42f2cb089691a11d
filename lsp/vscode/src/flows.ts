/** The fate of a flow, beside the source: a virtual document, shown as VS Code shows Markdown, that follows edits. */
import * as vscode from "vscode";
import { explainFlowRequest } from "../../protocol.js";
import type { ExplainFlow, ExplainFlowParams } from "../../protocol.js";
import { followSources } from "./following.js";
import type { Following } from "./following.js";
import type { Server } from "./server.js";
import { sourceInFocus } from "./source.js";

const scheme = "ctv-flow";

/** The question travels in the fragment. */
function answerUri({ uri, question }: ExplainFlowParams): vscode.Uri {
  return vscode.Uri.from({ scheme, path: "/Flow.md", query: uri, fragment: question });
}

export function makeFlowAnswers(server: Server): Following {
  let lastQuestion = "";
  const answer = async (uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> => {
    const params: ExplainFlowParams = { uri: uri.query, question: uri.fragment };
    return (await server.request<ExplainFlow>(explainFlowRequest, params, token)).text;
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
    await vscode.commands.executeCommand("markdown.showPreviewToSide", answerUri({ uri, question: lastQuestion }));
  };
  return followSources(scheme, answer, { name: "ctv.explainFlow", run: ask });
}
