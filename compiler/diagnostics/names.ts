/** CTV2xxx: names, their declarations, and where statements may stand. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

export const unknownName = defineDiagnostic<{ name: string; needed: string; where: string }>({
  code: "CTV2001",
  severity: "error",
  essential: true,
  title: "Unknown name",
  message: ({ name, needed, where }) => `"${name}" is not declared; ${needed} is needed ${where}`,
  explanation:
    "A name is used that nothing visible declares. A statement sees the declarations of its tenant, of its file's top level, and of the top level of the files that its file imports directly.",
  example: "tenant shop {\n  group web { match app = web }\n  policy edge {\n    allow wbe -> web : http\n  }\n}\n",
  fix: "Correct the spelling, declare the name, or import the file that declares it. The message lists declared names that come close.",
});

export const wrongKind = defineDiagnostic<{ name: string; found: string; needed: string; where: string }>({
  code: "CTV2002",
  severity: "error",
  essential: true,
  title: "A name of another kind is needed",
  message: ({ name, found, needed, where }) => `"${name}" is ${found}; ${needed} is needed ${where}`,
  explanation:
    "The name is declared, but as something that cannot stand here: a service where a peer is needed, for example. Peers, services, policies, profiles, apps, contracts and load balancers have names of their own, so a group and a service may share one.",
  example:
    "tenant shop {\n  group web { match app = web }\n  service checkout = tcp/8443\n  policy edge {\n    allow checkout -> web : checkout\n  }\n}\n",
  fix: "Use a name of the kind that is needed.",
});

export const duplicateName = defineDiagnostic<{ kind: string; name: string; other: string }>({
  code: "CTV2003",
  severity: "error",
  essential: true,
  title: "Name declared twice",
  message: ({ kind, name, other }) =>
    kind === other ? `"${name}" is declared twice` : `"${name}" is declared twice: here as ${kind}, before as ${other}`,
  explanation:
    "Two declarations of one tenant, or of one file's top level, give the same name to things that stand in the same places. Networks, groups, externals, sets and params share their names, because each can stand where a peer can. The first declaration is the one that counts for the rest of the check.",
  example: "tenant shop {\n  group web { match app = web }\n  group web { match tier = web }\n  policy edge { allow world -> web : http }\n}\n",
  fix: "Rename one of the two, or merge them.",
});

export const shadowedName = defineDiagnostic<{ name: string; kind: string; tenant: string }>({
  code: "CTV2004",
  severity: "note",
  title: "Declaration hides an outer one",
  message: ({ name, kind, tenant }) => `in tenant "${tenant}", "${name}" is the tenant's own ${kind}, not the one declared outside`,
  explanation:
    "A tenant's own declaration is used in that tenant instead of one of the same name at the top level. That is allowed, and worth knowing.",
  example:
    "external office = 198.51.100.0/24\ntenant shop {\n  group web { match app = web }\n  external office = 203.0.113.0/24\n  policy edge { allow office -> web : http }\n}\ntenant lab {\n  group web { match app = web }\n  policy edge { allow office -> web : http }\n}\n",
  fix: "Rename one of the two if hiding is not intended.",
});

export const importNotFound = defineDiagnostic<{ path: string; target: string }>({
  code: "CTV2005",
  severity: "error",
  essential: true,
  title: "Imported file not found",
  message: ({ path, target }) =>
    path === target || target === "" ? `there is no file "${path}"` : `there is no file "${path}" (looked for "${target}")`,
  explanation:
    "The path of an import is relative to the file that it stands in. Names that the missing file would declare give no messages of their own.",
  example: 'import "shared/offices.ctv"\n',
  fix: "Correct the path, or add the file.",
});

export const importCycle = defineDiagnostic<{ cycle: readonly string[] }>({
  code: "CTV2006",
  severity: "error",
  essential: true,
  title: "Import cycle",
  message: ({ cycle }) => (cycle.length === 2 ? "the file imports itself" : `files import each other in a cycle: ${cycle.join(" -> ")}`),
  explanation: "Files that import each other have no order in which they can be read and understood. The message shows the whole cycle.",
  example: 'import "main.ctv"\n',
  fix: "Move the declarations that both files need into a third file, and import that from both.",
});

export const unknownTenant = defineDiagnostic<{ name: string }>({
  code: "CTV2007",
  severity: "error",
  essential: true,
  title: "Unknown tenant",
  message: ({ name }) => `there is no tenant "${name}" in the project`,
  explanation: "`tenant/group` and `export … to tenant` speak of tenants of this project, in whichever file they are declared.",
  example: "tenant shop {\n  group web { match app = web }\n  policy edge { allow payments/gateway -> web : https }\n}\n",
  fix: "Correct the spelling, or add the file that declares the tenant to the project's sources.",
});

export const notExported = defineDiagnostic<{ tenant: string; group: string; user?: string; toOthers: boolean }>({
  code: "CTV2008",
  severity: "error",
  essential: true,
  title: "Group not exported",
  message: ({ tenant, group, user, toOthers }) =>
    toOthers
      ? `tenant "${tenant}" exports "${group}" to other tenants, but not ${user === undefined ? "to all" : `to "${user}"`}`
      : `tenant "${tenant}" does not export "${group}"`,
  explanation:
    "A tenant decides which of its groups others may name, with `export`. A set at the top level may name only groups that are exported to every tenant, since any tenant may use the set.",
  example:
    "tenant payments {\n  group gateway { match app = gateway }\n  policy inner { allow gateway -> gateway : https }\n}\ntenant shop {\n  group web { match app = web }\n  policy edge { allow payments/gateway -> web : https }\n}\n",
  fix: "Add `export gateway to shop` to the tenant that owns the group.",
});

export const misplacedStatement = defineDiagnostic<{ statement: string; place: string; right: string }>({
  code: "CTV2009",
  severity: "error",
  essential: true,
  title: "Statement in the wrong place",
  message: ({ statement, place, right }) => `\`${statement}\` cannot stand ${place}; it belongs ${right}`,
  explanation:
    "Networks, groups, policies, exports, apps, contracts, load balancers, `namespaces` and `default` belong in a tenant. `import`, `tenant`, `fabric`, `bgp` and `aci` belong at the top level. `param`, `external`, `service`, `set`, `qos` and `test` may stand in both.",
  example: "namespaces shop-prod\n",
  fix: "Move the statement to where it belongs.",
});

export const unknownProperty = defineDiagnostic<{ name: string; block: string; possible: readonly string[] }>({
  code: "CTV2010",
  severity: "error",
  essential: true,
  title: "Unknown property",
  message: ({ name, block, possible }) =>
    `${block} has no property "${name}"; possible ${possible.length === 1 ? "is" : "are"} ${possible.join(", ")}`,
  explanation: "Each kind of block has a fixed list of properties.",
  example: "tenant shop {\n  network app-net {\n    subnet 10.1.1.0/24\n    gatway 10.1.1.254\n  }\n}\n",
  fix: "Use one of the properties that the message lists.",
});

export const duplicateStatement = defineDiagnostic<{ name: string; place: string; hint?: string }>({
  code: "CTV2011",
  severity: "error",
  essential: true,
  title: "Statement given twice",
  message: ({ name, place }) => `\`${name}\` is given twice in ${place}`,
  explanation: "A property that can have one value only is given more than once, or a tenant has two `default` statements, perhaps in two files.",
  example: "tenant shop {\n  network app-net {\n    subnet 10.1.1.0/24\n    subnet 10.1.2.0/24\n  }\n}\n",
  fix: "Keep one. Label requirements that must all hold go into one `match`, separated by commas.",
});

export const missingProperty = defineDiagnostic<{ block: string; missing: readonly string[]; any: boolean }>({
  code: "CTV2012",
  severity: "error",
  essential: true,
  title: "Required property missing",
  message: ({ block, missing, any }) => `${block} needs ${missing.map((name) => `\`${name}\``).join(any ? " or " : " and ")}`,
  explanation: "The block means nothing without this property.",
  example: "tenant shop {\n  network app-net { encap vxlan }\n}\n",
  fix: "Add the property.",
});

export const definitionCycle = defineDiagnostic<{ cycle: readonly string[] }>({
  code: "CTV2013",
  severity: "error",
  essential: true,
  title: "Defined by itself",
  message: ({ cycle }) => (cycle.length === 2 ? `"${cycle[0]}" is defined by itself` : `these are defined by each other: ${cycle.join(" -> ")}`),
  explanation: "A set, service or external names itself, directly or through others, so it has no value.",
  example:
    "tenant shop {\n  group web { match app = web }\n  set front = web, back\n  set back = front\n  policy edge { allow world -> front : http }\n}\n",
  fix: "Take the name out of its own definition.",
});

export const unknownParam = defineDiagnostic<{ name: string; from: string }>({
  code: "CTV2014",
  severity: "error",
  title: "Value for a param that is not declared",
  message: ({ name, from }) => `${from} gives a value for param "${name}", which no file declares`,
  explanation: "A value was given with `--param`, or in the project file, for a name that is no `param` of the project. It would have no effect.",
  example:
    "param jump-hosts: cidrs = 198.51.100.7\ntenant shop {\n  group web { match app = web }\n  policy edge { allow jump-hosts -> web : ssh }\n}\n" +
    "# file: ctv.yaml\nenvironments:\n  production:\n    params:\n      jump-host: 198.51.100.8\n",
  fix: "Correct the spelling, or remove the value.",
});

export const missingParam = defineDiagnostic<{ name: string; type: string }>({
  code: "CTV2015",
  severity: "error",
  essential: true,
  title: "Param without a value",
  message: ({ name, type }) => `param "${name}" has no default and no value is given for it (type ${type})`,
  explanation: "A param without a default must be set, with `--param NAME=VALUE` or in the params of the project file's environment.",
  example: "param metrics-port: port\ntenant shop {\n  group web { match app = web }\n  policy edge { allow web -> web : tcp/metrics-port }\n}\n",
  fix: "Give it a default in the source, or a value from outside.",
});

export const unknownType = defineDiagnostic<{ name: string; possible: readonly string[] }>({
  code: "CTV2016",
  severity: "error",
  essential: true,
  title: "Unknown type of a param",
  message: ({ name, possible }) => `there is no param type "${name}"; possible are ${possible.join(", ")}`,
  explanation: "The type of a param says which values it takes and where it can stand.",
  example:
    "param jump-hosts: cidrlist = 198.51.100.7\ntenant shop {\n  group web { match app = web }\n  policy edge { allow jump-hosts -> web : ssh }\n}\n",
  fix: "Use one of the types that the message lists.",
});

export const secondInstallation = defineDiagnostic<{ statement: string }>({
  code: "CTV2017",
  severity: "error",
  essential: true,
  title: "Only one in a project",
  message: ({ statement }) => `the project has another \`${statement}\`; there can be one only`,
  explanation: "`fabric` and `aci` say what holds for the whole installation, so there is at most one of each in all files of a project.",
  example: "fabric { forwarding routing }\nfabric { arp proxy }\n",
  fix: "Merge the two.",
});

export const unknownProtocol = defineDiagnostic<{ name: string; possible: readonly string[] }>({
  code: "CTV2018",
  severity: "error",
  essential: true,
  title: "Unknown protocol",
  message: ({ name, possible }) => `there is no protocol "${name}"; possible are ${possible.join(", ")}`,
  explanation:
    "A service is written as `tcp/…`, `udp/…`, `sctp/…` with ports, `icmp/…`, `icmp6/…` with message types, or `ip/NUMBER` for any other IP protocol.",
  example: "tenant shop {\n  group web { match app = web }\n  policy edge { allow world -> web : tpc/443 }\n}\n",
  fix: "Use one of these protocols, or `ip/` and the protocol's number.",
});

export const reservedName = defineDiagnostic<{ name: string; meaning: string }>({
  code: "CTV2019",
  severity: "error",
  essential: true,
  title: "Reserved name",
  message: ({ name, meaning }) => `"${name}" cannot be declared: it always means ${meaning}`,
  explanation: "`any` and `world` are peers of the language. The names of the IP protocols are services of the language.",
  example: "external world = 198.51.100.0/24\n",
  fix: "Choose another name.",
});

export const ambiguousImport = defineDiagnostic<{ name: string; files: readonly string[] }>({
  code: "CTV2020",
  severity: "error",
  essential: true,
  title: "Name from more than one file",
  message: ({ name, files }) => `"${name}" is declared by more than one visible file: ${files.join(", ")}`,
  explanation:
    "The name is used, and more than one of this file and its imports declares it at the top level. Which is meant would depend on an order, so it has to be said.",
  example:
    'import "offices.ctv"\nimport "partners.ctv"\ntenant shop {\n  group web { match app = web }\n  policy edge { allow berlin -> web : http }\n}\n' +
    "// file: offices.ctv\nexternal berlin = 198.51.100.0/24\n// file: partners.ctv\nexternal berlin = 203.0.113.0/24\n",
  fix: "Rename one of the declarations, or declare the name in the tenant.",
});

export const ignoreWithoutReason = defineDiagnostic<{ reason: "reason" | "code" | "unknown" | "essential"; code?: string }>({
  code: "CTV2021",
  severity: "warning",
  title: "ctv-ignore that does not work",
  message: ({ reason, code }) => {
    switch (reason) {
      case "reason":
        return "`ctv-ignore` needs a reason: `// ctv-ignore CTV4002: why it is right here`";
      case "code":
        return "`ctv-ignore` needs a code: `// ctv-ignore CTV4002: why it is right here`";
      case "unknown":
        return `there is no code ${code ?? ""}`;
      case "essential":
        return `${code ?? ""} cannot be silenced: nothing can be compiled while it stands`;
    }
  },
  explanation:
    "A `// ctv-ignore CODE: reason` comment silences a code on its own line, or on the next line when it stands alone. It needs a code that exists, and a reason for the next reader. Errors that leave no policy to compile cannot be silenced.",
  example: "tenant shop {\n  // ctv-ignore CTV3018\n  group web { match app = web }\n  policy edge { allow world -> web : http }\n}\n",
  fix: "Add a colon and the reason after the code.",
});

export const namesDiagnostics: readonly Definition[] = [
  unknownName,
  wrongKind,
  duplicateName,
  shadowedName,
  importNotFound,
  importCycle,
  unknownTenant,
  notExported,
  misplacedStatement,
  unknownProperty,
  duplicateStatement,
  missingProperty,
  definitionCycle,
  unknownParam,
  missingParam,
  unknownType,
  secondInstallation,
  unknownProtocol,
  reservedName,
  ambiguousImport,
  ignoreWithoutReason,
];
