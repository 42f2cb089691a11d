/**
 * The order of files. Comparing the paths of a hundred thousand files takes as long as writing some of them, and nearly all are in folders
 * whose files are written in order, so folders are compared and not their files.
 */
import type { Artefact } from "../../target.js";

/** A folder without folders in it. */
export interface Folder {
  /** Ends in a slash. */
  readonly path: string;
  /** In order of path. */
  readonly artefacts: readonly Artefact[];
}

export const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => (a.path < b.path ? -1 : 1);

/** All files in order of path; `files` are those of no folder of these. */
export function inOrderOfPath(files: readonly Artefact[], folders: readonly Folder[]): readonly Artefact[] {
  const sections: readonly (Artefact | Folder)[] = [...files, ...folders].sort(byPath);
  const all: Artefact[] = [];
  for (const section of sections) {
    if ("text" in section) all.push(section);
    else for (const artefact of section.artefacts) all.push(artefact);
  }
  return all;
}
