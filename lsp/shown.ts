/** Findings as the editor shows them, file by file. What was made of a list of findings is made once, so that a file about which nothing else is said costs a look. */
import type { Diagnostic as EditorDiagnostic } from "vscode-languageserver";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import { shortHash } from "../compiler/policy/text.js";
import type { PageOf } from "./documentation.js";
import { toEditor } from "./features/diagnostics.js";
import type { ProjectState } from "./workspace/project.js";
import { pathOfId, uriOf } from "./workspace/uri.js";
import type { View } from "./workspace/workspace.js";

export type FindingsByFile = ReadonlyMap<string, readonly Diagnostic[]>;

export interface Shown {
  /** What is to be shown of a project, by URI: of files with findings, and of the files beside the sources. `slow` takes longer to find. */
  readonly itemsOf: (project: ProjectState, slow: FindingsByFile) => ReadonlyMap<string, EditorDiagnostic[]>;
  /** By which a client says that it has these items. */
  readonly resultId: (uri: string, items: readonly EditorDiagnostic[]) => string;
}

/** Two lists made into one: the same object as long as both are. */
interface Joined {
  readonly own: EditorDiagnostic[];
  readonly items: EditorDiagnostic[];
}

/** `pageOf` is asked at each time, since a client may choose other pages. */
export function makeShown(pageOf: () => PageOf | undefined): Shown {
  const uris = new Map<string, string>();
  const ids = new WeakMap<readonly EditorDiagnostic[], string>();
  let made = new WeakMap<readonly Diagnostic[], EditorDiagnostic[]>();
  let joined = new WeakMap<readonly Diagnostic[], Joined>();
  let pages: string | undefined;

  const uriIn = (root: string, id: string): string => {
    const key = `${root}\n${id}`;
    const known = uris.get(key) ?? uriOf(pathOfId(root, id));
    uris.set(key, known);
    return known;
  };
  /** What was made with links to other pages is made again. */
  const forget = (): void => {
    const now = pageOf()?.("CTV4001");
    if (now === pages) return;
    pages = now;
    made = new WeakMap();
    joined = new WeakMap();
  };
  return {
    itemsOf: (project, slow) => {
      forget();
      const checked = project.checked();
      const items = new Map<string, EditorDiagnostic[]>();
      const [file] = checked.files.values();
      for (const id of project.settingsFiles()) items.set(uriIn(project.root, id), []);
      if (file === undefined) return items;
      const view: View = { uri: "", file, checked, project, uriOf: (id) => uriIn(project.root, id) };
      const convert = (diagnostic: Diagnostic): EditorDiagnostic => toEditor(view, diagnostic, pageOf());
      const itemsFor = (list: readonly Diagnostic[]): EditorDiagnostic[] => {
        const known = made.get(list) ?? list.map(convert);
        made.set(list, known);
        return known;
      };
      // Lines of files beside the sources change while their findings do not.
      const beside = (id: string): boolean => !checked.files.has(id);
      for (const [id, list] of checked.findings) items.set(view.uriOf(id), beside(id) ? list.map(convert) : itemsFor(list));
      for (const [id, list] of slow) {
        if (beside(id)) continue;
        const own = items.get(view.uriOf(id));
        const before = joined.get(list);
        const more = own === undefined ? itemsFor(list) : before?.own === own ? before.items : [...own, ...itemsFor(list)];
        if (own !== undefined) joined.set(list, { own, items: more });
        items.set(view.uriOf(id), more);
      }
      for (const diagnostic of project.settingsFindings()) {
        const uri = view.uriOf(diagnostic.span.file);
        const own = items.get(uri);
        if (own !== undefined) items.set(uri, [...own, convert(diagnostic)]);
      }
      return items;
    },
    resultId: (uri, items) => {
      const known = ids.get(items) ?? shortHash(`${uri}\n${JSON.stringify(items)}`);
      ids.set(items, known);
      return known;
    },
  };
}

/** Findings by file. */
export function byFile(findings: readonly Diagnostic[]): FindingsByFile {
  const found = new Map<string, Diagnostic[]>();
  for (const finding of findings) {
    const list = found.get(finding.span.file);
    if (list === undefined) found.set(finding.span.file, [finding]);
    else list.push(finding);
  }
  return found;
}
