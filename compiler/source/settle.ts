/** All findings of a project, settled and in order; files about which nothing else is said than in an earlier check are taken over from it. */
import { withoutConsequences } from "../diagnostics/consequences.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { inOrder } from "../diagnostics/order.js";
import type { LoadedFile } from "./files.js";
import { findingsByFile, idleSuppressions, settleFile } from "./settings.js";
import type { FindingSettings, Policing, SettledFile } from "./settings.js";

/** What was settled of a file, and from what. */
interface Known extends SettledFile {
  readonly file?: LoadedFile;
  readonly found: readonly Diagnostic[];
}

export interface Settled {
  /** Of files about which something is said, in order of their ids; the list of a file is the same object while nothing else is said. */
  readonly byFile: ReadonlyMap<string, readonly Diagnostic[]>;
  readonly known: ReadonlyMap<string, Known>;
  /** By which all of it was settled. */
  readonly settings: FindingSettings;
  readonly isComplete: boolean;
}

/** `isComplete` has to say the same as the policing does of what has been looked for. */
export function settle(
  found: readonly Diagnostic[],
  files: ReadonlyMap<string, LoadedFile>,
  settings: FindingSettings,
  isComplete: boolean,
  policing: Policing,
  before?: Settled,
): Settled {
  const earlier = before?.settings === settings && before.isComplete === isComplete ? before.known : undefined;
  const known = new Map<string, Known>();
  for (const [id, list] of findingsByFile(found, files.values(), policing)) {
    const file = files.get(id);
    const same = earlier?.get(id);
    known.set(id, same?.file === file && same !== undefined && sameList(same.found, list) ? same : settled(file, list, policing));
  }
  const byFile = new Map<string, readonly Diagnostic[]>();
  for (const [id, { findings }] of known) if (findings.length > 0) byFile.set(id, findings);
  for (const diagnostic of idleSuppressions(known.values(), policing)) {
    const { file } = diagnostic.span;
    byFile.set(file, inOrder([...(byFile.get(file) ?? []), diagnostic]));
  }
  return { byFile: new Map([...byFile].sort(([left], [right]) => (left < right ? -1 : 1))), known, settings, isComplete };
}

function settled(file: LoadedFile | undefined, found: readonly Diagnostic[], policing: Policing): Known {
  const { findings, used } = settleFile(file, file === undefined ? found : withoutConsequences(found, file), policing);
  return { ...(file === undefined ? {} : { file }), found, findings: inOrder(findings), used };
}

function sameList<Item>(left: readonly Item[], right: readonly Item[]): boolean {
  return left.length === right.length && left.every((item, at) => item === right[at]);
}
