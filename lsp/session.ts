/** What handlers share. */
import type { Connection } from "vscode-languageserver";
import type { Findings } from "./findings.js";
import type { Guard } from "./guard.js";
import type { Workspace } from "./workspace/workspace.js";

export interface Session {
  readonly connection: Connection;
  readonly workspace: Workspace;
  readonly guard: Guard;
  readonly findings: Findings;
}
