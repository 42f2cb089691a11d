/** The verbs of the command. */
import type { VerbRow } from "../verb.js";

export const verbs: readonly VerbRow[] = [
  { name: "check", summary: "say what is wrong in a policy", load: async () => (await import("./check.js")).check },
  {
    name: "compile",
    summary: "write what Kubernetes, Contiv and Open vSwitch are to enforce",
    load: async () => (await import("./compile.js")).compile,
  },
  { name: "query", summary: "may this traffic pass, and which rule says so", load: async () => (await import("./query.js")).query },
  { name: "test", summary: "prove the claims of `test` blocks", load: async () => (await import("./test.js")).test },
  { name: "verify", summary: "prove that files in a folder decide as the source does", load: async () => (await import("./verify.js")).verify },
  { name: "matrix", summary: "who may talk to whom, as a table or a picture", load: async () => (await import("./matrix.js")).matrix },
  { name: "diff", summary: "what traffic a change lets pass, and what it stops", load: async () => (await import("./diff.js")).diff },
  { name: "lint", summary: "what is worth a look, and what it costs", load: async () => (await import("./lint.js")).lint },
  { name: "fmt", summary: "format sources", load: async () => (await import("./format.js")).format },
  { name: "explain", summary: "explain a diagnostic code", load: async () => (await import("./explain.js")).explain },
  {
    name: "connectivity",
    summary: "the connections that Kubernetes manifests allow, without any policy of ctv",
    load: async () => (await import("./connectivity.js")).connectivity,
  },
  { name: "keygen", summary: "make the keys that programs are signed with", load: async () => (await import("./keygen.js")).keygen },
  { name: "publish", summary: "compile, prove, sign and store a policy for the agents", load: async () => (await import("./publish.js")).publish },
  { name: "history", summary: "the generations in a store", load: async () => (await import("./history.js")).history },
  { name: "rollback", summary: "put an earlier generation in force again", load: async () => (await import("./rollback.js")).rollback },
  { name: "status", summary: "what every node has in force", load: async () => (await import("./status.js")).status },
  {
    name: "import",
    summary: "make a policy from Kubernetes or Contiv objects, and prove it",
    load: async () => (await import("./import.js")).importVerb,
  },
  {
    name: "plan",
    summary: "what would change on netmaster or in a cluster",
    load: async () => (await import("./plan.js")).plan,
  },
  { name: "apply", summary: "bring netmaster or a cluster to what the source asks for", load: async () => (await import("./apply.js")).apply },
  {
    name: "drift",
    summary: "whether netmaster or a cluster still has what the source asks for",
    load: async () => (await import("./drift.js")).drift,
  },
  { name: "export-live", summary: "write what netmaster has", load: async () => (await import("./export-live.js")).exportLive },
  { name: "stats", summary: "how often each rule has decided, on all nodes", load: async () => (await import("./stats.js")).stats },
  { name: "why", summary: "what happens to a connection on this node, and why", load: async () => (await import("./why.js")).why },
  { name: "trace", summary: "ask this node's switch about a connection", load: async () => (await import("./trace.js")).trace },
  { name: "agent", summary: "hold this node's switch to the policy", load: async () => (await import("./agent.js")).agent },
  { name: "init", summary: "start a project in an empty folder", load: async () => (await import("./init.js")).init },
  { name: "lsp", summary: "serve an editor", load: async () => (await import("./lsp.js")).lsp },
  { name: "completion", summary: "print a completion script for a shell", load: async () => (await import("./completion.js")).completion },
];
