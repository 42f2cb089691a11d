/** What handlers share. */
import type { Connection } from "vscode-languageserver";
import type { ClientAbilities, Findings } from "./findings.js";
import type { Guard } from "./guard.js";
import type { Workspace } from "./workspace/workspace.js";

export interface Session {
  /** What the client has said that it can do. */
  readonly client: () => ClientAbilities;
  readonly connection: Connection;
  readonly workspace: Workspace;
  readonly guard: Guard;
  readonly findings: Findings;
}
