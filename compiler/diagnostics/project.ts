/** CTV21xx: the project file. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

export const invalidYaml = defineDiagnostic<{ file: "project file" | "inventory" | "agent's configuration"; reason: string }>({
  code: "CTV2101",
  severity: "error",
  essential: true,
  title: "Project file or inventory is not YAML",
  message: ({ file, reason }) => `the ${file} cannot be read as YAML: ${reason}`,
  explanation: "`ctv.yaml` and inventories are YAML 1.2. Nothing of such a file is used while it cannot be read.",
  example: "# file: ctv.yaml\nsources: [main.ctv\n",
  fix: "Correct the YAML at the place shown.",
});

export const unknownKey = defineDiagnostic<{ key: string; where: string; possible: readonly string[] }>({
  code: "CTV2102",
  severity: "error",
  essential: true,
  title: "Unknown key in the project file",
  message: ({ key, where, possible }) => `${where} has no key "${key}"; possible ${possible.length === 1 ? "is" : "are"} ${possible.join(", ")}`,
  explanation: "The keys of `ctv.yaml` are fixed, and `ctv.schema.json` describes them for editors. A key that is not known would have no effect.",
  example: "# file: ctv.yaml\nsources: [main.ctv]\nouput: build\n",
  fix: "Use one of the keys that the message lists.",
});

export const wrongSetting = defineDiagnostic<{ where: string; needed: string; found: string }>({
  code: "CTV2103",
  severity: "error",
  essential: true,
  title: "Wrong value in the project file",
  message: ({ where, needed, found }) => `${where} needs ${needed}, not ${found}`,
  explanation: "The value does not fit the key, so the setting would have no effect. `ctv.schema.json` says what each key takes.",
  example: "# file: ctv.yaml\nsources: [main.ctv]\ntargets:\n  kubernetes:\n    flavour: network-policies\n",
  fix: "Write a value of the kind that the message names.",
});

export const missingSetting = defineDiagnostic<{ where: string; key: string }>({
  code: "CTV2104",
  severity: "error",
  essential: true,
  title: "Key missing in the project file",
  message: ({ where, key }) => `${where} needs \`${key}\``,
  explanation: "A suppression says which code it silences, in which files, and why, so that the next reader knows.",
  example: "# file: ctv.yaml\nsources: [main.ctv]\nsuppress:\n  - code: CTV4101\n    files: legacy/**\n",
  fix: "Add the key.",
});

export const projectDiagnostics: readonly Definition[] = [invalidYaml, unknownKey, wrongSetting, missingSetting];
