/** `ctv import contiv`: netmaster's objects, as files of one object each or as its listings. */
import { importContiv } from "../../compiler/import/contiv/import.js";
import type { ImportSource } from "../commands/import.js";
import { Refusal } from "../exit.js";
import { hasErrors, manifestTexts } from "../manifests.js";
import { source } from "../report/report.js";

export const contivSource: ImportSource = (words, _options, terminal) => {
  if (words.length === 0)
    throw new Refusal("import contiv needs files, folders, or - for standard input", "`ctv export-live` writes what netmaster has");
  const files = manifestTexts(words, terminal).filter(({ file }) => !/\.ya?ml$/i.test(file));
  if (files.length === 0) throw new Refusal(`there are no .json files in ${words.join(" and ")}`);
  const imported = importContiv(files);
  return Promise.resolve({
    ...imported,
    sources: new Map(files.map(({ file, text }) => [file, source(file, text)])),
    incomplete: hasErrors(imported.diagnostics),
  });
};
