/** The catalogue: every kind of diagnostic, in order of code. An area joins with one import and one line. */
import { connectivityDiagnostics } from "./connectivity.js";
import { contivDiagnostics } from "./contiv.js";
import type { Definition } from "./diagnostic.js";
import { importDiagnostics } from "./import.js";
import { kubernetesDiagnostics } from "./kubernetes.js";
import { lintDiagnostics } from "./lint.js";
import { logicDiagnostics } from "./logic.js";
import { manifestDiagnostics } from "./manifests.js";
import { namesDiagnostics } from "./names.js";
import { openflowDiagnostics } from "./openflow.js";
import { projectDiagnostics } from "./project.js";
import { syntaxDiagnostics } from "./syntax.js";
import { testsDiagnostics } from "./tests.js";
import { usageDiagnostics } from "./usage.js";
import { valuesDiagnostics } from "./values.js";
import { outputDiagnostics } from "./verification.js";

const areas: readonly (readonly Definition[])[] = [
  syntaxDiagnostics,
  namesDiagnostics,
  projectDiagnostics,
  valuesDiagnostics,
  usageDiagnostics,
  logicDiagnostics,
  lintDiagnostics,
  outputDiagnostics,
  kubernetesDiagnostics,
  contivDiagnostics,
  openflowDiagnostics,
  testsDiagnostics,
  manifestDiagnostics,
  connectivityDiagnostics,
  importDiagnostics,
];

export const catalogue: readonly Definition[] = areas.flat().sort((left, right) => (left.code < right.code ? -1 : 1));

export const definitionByCode: ReadonlyMap<string, Definition> = new Map(catalogue.map((definition) => [definition.code, definition] as const));
