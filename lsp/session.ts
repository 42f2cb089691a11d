/** What handlers share. */
import type { Connection } from "vscode-languageserver";
import type { ClientAbilities, Findings } from "./findings.js";
import type { Guard } from "./guard.js";
import type { TargetThread } from "./targets/thread.js";
import type { Workspace } from "./workspace/workspace.js";

export interface Session {
  /** What the client has said that it can do. */
  readonly client: () => ClientAbilities & { readonly progress: boolean };
  readonly connection: Connection;
  readonly workspace: Workspace;
  readonly guard: Guard;
  readonly findings: Findings;
  /** For what takes long in large projects. */
  readonly thread: TargetThread;
}
