/**
 * Round trips, proved over sets of flows.
 *
 * A policy of the language goes to Kubernetes and is imported again: the two decide alike but for what the first step has told that it loses, and
 * for workloads of namespaces that are not in the files. Objects are imported and sent back: they decide alike in the same way.
 */
import { expect } from "@jest/globals";
import { check } from "../../../compiler/compile.js";
import type { Diagnostic } from "../../../compiler/diagnostics/diagnostic.js";
import { importKubernetes } from "../../../compiler/import/kubernetes/import.js";
import { proofBy, proveImport } from "../../../compiler/import/proof.js";
import { readManifests } from "../../../compiler/manifests/read.js";
import type { ManifestFile } from "../../../compiler/manifests/read.js";
import { makeUniverse } from "../../../compiler/policy/universe.js";
import type { Universe } from "../../../compiler/policy/universe.js";
import { noAddresses } from "../../../compiler/space/address.js";
import { allEnds, endBox } from "../../../compiler/space/ends.js";
import { flowProduct } from "../../../compiler/space/flows.js";
import { everyService } from "../../../compiler/space/service.js";
import { anyPresent, intersectValues, noneOf } from "../../../compiler/space/values.js";
import { emitKubernetes } from "../../../compiler/target/kubernetes/emit/emit.js";
import type { Loss, Reading } from "../../../compiler/target/target.js";
import { compare } from "../../../compiler/verify/compare.js";
import { sourceCheckpoints } from "../../../compiler/verify/source.js";
import { nothingKnown } from "../manifests/fixtures.js";
import { clusterPolicyText, networkPolicyText } from "../manifests/random.js";
import type { ClusterSketch, NetworkSketch } from "../manifests/random.js";

export const flavours = ["network-policy", "cluster-policy"] as const;

export function importTexts(files: readonly ManifestFile[], ipBlocks: "outside" | "pods" = "outside") {
  const { manifests, diagnostics } = readManifests(files);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return importKubernetes(manifests, { ...nothingKnown, ipBlocks }, () => "here");
}

export function universeOfText(text: string): Universe {
  const { universe, diagnostics } = check({ entries: ["a.ctv"], read: () => ({ text }) });
  if (universe === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return universe;
}

/** A policy taken as a target: read to the letter, since what can exist is for the other side to say. */
function asReading({ policy }: Universe): Reading {
  return { checkpoints: sourceCheckpoints(makeUniverse(policy, { podAddresses: noAddresses }, "literal")), replies: [], problems: [] };
}

const noDiagnostic: Diagnostic = { code: "", severity: "note", message: "", span: { file: "", start: 0, end: 0 }, related: [], fixes: [] };

/** Flows of workloads in namespaces of which an import knows nothing. */
export function ofOthers(universe: Universe): readonly Loss[] {
  const box = endBox({ namespace: intersectValues(noneOf([...universe.tenantOfNamespace.keys()]), anyPresent) });
  const others = box === undefined ? [] : [box];
  const flows = [...flowProduct(others, allEnds, everyService), ...flowProduct(allEnds, others, everyService)];
  return (["allow", "deny"] as const).map((outcome) => ({ diagnostic: noDiagnostic, tenant: "", outcome, flows }));
}

export function namespacesText(universe: Universe): ManifestFile {
  const objects = [...universe.tenantOfNamespace.keys()].map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`);
  return { file: "namespaces.yaml", text: objects.join("---\n") };
}

/** To Kubernetes, and what is imported from there held against the source. */
export function thereAndBack(universe: Universe, flavour: (typeof flavours)[number]): void {
  const { artefacts, losses = [] } = emitKubernetes(universe, { flavour });
  const files = artefacts.filter(({ path }) => path.endsWith(".yaml")).map(({ path, text }) => ({ file: path, text }));
  for (const ipBlocks of ["outside", "pods"] as const) {
    const { text, reading } = importTexts([...files, namespacesText(universe)], ipBlocks);
    expect(proveImport(text, proofBy(reading))).toEqual([]);
    const found = compare(universe, asReading(universeOfText(text)), [...losses, ...ofOthers(universe)]);
    expect({ text: found.length === 0 ? "" : text, found: found.slice(0, 3) }).toEqual({ text: "", found: [] });
  }
}

/** Imported, sent back, and what is there then held against what was imported. */
export function backAndThere(files: readonly ManifestFile[]): void {
  const { text, reading } = importTexts(files);
  expect(proveImport(text, proofBy(reading))).toEqual([]);
  const universe = universeOfText(text);
  const { artefacts, losses = [] } = emitKubernetes(universe, { flavour: "network-policy" });
  const again = importTexts([
    ...artefacts.filter(({ path }) => path.endsWith(".yaml")).map((artefact) => ({ file: artefact.path, text: artefact.text })),
    namespacesText(universe),
  ]);
  expect(compare(universe, again.reading, [...losses, ...ofOthers(universe)]).slice(0, 3)).toEqual([]);
}

/** Policies as `manifests/random.ts` makes them, imported and proved. */
export function importedExactly({
  network,
  cluster,
}: {
  readonly network: readonly NetworkSketch[];
  readonly cluster: readonly ClusterSketch[];
}): void {
  const policies = [...network.map(networkPolicyText), ...cluster.map(clusterPolicyText)].join("---\n");
  const namespaces = ["x", "y"].map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`).join("---\n");
  const { text, reading } = importTexts([
    { file: "namespaces.yaml", text: namespaces },
    { file: "policies.yaml", text: policies },
  ]);
  expect(proveImport(text, proofBy(reading)).slice(0, 2)).toEqual([]);
}
