/** Imports that follow their files when files move. */
import type { WorkspaceEdit } from "vscode-languageserver-types";
import { relativePath, resolveImport } from "../../compiler/source/files.js";
import type { TextEdit } from "../../grammar/syntax.js";
import type { View } from "../workspace/workspace.js";
import { workspaceEdit } from "./actions/edits.js";

/** The edits that keep every import of the project right when files go from the ids on the left to those on the right. */
export function movedImports(view: View, moves: ReadonlyMap<string, string>): WorkspaceEdit {
  const edits = [...view.checked.files.values()].flatMap((file) =>
    file.imports.flatMap(({ node, target }): readonly TextEdit[] => {
      const importer = moves.get(file.id) ?? file.id;
      const imported = moves.get(target) ?? target;
      return resolveImport(importer, node.path.text) === imported
        ? []
        : [{ span: node.path.span, text: JSON.stringify(relativePath(importer, imported)) }];
    }),
  );
  return workspaceEdit(view, edits);
}
