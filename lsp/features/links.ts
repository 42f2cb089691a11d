/** The paths of imports, and the pages of codes, as links. */
import type { DocumentLink } from "vscode-languageserver-types";
import { rangeOf } from "../place.js";
import type { View } from "../workspace/workspace.js";

export function documentLinks(view: View): DocumentLink[] {
  return view.file.imports
    .filter(({ usable }) => usable)
    .map(({ node, target }) => ({ range: rangeOf(view, node.path.span), target: view.uriOf(target), tooltip: target }));
}
