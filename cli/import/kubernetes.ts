/** `ctv import kubernetes`: the objects of files, or of a running cluster. */
import { importKubernetes } from "../../compiler/import/kubernetes/import.js";
import { proofBy } from "../../compiler/import/proof.js";
import type { ImportSource } from "../commands/import.js";
import { addressFacts, hasErrors, loadManifests } from "../manifests.js";
import { flag } from "../options.js";
import { locate } from "../report/report.js";

export const kubernetesSource: ImportSource = async (words, options, terminal) => {
  const facts = addressFacts(options);
  const { manifests, diagnostics, sources } = await loadManifests(words, options, terminal);
  const imported = importKubernetes(manifests, facts, (span) => {
    const { file, start } = locate({ sources }, span);
    return flag(options, "fromCluster") ? "in the cluster" : `${file}:${start.line}`;
  });
  return {
    text: imported.text,
    proof: proofBy(imported.reading),
    diagnostics: [...diagnostics, ...imported.diagnostics],
    sources,
    incomplete: hasErrors(diagnostics),
  };
};
