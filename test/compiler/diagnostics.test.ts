/** Every code has a fixture that shows it and an example that triggers it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { catalogue } from "../../compiler/diagnostics/catalogue.js";
import { inOrder } from "../../compiler/diagnostics/order.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { contivDoubtful, contivNotRead, contivRepliesStopped, contivUnsaid } from "../../compiler/diagnostics/import.js";
import { hitsNoEndpoint, untestedConnection } from "../../compiler/diagnostics/lint.js";
import { unboundEndpoint } from "../../compiler/diagnostics/openflow.js";
import { uncoveredRule } from "../../compiler/diagnostics/tests.js";
import { targetLeftOut, verificationDiagnostics } from "../../compiler/diagnostics/verification.js";
import { importContiv } from "../../compiler/import/contiv/import.js";
import { importKubernetes } from "../../compiler/import/kubernetes/import.js";
import { adviceOn } from "../../compiler/manifests/connectivity/advice.js";
import type { AddressFacts } from "../../compiler/manifests/connectivity/blocks.js";
import { readManifests } from "../../compiler/manifests/read.js";
import type { Universe } from "../../compiler/policy/universe.js";
import { noAddresses } from "../../compiler/space/address.js";
import type { TargetOptions } from "../../compiler/source/project.js";
import { unfitness } from "../../compiler/target/unfit.js";
import { targets } from "../../compiler/target/index.js";
import { emitOpenflow } from "../../compiler/target/openflow/emit.js";
import { coverageFindings, testFindings } from "../../compiler/verdict/findings.js";
import { unhitRules, untestedConnections } from "../../compiler/verdict/lint.js";
import { runTests } from "../../compiler/verdict/tests.js";
import { compareWithFresh } from "../../compiler/verify/fresh.js";
import { verify } from "../../compiler/verify/verify.js";
import { endsIn, readInventory } from "../../compiler/source/inventory.js";
import type { Texts } from "../support/diagnose.js";
import { codesOf, diagnose, exampleTexts, readTexts, renderDiagnostics } from "../support/diagnose.js";

const root = "test/fixtures/diagnostics";
const expectedName = "expected.txt";
const folders = existsSync(root) ? readdirSync(root).sort() : [];

/** The targets that find a code, one run each; a single run without targets for codes of the language. */
function runsFor(code: string): readonly (TargetOptions | undefined)[] {
  switch (code.slice(0, 5)) {
    case "CTV51":
      return [{ kubernetes: { flavour: "network-policy" } }, { kubernetes: { flavour: "cluster-policy" } }];
    case "CTV52":
      return [{ contiv: {} }];
    case "CTV53":
      return [{ openflow: {} }];
    default:
      return [undefined];
  }
}

/** What a compile finds, and for codes of other verbs what these find. */
function findingsFor(code: string, texts: Texts, run: TargetOptions | undefined): readonly Diagnostic[] {
  if (code.startsWith("CTV7")) return manifestFindings(code, texts);
  const { diagnostics, checked } = diagnose(texts, texts["ctv.yaml"] === undefined ? run : undefined);
  const { universe } = checked;
  return universe === undefined ? diagnostics : inOrder([...diagnostics, ...findingsOfVerbs(code, texts, universe)]);
}

function findingsOfVerbs(code: string, texts: Texts, universe: Universe): readonly Diagnostic[] {
  if (verificationDiagnostics.some((definition) => definition.code === code)) return verifyEdited(texts, universe);
  if (code === hitsNoEndpoint.code) return unhitRules(universe, endsIn(readInventory("nodes.yaml", texts["nodes.yaml"] ?? "").inventory));
  if (code === unboundEndpoint.code) {
    const { inventory } = readInventory("nodes.yaml", texts["nodes.yaml"] ?? "");
    return emitOpenflow(universe, inventory === undefined ? {} : { inventory }).diagnostics;
  }
  if (code === targetLeftOut.code) return targets.flatMap(({ name, emit }) => unfitness(name, emit(universe, { options: {} }).diagnostics) ?? []);
  if (code === untestedConnection.code) return untestedConnections(universe);
  if (!code.startsWith("CTV6")) return [];
  const tests = runTests(universe);
  return [...testFindings(universe.policy, tests), ...(code === uncoveredRule.code ? coverageFindings(tests) : [])];
}

const contivCodes: readonly string[] = [contivNotRead, contivUnsaid, contivDoubtful, contivRepliesStopped].map(({ code }) => code);

/** `ctv connectivity` on the files of Kubernetes objects, or `ctv import` for what only that finds. */
function manifestFindings(code: string, texts: Texts): readonly Diagnostic[] {
  const files = Object.entries(texts).flatMap(([file, text]) => (/\.ya?ml$/.test(file) ? [{ file, text }] : []));
  const { manifests, diagnostics } = readManifests(files);
  const facts: AddressFacts = { podAddresses: noAddresses, ipBlocks: "outside" };
  if (contivCodes.includes(code)) return inOrder(importContiv(Object.entries(texts).map(([file, text]) => ({ file, text }))).diagnostics);
  const found = code.startsWith("CTV72") ? importKubernetes(manifests, facts, () => "").diagnostics : adviceOn(manifests, facts);
  return inOrder([...diagnostics, ...found]);
}

/** `ctv verify` on fresh output in which the files below `edited/` have taken the place of those of their names. */
function verifyEdited(texts: Texts, universe: Universe): readonly Diagnostic[] {
  return targets
    .filter(({ name }) => Object.keys(texts).some((path) => path.startsWith(`edited/${name}/`)))
    .flatMap(({ name, emit, readings, comparison }) => {
      const { artefacts, losses = [] } = emit(universe, { options: {} });
      const edited = artefacts.map(({ path, text }) => ({ path, text: texts[`edited/${name}/${path}`] ?? text }));
      const told = verify(name, universe, readings(edited, universe), losses, edited);
      return [...told, ...compareWithFresh({ target: name, artefacts: edited, fresh: artefacts, comparison: (path) => comparison(path, {}), told })];
    });
}

describe("fixtures", () => {
  it.each(folders)("%s", (folder) => {
    const path = join(root, folder);
    const texts = Object.fromEntries(Object.entries(readTexts(path)).filter(([name]) => name !== expectedName));
    const code = folder.slice(0, 7);
    const diagnostics = findingsFor(code, texts, runsFor(code)[0]);
    const rendered = renderDiagnostics(diagnostics, texts);
    expect(codesOf({ diagnostics })).toContain(code);
    const expectedPath = join(path, expectedName);
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(expectedPath, rendered);
    expect(rendered).toBe(readFileSync(expectedPath, "utf8"));
  });
});

describe("the catalogue", () => {
  it("has each code once, in order", () => {
    const codes = catalogue.map((definition) => definition.code);
    expect(codes).toEqual([...new Set(codes)].sort());
  });

  it("has a fixture for every code", () => {
    const shown = new Set(folders.map((folder) => folder.slice(0, 7)));
    expect(catalogue.map((definition) => definition.code).filter((code) => !shown.has(code))).toEqual([]);
  });

  it.each(catalogue.map((definition) => [definition.code, definition] as const))("%s: the example triggers it", (code, definition) => {
    const texts = exampleTexts(definition.example);
    const found = runsFor(code).flatMap((run) => findingsFor(code, texts, run));
    const codes = [
      ...new Set(found.filter((diagnostic) => diagnostic.severity !== "note" || diagnostic.code === code).map((diagnostic) => diagnostic.code)),
    ];
    // What a target cannot say often comes in company; examples of the language show one thing.
    if (code.startsWith("CTV5")) expect(codes).toContain(code);
    else expect(codes).toEqual([code]);
  });

  it("explains each code in full", () => {
    for (const { code, title, explanation, fix } of catalogue) {
      expect([code, title.length > 5, explanation.length > 20, fix.length > 5, /[.`)]$/.test(title)]).toEqual([code, true, true, true, false]);
    }
  });
});
