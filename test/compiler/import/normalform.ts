/**
 * Objects sent back after an import, held against those that were imported in their normal form (docs/import.md): what passes each of the places
 * that decide, whichever objects and rules say it. Left out is what the compiler has told that it cannot say, and workloads that an import knows
 * nothing of.
 */
import { expect } from "@jest/globals";
import { importContiv } from "../../../compiler/import/contiv/import.js";
import { everyFlow } from "../../../compiler/policy/universe.js";
import type { Universe } from "../../../compiler/policy/universe.js";
import { subtractFlows } from "../../../compiler/space/flows.js";
import type { FlowSet } from "../../../compiler/space/flows.js";
import { defaultContivOptions } from "../../../compiler/target/contiv/contiv.js";
import { emitContiv } from "../../../compiler/target/contiv/emit/emit.js";
import { emitKubernetes } from "../../../compiler/target/kubernetes/emit/emit.js";
import { readKubernetes } from "../../../compiler/target/kubernetes/read/read.js";
import type { Artefact, Emission, Loss, Reading } from "../../../compiler/target/target.js";
import { beyond, passing } from "../../runtime/plan/safety.js";
import { importTexts, namespacesText, ofOthers, universeOfText } from "./roundtrips.js";

/** What passes each place that decides. */
type NormalForm = readonly FlowSet[];

interface Sent {
  readonly files: readonly Artefact[];
  readonly told: readonly Loss[];
}

function sent({ artefacts, losses = [] }: Emission, extension: string): Sent {
  return { files: artefacts.filter(({ path }) => path.endsWith(extension)), told: losses };
}

function expectEqual(universe: Universe, one: NormalForm, other: NormalForm, told: readonly Loss[]): void {
  const out = told.flatMap(({ flows, except = [] }) => subtractFlows(flows, except));
  const differing = one.map((flows, at) => [beyond(universe, flows, [...other[at], ...out]), beyond(universe, other[at], [...flows, ...out])]);
  expect(differing).toEqual(one.map(() => [undefined, undefined]));
}

function kubernetesForm(files: readonly Artefact[]): NormalForm {
  const { checkpoints, problems } = readKubernetes(files, { ipBlockMatchesPods: false });
  expect(problems).toEqual([]);
  return checkpoints.map((one) => passing(everyFlow, one));
}

interface Returned extends Sent {
  readonly universe: Universe;
}

function throughKubernetes(files: readonly Artefact[], namespaces: Artefact): Returned {
  const { text } = importTexts([...files, namespaces].map(({ path, text: content }) => ({ file: path, text: content })));
  const universe = universeOfText(text);
  return { ...sent(emitKubernetes(universe, { flavour: "network-policy" }), ".yaml"), universe };
}

const namespacesOf = (universe: Universe): Artefact => {
  const { file, text } = namespacesText(universe);
  return { path: file, text };
};

/** NetworkPolicies that ctv has written are the same after they were imported and sent back. */
export function returnsToKubernetes(universe: Universe): void {
  const first = sent(emitKubernetes(universe, { flavour: "network-policy" }), ".yaml");
  const second = throughKubernetes(first.files, namespacesOf(universe));
  expectEqual(second.universe, kubernetesForm(first.files), kubernetesForm(second.files), [...second.told, ...ofOthers(second.universe)]);
}

/** Any NetworkPolicies are from the second time on: the first drops, at one end, what the other end denies anyway. */
export function settlesOnKubernetes(files: readonly Artefact[], namespaces: Artefact): void {
  const first = throughKubernetes(files, namespaces);
  const second = throughKubernetes(first.files, namespaces);
  expectEqual(second.universe, kubernetesForm(first.files), kubernetesForm(second.files), [...second.told, ...ofOthers(second.universe)]);
}

/** Contiv's objects that ctv has written let the same connections come about: those of which packets pass forth and back. */
export function returnsToContiv(universe: Universe): void {
  const emitted = emitContiv(universe, defaultContivOptions);
  if (emitted.diagnostics.some(({ severity }) => severity === "error")) return;
  const first = sent(emitted, ".json");
  const imported = universeOfText(contivImport(first).text);
  const second = sent(emitContiv(imported, defaultContivOptions), ".json");
  const [one, other] = [first, second].map((some) => contivImport(some).proof(imported));
  const form = ({ checkpoints, replies }: Reading): NormalForm => [[...checkpoints, ...replies].reduce(passing, everyFlow)];
  expectEqual(imported, form(one.reading), form(other.reading), [...second.told, ...one.losses, ...other.losses]);
}

const contivImport = ({ files }: Sent) => importContiv(files.map(({ path, text }) => ({ file: path, text })));
