/**
 * The targets there are. A new one is a folder beside this file and a row here.
 */
import type { Universe } from "../policy/universe.js";
import type { TargetOptions } from "../source/project.js";
import { kubernetes, defaultOptions } from "./kubernetes/kubernetes.js";
import { chooseAudit } from "./openflow/audit.js";
import { openflow } from "./openflow/emit.js";
import type { Inventory } from "./openflow/bind/inventory.js";
import type { Digest } from "./openflow/hash.js";
import { contiv, defaultContivOptions } from "./contiv/contiv.js";
import { contivComparison } from "./contiv/read/asides.js";
import { contivReadings } from "./contiv/read/read.js";
import { kubernetesReadings } from "./kubernetes/read/read.js";
import { openflowComparison } from "./openflow/read/asides.js";
import { readOpenflow } from "./openflow/read/read.js";
import type { Artefact, Capability, Emission } from "./target.js";
import type { Comparison } from "../verify/fresh.js";
import type { NamedReading } from "../verify/verify.js";

/** What a run asks of the targets; each takes what is for it. */
export interface TargetSettings {
  /** Of the project file. */
  readonly options: TargetOptions;
  readonly inventory?: Inventory;
  /** How the policy program is hashed. */
  readonly digest?: Digest;
}

export interface TargetRow {
  readonly name: keyof TargetOptions;
  readonly capabilities: readonly Capability[];
  readonly emit: (universe: Universe, settings: TargetSettings) => Emission;
  /** What the files say, under each assumption on which servers of the target differ. `digest` is how the program was hashed. */
  readonly readings: (artefacts: readonly Artefact[], universe: Universe, digest?: Digest) => readonly NamedReading[];
  /** How a file that the readings do not prove is held against one that is made anew; nothing for those that they do. */
  readonly comparison: (path: string, settings: Pick<TargetSettings, "inventory">) => Comparison | undefined;
}

export const targets: readonly TargetRow[] = [
  {
    name: "kubernetes",
    capabilities: kubernetes.capabilities,
    emit: (universe, { options }) => kubernetes.emit(universe, { flavour: options.kubernetes?.flavour ?? defaultOptions.flavour }),
    readings: kubernetesReadings,
    comparison: () => undefined,
  },
  {
    name: "contiv",
    capabilities: contiv.capabilities,
    emit: (universe, { options }) => contiv.emit(universe, { portLimit: options.contiv?.portLimit ?? defaultContivOptions.portLimit }),
    readings: contivReadings,
    comparison: contivComparison,
  },
  {
    name: "openflow",
    capabilities: openflow.capabilities,
    emit: (universe, { options, inventory, digest }) => {
      const { audit, diagnostics } = chooseAudit(universe.policy, options.openflow?.audit);
      const emission = openflow.emit(universe, {
        audit,
        ...(inventory === undefined ? {} : { inventory }),
        ...(digest === undefined ? {} : { digest }),
      });
      return { ...emission, diagnostics: [...diagnostics, ...emission.diagnostics] };
    },
    readings: (artefacts, universe, digest) => [{ reading: readOpenflow(artefacts, digest, universe.policy) }],
    comparison: (path, { inventory }) => openflowComparison(path, inventory !== undefined),
  },
];
