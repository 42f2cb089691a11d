/** The output files of two versions of a project, compared as text. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { chosenTargets, emitTargets } from "./emission.js";
import type { LoadedProject } from "./project.js";

/** A patch of everything that the targets would write; empty when nothing changes. */
export function artefactDiff(before: LoadedProject, after: LoadedProject, asked: readonly string[]): string {
  const old = filesOf(before, asked);
  const now = filesOf(after, asked);
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths
    .filter((path) => old.get(path) !== now.get(path))
    .map((path) =>
      createTwoFilesPatch(
        old.has(path) ? `a/${path}` : "/dev/null",
        now.has(path) ? `b/${path}` : "/dev/null",
        old.get(path) ?? "",
        now.get(path) ?? "",
        "",
        "",
        { headerOptions: FILE_HEADERS_ONLY },
      ),
    )
    .join("");
}

function filesOf(loaded: LoadedProject, asked: readonly string[]): ReadonlyMap<string, string> {
  const outputs = emitTargets(loaded, chosenTargets(asked, loaded.project.targets), { verify: false, before: () => undefined });
  return new Map(outputs.flatMap(({ name, artefacts }) => artefacts.map((artefact) => [`${name}/${artefact.path}`, artefact.text] as const)));
}
