/** CTV41xx: declarations that nobody uses. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

const web = "  group web { match app = web }\n  policy edge { allow world -> web : http }\n";

export const unusedGroup = defineDiagnostic<{ name: string }>({
  code: "CTV4101",
  severity: "warning",
  title: "Group nobody uses",
  message: ({ name }) => `no rule, set, test, app, load balancer or export names group "${name}"`,
  explanation:
    "The group's workloads are in the tenant all the same, under its default and under rules that speak of them in other ways, but the group itself has no part in any rule. It is often a rule that was forgotten.",
  example: `tenant shop {\n${web}  group cache { match app = cache }\n}\n`,
  fix: "Write the rule that was meant, or remove the group.",
});

export const unusedService = defineDiagnostic<{ name: string }>({
  code: "CTV4102",
  severity: "warning",
  title: "Service nobody uses",
  message: ({ name }) => `nothing names service "${name}"`,
  explanation: "A declared service is in no rule, no test and no other service.",
  example: `tenant shop {\n  service checkout = tcp/8443\n${web}}\n`,
  fix: "Use it, or remove it.",
});

export const unusedSet = defineDiagnostic<{ name: string }>({
  code: "CTV4103",
  severity: "warning",
  title: "Set nobody uses",
  message: ({ name }) => `nothing names set "${name}"`,
  explanation: "A declared set is in no rule, no test and no other set.",
  example: `tenant shop {\n  set front = web\n${web}}\n`,
  fix: "Use it, or remove it.",
});

export const emptyPolicy = defineDiagnostic<{ name: string }>({
  code: "CTV4104",
  severity: "warning",
  title: "Policy without rules",
  message: ({ name }) => `policy "${name}" has no rules`,
  explanation: "A policy is its list of rules; without any it decides nothing.",
  example: `tenant shop {\n${web}  policy later { }\n}\n`,
  fix: "Add the rules, or remove the policy.",
});

export const unusedExternal = defineDiagnostic<{ name: string }>({
  code: "CTV4105",
  severity: "note",
  title: "External nobody uses",
  message: ({ name }) => `nothing names external "${name}"`,
  explanation:
    "A declared external is in no rule, no test and no set. It still has a meaning: its addresses are no workload's. In a file of shared names that is nothing unusual.",
  example: `external office = 198.51.100.0/24\ntenant shop {\n${web}}\n`,
  fix: "Use it, or remove it.",
});

export const unusedParam = defineDiagnostic<{ name: string }>({
  code: "CTV4106",
  severity: "warning",
  title: "Param nobody uses",
  message: ({ name }) => `nothing uses param "${name}"`,
  explanation: "Setting the param changes nothing.",
  example: `param metrics-port: port = 9090\ntenant shop {\n${web}}\n`,
  fix: "Use it, or remove it.",
});

export const unusedImport = defineDiagnostic<{ path: string }>({
  code: "CTV4107",
  severity: "warning",
  title: "Import nobody needs",
  message: ({ path }) => `nothing in this file uses a name of "${path}"`,
  explanation:
    "The imported file declares only names, and this file uses none of them. An import of a file with tenants, tests or the fabric is needed in any case, since it brings these into the project.",
  example: `import "offices.ctv"\ntenant shop {\n${web}}\n// file: offices.ctv\nexternal office = 198.51.100.0/24\n`,
  fix: "Remove the import.",
});

export const unusedIgnore = defineDiagnostic<{ code: string }>({
  code: "CTV4108",
  severity: "warning",
  title: "ctv-ignore that silences nothing",
  message: ({ code }) => `there is no ${code} here to silence`,
  explanation: "The finding that the comment silenced is gone, or is on another line. A comment that stays would silence the next one unseen.",
  example: `tenant shop {\n${web}  // ctv-ignore CTV4101: the cache comes next month\n}\n`,
  fix: "Remove the comment.",
});

export const unusedProfile = defineDiagnostic<{ kind: string; name: string }>({
  code: "CTV4109",
  severity: "warning",
  title: "Profile or contracts nobody uses",
  message: ({ kind, name }) => `no group has ${kind} "${name}"`,
  explanation: "A `qos` profile or a `contracts` declaration takes effect through the groups that name it.",
  example: `tenant shop {\n  qos gold { dscp 46 }\n${web}}\n`,
  fix: "Give it to a group, or remove it.",
});

export const unusedSuppression = defineDiagnostic<{ code: string; files: string }>({
  code: "CTV4110",
  severity: "warning",
  title: "Suppression that silences nothing",
  message: ({ code, files }) => `there is no ${code} in ${files} to silence`,
  explanation:
    "The findings that this entry of `suppress` silenced are gone, or its glob names other files. An entry that stays would silence the next ones unseen.",
  example: `tenant shop {\n${web}}\n# file: ctv.yaml\nsources: [main.ctv]\nsuppress:\n  - { code: CTV4101, files: "legacy/**", reason: the old shop goes in spring }\n`,
  fix: "Remove the entry, or correct its glob.",
});

export const repeatedEntry = defineDiagnostic<{ text: string }>({
  code: "CTV4111",
  severity: "warning",
  title: "Listed twice",
  message: ({ text }) => `${text.startsWith('"') ? text : `"${text}"`} is in this list already`,
  explanation: "A list is a union, in which nothing counts twice. The second entry says nothing, and may have been meant to be another.",
  example: `tenant shop {\n  group web { match app in (web, web) }\n  policy edge { allow world -> web : http, http }\n}\n`,
  fix: "Remove the second entry, or write what was meant.",
});

export const repeatedImport = defineDiagnostic<{ path: string; target: string }>({
  code: "CTV4112",
  severity: "warning",
  title: "Imported twice",
  message: ({ path, target }) => (path === target ? `"${path}" is imported already` : `"${path}" is ${target}, which is imported already`),
  explanation: "A file's names are there after one import of it. The second one says nothing, and may have been meant for another file.",
  example: `import "offices.ctv"\nimport "./offices.ctv"\ntenant shop {\n${web}  policy offices { allow office -> web : ssh }\n}\n// file: offices.ctv\nexternal office = 198.51.100.0/24\n`,
  fix: "Remove the second import, or correct its path.",
});

export const usageDiagnostics: readonly Definition[] = [
  unusedGroup,
  unusedService,
  unusedSet,
  emptyPolicy,
  unusedExternal,
  unusedParam,
  unusedImport,
  unusedIgnore,
  unusedProfile,
  unusedSuppression,
  repeatedEntry,
  repeatedImport,
];
