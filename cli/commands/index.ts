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
  { name: "fmt", summary: "format sources", load: async () => (await import("./format.js")).format },
  { name: "explain", summary: "explain a diagnostic code", load: async () => (await import("./explain.js")).explain },
  { name: "init", summary: "start a project in an empty folder", load: async () => (await import("./init.js")).init },
  { name: "completion", summary: "print a completion script for a shell", load: async () => (await import("./completion.js")).completion },
];
