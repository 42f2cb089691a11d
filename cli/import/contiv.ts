/** `ctv import contiv`: netmaster's objects, as files of one object each, as its listings, or asked of a running netmaster. */
import { importContiv } from "../../compiler/import/contiv/import.js";
import type { ManifestFile } from "../../compiler/manifests/read.js";
import type { ImportSource } from "../commands/import.js";
import { Refusal } from "../exit.js";
import { hasErrors, manifestTexts } from "../manifests.js";
import { text } from "../options.js";
import type { Options } from "../options.js";
import { source } from "../report/report.js";
import type { Terminal } from "../terminal.js";

export const contivSource: ImportSource = async (words, options, terminal) => {
  const url = text(options, "netmaster") ?? (words.length === 0 ? terminal.env.NETMASTER : undefined);
  if (url !== undefined && words.length > 0) throw new Refusal("name files, or use --netmaster, but not both");
  if (url === undefined && words.length === 0) {
    throw new Refusal("files are needed: files, folders, or - for standard input", "--netmaster URL reads the objects of a running netmaster");
  }
  const files = url === undefined ? namedFiles(words, terminal) : await filesOfNetmaster(options, terminal);
  const imported = importContiv(files);
  return {
    ...imported,
    sources: new Map(files.map(({ file, text: content }) => [file, source(file, content)])),
    incomplete: hasErrors(imported.diagnostics),
  };
};

/** The labels that the compiler writes beside its objects are YAML, and no objects. */
function namedFiles(words: readonly string[], terminal: Terminal): readonly ManifestFile[] {
  const files = manifestTexts(words, terminal).filter(({ file }) => !/\.ya?ml$/i.test(file));
  if (files.length === 0) throw new Refusal(`there are no .json files in ${words.join(" and ")}`);
  return files;
}

/** Every object as a file, as `ctv export-live` writes it. @throws Refusal where netmaster cannot be reached or does not answer. */
async function filesOfNetmaster(options: Options, terminal: Terminal): Promise<readonly ManifestFile[]> {
  const [{ connectNetmaster }, { readLive }, { isRecord, recordKeys }, { liveArtefact }, { refusalOf }] = await Promise.all([
    import("../plane/netmaster.js"),
    import("../../runtime/api/contiv/live.js"),
    import("../../runtime/plan/contiv/ownership.js"),
    import("../../runtime/plan/contiv/files.js"),
    import("../plane/prepare.js"),
  ]);
  try {
    const client = await connectNetmaster(options, terminal);
    const live = await readLive(client, { kinds: new Set(), recordKeys: (tenant) => recordKeys(tenant, "none") });
    return live
      .filter((object) => !isRecord(object))
      .map(liveArtefact)
      .map(({ path, text: content }) => ({ file: path, text: content }));
  } catch (error) {
    throw refusalOf(error);
  }
}
