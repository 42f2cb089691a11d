/**
 * The import rules of ARCHITECTURE.md: four rooms, one staircase, arrows one way. Checked by `npm run lint`.
 */
const rooms = ["grammar", "compiler", "lsp", "runtime", "cli"];
const onlyFrom = (name, comment, allowed, module) => ({
  name,
  comment,
  severity: "error",
  from: { path: "^(grammar|compiler|lsp|runtime|cli)/", pathNot: allowed },
  to: { path: `(^|/)node_modules/(${module})/|^(${module})$` },
});
const room = (from, forbidden, comment) => ({
  name: `${from}-stays-in-its-room`,
  comment,
  severity: "error",
  from: { path: `^${from}/` },
  to: { path: `^(${forbidden.join("|")})/` },
});

module.exports = {
  forbidden: [
    room(
      "grammar",
      rooms.filter((name) => name !== "grammar"),
      "grammar knows no other room",
    ),
    room("compiler", ["lsp", "runtime", "cli"], "compiler imports only grammar"),
    room("lsp", ["runtime", "cli"], "lsp asks the compiler and nothing else"),
    room("runtime", ["lsp", "cli"], "runtime and lsp never meet"),
    {
      name: "runtime-takes-no-syntax",
      comment: "the agent takes the policy and the OpenFlow target, never syntax",
      severity: "error",
      from: { path: "^runtime/" },
      to: { path: "^(grammar/(?!span)|compiler/(bind|check|compile))" },
    },
    {
      name: "compiler-is-pure",
      comment: "no files, no clock, no network in the compiler or the grammar",
      severity: "error",
      from: { path: "^(compiler|grammar)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "readers-share-nothing-with-emitters",
      comment: "what reads an artefact back must not use the code that wrote it",
      severity: "error",
      from: { path: "^compiler/target/[^/]+/read" },
      to: { path: "^compiler/target/[^/]+/(emit|objects|render|rules|priorities|conjunction|policytable|bind)" },
    },
    onlyFrom("only-cli-has-commander", "arguments are read in cli only", "^cli/", "commander"),
    onlyFrom("only-grammar-has-chevrotain-and-prettier", "parsing and formatting live in grammar", "^grammar/", "chevrotain|prettier"),
    onlyFrom("only-lsp-has-the-language-server", "the protocol is lsp's", "^lsp/", "vscode-languageserver|vscode-languageserver-textdocument"),
    onlyFrom(
      "only-runtime-has-clients-of-servers",
      "etcd, Kubernetes, logs and metrics are the runtime's",
      "^runtime/",
      "etcd3|@kubernetes/client-node|pino|prom-client",
    ),
    {
      name: "no-cycles",
      severity: "error",
      from: { path: "^(grammar|compiler|lsp|runtime|cli)/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "no-tests-in-the-house", severity: "error", from: { path: "^(grammar|compiler|lsp|runtime|cli)/" }, to: { path: "^test/" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".js", ".mjs", ".json"], conditionNames: ["import", "node", "default", "types"] },
  },
};
