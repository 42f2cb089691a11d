/** A policy as Contiv's objects, imported again. */
import { expect } from "@jest/globals";
import { importContiv } from "../../../compiler/import/contiv/import.js";
import { proveImport } from "../../../compiler/import/proof.js";
import type { Universe } from "../../../compiler/policy/universe.js";
import { defaultContivOptions } from "../../../compiler/target/contiv/contiv.js";
import { emitContiv } from "../../../compiler/target/contiv/emit/emit.js";

/** The import is proved against the objects; what these decide otherwise than the policy, the emitter has told. */
export function throughContiv(universe: Universe): void {
  const { artefacts, diagnostics } = emitContiv(universe, defaultContivOptions);
  if (diagnostics.some(({ severity }) => severity === "error")) return;
  const files = artefacts.filter(({ path }) => path.endsWith(".json")).map(({ path, text }) => ({ file: path, text }));
  const { text, proof } = importContiv(files);
  const found = proveImport(text, proof);
  expect({ text: found.length === 0 ? "" : text, found: found.slice(0, 3) }).toEqual({ text: "", found: [] });
}
