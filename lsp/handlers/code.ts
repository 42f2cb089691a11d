/** Requests about what stands in a file. */
import type { Position, SemanticTokens, SemanticTokensDelta } from "vscode-languageserver";
import { incoming, outgoing, prepareCalls } from "../features/calls.js";
import { type CompletionData, completion, resolveCompletion } from "../features/completion/completion.js";
import { inlayHints } from "../features/hints.js";
import { hover } from "../features/hover.js";
import { codeLenses } from "../features/lenses.js";
import { documentLinks } from "../features/links.js";
import { definition, highlights, references } from "../features/names.js";
import { semanticTokens, tokenEdits } from "../features/semanticTokens.js";
import { foldingRanges, selectionRanges } from "../features/structure.js";
import { documentSymbols, workspaceSymbols } from "../features/symbols.js";
import { offsetIn, toOffset } from "../place.js";
import type { Session } from "../session.js";
import { uriOf, pathOfId } from "../workspace/uri.js";
import type { View } from "../workspace/workspace.js";

interface InDocument {
  readonly textDocument: { readonly uri: string };
}
interface AtPosition extends InDocument {
  readonly position: Position;
}

export function answerAboutCode({ connection, workspace, guard, findings, client }: Session): void {
  const about = <Params extends InDocument, Result>(name: string, nothing: Result, feature: (view: View, params: Params) => Result) =>
    guard.request(name, (params: Params): Result => {
      const view = workspace.view(params.textDocument.uri);
      return view === undefined ? nothing : feature(view, params);
    });
  const at = <Params extends AtPosition, Result>(name: string, nothing: Result, feature: (view: View, offset: number, params: Params) => Result) =>
    about(name, nothing, (view, params: Params) => feature(view, offsetIn(view, params.position), params));

  connection.onHover(at("hover", null, (view, offset) => hover(view, offset, findings.outcomes(view.project)) ?? null));
  connection.onDefinition(at("definition", [], definition));
  connection.onReferences(
    at("references", [], (view, offset, { context }: AtPosition & { readonly context: { readonly includeDeclaration: boolean } }) =>
      references(view, offset, context.includeDeclaration),
    ),
  );
  connection.onDocumentHighlight(at("documentHighlight", [], highlights));
  connection.onCompletion(
    guard.request("completion", ({ textDocument, position }: AtPosition) => {
      const typed = workspace.typed(textDocument.uri);
      return typed === undefined ? [] : completion(typed, toOffset(typed.text, typed.lines, position), client().sharesRange);
    }),
  );
  connection.onCompletionResolve(
    guard.request("completion resolve", (item) => {
      const data = completionData(item.data);
      const view = data === undefined ? undefined : workspace.view(data.uri);
      return data === undefined || view === undefined ? item : resolveCompletion(view, item, data);
    }),
  );
  connection.onDocumentSymbol(about("documentSymbol", [], documentSymbols));
  connection.onWorkspaceSymbol(
    guard.request("workspace/symbol", ({ query }) =>
      workspace.projects().flatMap((project) => {
        const [file] = project.checked().files.keys();
        const view = file === undefined ? undefined : workspace.view(uriOf(pathOfId(project.root, file)));
        return view === undefined ? [] : workspaceSymbols(view, query);
      }),
    ),
  );
  connection.onFoldingRanges(about("foldingRange", [], foldingRanges));
  connection.onSelectionRanges(
    about("selectionRange", [], (view, { positions }: InDocument & { readonly positions: readonly Position[] }) =>
      selectionRanges(
        view,
        positions.map((position) => offsetIn(view, position)),
      ),
    ),
  );
  connection.onDocumentLinks(about("documentLink", [], documentLinks));
  connection.onCodeLens(about("codeLens", [], (view) => codeLenses(view, findings.outcomes(view.project))));
  connection.languages.inlayHint.on(
    about("inlayHint", [], (view, { range }: InDocument & { readonly range: Parameters<typeof inlayHints>[1] }) => inlayHints(view, range)),
  );

  const sentTokens = new Map<string, { readonly resultId: string; readonly data: number[] }>();
  const freshTokens = (view: View): SemanticTokens & { readonly resultId: string } => {
    const number = Number(sentTokens.get(view.uri)?.resultId ?? 0) + 1;
    const tokens = { resultId: String(number), data: semanticTokens(view) };
    sentTokens.set(view.uri, tokens);
    return tokens;
  };
  connection.languages.semanticTokens.on(about("semanticTokens/full", { data: [] }, (view): SemanticTokens => freshTokens(view)));
  connection.languages.semanticTokens.onDelta(
    about(
      "semanticTokens/delta",
      { data: [] },
      (view, { previousResultId }: InDocument & { readonly previousResultId: string }): SemanticTokens | SemanticTokensDelta => {
        const before = sentTokens.get(view.uri);
        const now = freshTokens(view);
        return before?.resultId === previousResultId ? { resultId: now.resultId, edits: tokenEdits(before.data, now.data) } : now;
      },
    ),
  );

  connection.languages.callHierarchy.onPrepare(at("prepareCallHierarchy", [], prepareCalls));
  const ofItem = <Result>(name: string, feature: (view: View, offset: number) => Result[]) =>
    guard.request(name, ({ item }: { readonly item: { readonly uri: string; readonly selectionRange: { readonly start: Position } } }): Result[] => {
      const view = workspace.view(item.uri);
      return view === undefined ? [] : feature(view, offsetIn(view, item.selectionRange.start));
    });
  connection.languages.callHierarchy.onIncomingCalls(ofItem("callHierarchy/incomingCalls", incoming));
  connection.languages.callHierarchy.onOutgoingCalls(ofItem("callHierarchy/outgoingCalls", outgoing));
}

function completionData(data: unknown): CompletionData | undefined {
  if (typeof data !== "object" || data === null || !("uri" in data) || !("kind" in data) || !("name" in data)) return undefined;
  const { uri, kind, name } = data;
  if (typeof uri !== "string" || typeof kind !== "string" || typeof name !== "string") return undefined;
  return { uri, kind, name, ...("tenant" in data && typeof data.tenant === "string" ? { tenant: data.tenant } : {}) };
}
