/** The files of a target's folder, as they lie there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Artefact } from "../../compiler/target/target.js";
import { Refusal, systemReason } from "../exit.js";
import { manifestName } from "./manifest.js";
import { kindOf, textOf } from "./read.js";

export interface FoundArtefacts {
  /** In order of path. */
  readonly artefacts: readonly Artefact[];
  /** Files that are no text, and what they are instead. */
  readonly strange: readonly { readonly path: string; readonly instead: string }[];
}

/** Every file below a folder but hidden ones. @throws Refusal for what cannot be read; `shown` names the folder in messages. */
export function readArtefacts(folder: string, shown: string): FoundArtefacts {
  if (kindOf(folder) !== "folder") throw new Refusal(`cannot read ${shown}: there is no such folder`);
  const artefacts: Artefact[] = [];
  const strange: { path: string; instead: string }[] = [];
  for (const path of filesBelow(folder, shown)) {
    const name = path.slice(folder.length + 1).replaceAll("\\", "/");
    const read = textOf(bytesOf(path, `${shown}/${name}`));
    if (read.text === undefined) strange.push({ path: name, instead: read.instead });
    else artefacts.push({ path: name, text: read.text });
  }
  return { artefacts, strange };
}

function filesBelow(folder: string, shown: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== manifestName && !entry.name.startsWith("."))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw new Refusal(`cannot read ${shown}: ${systemReason(error)}`);
  }
}

function bytesOf(path: string, shown: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Refusal(`cannot read ${shown}: ${systemReason(error)}`);
  }
}
