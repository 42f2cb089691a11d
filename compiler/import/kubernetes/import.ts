/** Kubernetes objects to a policy of the language, and the proof that it decides as they do. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { AddressFacts } from "../../manifests/connectivity/blocks.js";
import type { Locate } from "../../manifests/connectivity/explain.js";
import type { Manifests } from "../../manifests/model.js";
import type { Reading } from "../../target/target.js";
import { meaningOf } from "./meaning.js";
import { readingOf } from "./reading.js";
import { writePolicy } from "./write.js";

export interface Imported {
  /** Not yet formatted. */
  readonly text: string;
  /** What could not be kept as it was. */
  readonly diagnostics: readonly Diagnostic[];
  /** How the objects decide. */
  readonly reading: Reading;
}

export function importKubernetes(manifests: Manifests, facts: AddressFacts, locate: Locate): Imported {
  const meaning = meaningOf(manifests, facts);
  return { text: writePolicy(manifests, meaning, facts, locate), diagnostics: meaning.diagnostics, reading: readingOf(meaning) };
}
