/** `ctv import kubernetes`: the objects of files. */
import { importKubernetes } from "../../compiler/import/kubernetes/import.js";
import { proofBy } from "../../compiler/import/proof.js";
import type { ImportSource } from "../commands/import.js";
import { Refusal } from "../exit.js";
import { addressFacts, hasErrors, loadManifests } from "../manifests.js";
import { locate } from "../report/report.js";

export const kubernetesSource: ImportSource = (words, options, terminal) => {
  if (words.length === 0)
    throw new Refusal("import kubernetes needs files, folders, or - for standard input", "such as: ctv import kubernetes manifests");
  const facts = addressFacts(options);
  const { manifests, diagnostics, sources } = loadManifests(words, options, terminal);
  const imported = importKubernetes(manifests, facts, (span) => {
    const { file, start } = locate({ sources }, span);
    return `${file}:${start.line}`;
  });
  return Promise.resolve({
    text: imported.text,
    proof: proofBy(imported.reading),
    diagnostics: [...diagnostics, ...imported.diagnostics],
    sources,
    incomplete: hasErrors(diagnostics),
  });
};
