/** The project file, `ctv.yaml`: what a project is made of, and how it is compiled. */
import { parseDocument } from "yaml";
import { isName } from "../bind/names.js";
import type { GivenParam, ParamInput } from "../check/params.js";
import { definitionByCode } from "../diagnostics/catalogue.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Surroundings } from "../policy/model.js";
import { canonicalPrefix, formatPrefix, parsePrefix, prefixSet, unionAllAddresses } from "../space/address.js";
import { isEssential } from "./settings.js";
import type { FindingSettings } from "./settings.js";
import { flagOrList, integer, list, located, object, plain, record, text, word } from "./shapes.js";
import type { JsonSchema, Located, YamlSource } from "./shapes.js";
import { yamlMistakes } from "./yamlmistakes.js";

/** Options of each target, as written; a target reads its own. */
export interface TargetOptions {
  readonly kubernetes?: { readonly flavour?: "network-policy" | "cluster-policy"; readonly podCidrs?: readonly string[] };
  readonly contiv?: { readonly portLimit?: number };
  readonly openflow?: { readonly inventory?: string; readonly audit?: boolean | readonly Located<string>[] };
}

export interface Environment {
  readonly params: ReadonlyMap<string, GivenParam>;
}

export interface Project {
  /** Files, folders and globs, relative to the project file. */
  readonly sources: readonly Located<string>[];
  /** Folder for what is compiled; a relative path starts at the project file. */
  readonly output: string;
  /** The targets to compile for; those that are not named are left out. */
  readonly targets: TargetOptions;
  /** Values for every environment. */
  readonly params: ReadonlyMap<string, GivenParam>;
  readonly environments: ReadonlyMap<string, Environment>;
  readonly settings: FindingSettings;
  readonly surroundings: Surroundings;
}

const relativePath = text(
  { minLength: 1, pattern: "^[^/]" },
  "a path relative to the project file",
  (value) => value !== "" && !value.startsWith("/"),
);
const code = text({ pattern: "^CTV[0-9]{4}$" }, "a code that exists", (value) => definitionByCode.has(value));
const canonicalCidr = text({ minLength: 3 }, "a CIDR without host bits", (value) => {
  const prefix = parsePrefix(value);
  return prefix !== undefined && formatPrefix(canonicalPrefix(prefix)) === formatPrefix(prefix);
});
const nameWords = "[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?";
const paramName = {
  needed: "the name of a param",
  accept: (name: string) => name.split("/").length <= 2 && name.split("/").every((part) => isName(part)),
  pattern: `^${nameWords}(/${nameWords})?$`,
};
const environmentName = {
  needed: "the name of an environment",
  accept: (name: string) => isName(name),
  pattern: `^${nameWords}$`,
};
const lowerableCode = {
  needed: "a code that exists and whose severity can be set (an error that leaves nothing to compile keeps its own)",
  accept: (name: string) => definitionByCode.has(name) && !isEssential(name, definitionByCode),
  pattern: "^CTV[0-9]{4}$",
};
const params = record(located(plain), paramName, { description: "Values of params, by name or by tenant/name." });

const shape = object(
  {
    sources: list(located(relativePath), { description: "Files, folders and globs of .ctv files. Default: every .ctv file below this one." }),
    output: text({ minLength: 1, description: "Folder for what is compiled. Default: build." }, "a path", (value) => value !== ""),
    targets: object(
      {
        kubernetes: object(
          {
            flavour: word(["network-policy", "cluster-policy"], { description: "Which kind of objects to write. Default: network-policy." }),
            podCidrs: list(canonicalCidr, { description: "Where pods have their addresses, besides the networks of the tenants." }),
          },
          [],
          { description: "Kubernetes policies." },
        ),
        contiv: object({ portLimit: integer(1, 65_536, { description: "The most rules that one port range may become." }) }, [], {
          description: "Objects of Contiv's netmaster.",
        }),
        openflow: object(
          {
            inventory: text(
              { minLength: 1, description: "File with the endpoints of each node: full tables are then written for every node." },
              "a path",
              (value) => value !== "",
            ),
            audit: flagOrList(located(text({ minLength: 1 }, "the name of a tenant, or of a policy as TENANT/POLICY", (value) => value !== "")), {
              description: "Count what would be denied, and let it pass: everywhere, or in the tenants and policies that are named.",
            }),
          },
          [],
          { description: "Tables for Open vSwitch." },
        ),
      },
      [],
      { description: "The targets to compile for." },
    ),
    params,
    environments: record(object({ params }), environmentName, { description: "What differs between environments." }),
    severity: record(word(["off", "note", "warning", "error"]), lowerableCode, { description: "How loud a finding is, by code." }),
    suppress: list(
      object(
        {
          code: located(code),
          files: text({ minLength: 1, description: "Glob over paths relative to the project file." }, "a glob", (value) => value !== ""),
          reason: text({ minLength: 1 }, "a reason", (value) => value.trim() !== ""),
        },
        ["code", "files", "reason"],
      ),
      { description: "Findings that are silenced in some files, each with its reason." },
    ),
  },
  [],
  { title: "ctv project file", description: "What a ctv project is made of, and how it is compiled." },
);

/** The JSON schema of the project file, as `ctv.schema.json` ships it. */
export function projectSchema(): JsonSchema {
  return { $schema: "http://json-schema.org/draft-07/schema#", ...shape.schema };
}

export interface ReadProject {
  /** What could be read; defaults stand for the rest. */
  readonly project: Project;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a project file. Never throws; `id` is the file's id in spans. */
export function readProject(id: string, source: string): ReadProject {
  const diagnostics: Diagnostic[] = [];
  const document = parseDocument(source, { prettyErrors: false, uniqueKeys: true });
  const yaml: YamlSource = { document, file: id, report: (diagnostic) => diagnostics.push(diagnostic) };
  diagnostics.push(...yamlMistakes(document, id, "project file"));
  const contents = document.errors.length > 0 ? null : document.contents;
  const values = contents === null ? {} : (shape.read(yaml, contents, "the project file") ?? {});
  const environments = new Map(
    [...(values.environments ?? [])].map(
      ([name, environment]) => [name, { params: givenParams(environment.params, `environment "${name}"`) }] as const,
    ),
  );
  const cidrs = values.targets?.kubernetes?.podCidrs ?? [];
  const pods = cidrs.flatMap((cidr) => parsePrefix(cidr) ?? []).map(prefixSet);
  const project: Project = {
    sources: values.sources ?? [],
    output: values.output ?? "build",
    targets: values.targets ?? {},
    params: givenParams(values.params, "the project file"),
    environments,
    settings: {
      severity: values.severity ?? new Map(),
      suppressions: (values.suppress ?? []).flatMap(({ code: silenced, files, reason }) =>
        silenced === undefined || files === undefined || reason === undefined ? [] : [{ code: silenced.value, files, reason, span: silenced.span }],
      ),
    },
    surroundings: { podAddresses: unionAllAddresses(pods) },
  };
  return { project, diagnostics };
}

function givenParams(values: ReadonlyMap<string, Located<ParamInput>> | undefined, from: string): ReadonlyMap<string, GivenParam> {
  return new Map([...(values ?? [])].map(([name, { value, span }]) => [name, { value, span, from }] as const));
}

/** The values of params that hold: from the command line, else from the environment, else for all environments. */
export function paramsOf(project: Project, environment: string | undefined, given: ReadonlyMap<string, string>): ReadonlyMap<string, GivenParam> {
  const chosen = environment === undefined ? undefined : project.environments.get(environment);
  const fromCommand = [...given].map(([name, value]) => [name, { value, from: "--param" }] as const);
  return new Map([...project.params, ...(chosen?.params ?? []), ...fromCommand]);
}
