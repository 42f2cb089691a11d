/** The language server as the rest of the extension sees it: it can be asked, and started again with a client of its own each time. */
import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { policyChangedNotification } from "../../protocol.js";
import type { PolicyChangedParams } from "../../protocol.js";
import { launchServer } from "./launch.js";

export interface Server {
  /** Rejects while there is no server, and with what the server says against the question. */
  readonly request: <Answer>(method: string, params: object, token?: vscode.CancellationToken) => Promise<Answer>;
  /** Starts the server, or ends it and starts it again. Tells the reader what is in the way; says whether it runs now. */
  readonly start: () => Promise<boolean>;
  readonly stop: () => Promise<void>;
}

/** What the user chooses for the session; see `lsp/settings.ts`. */
function chosen(): { readonly environment: string; readonly inventory: string; readonly documentation: string } {
  const settings = vscode.workspace.getConfiguration("ctv");
  return { environment: settings.get("environment", ""), inventory: settings.get("inventory", ""), documentation: settings.get("documentation", "") };
}

/** `policyChanged` hears which sources mean something else now. */
export function makeServer(context: vscode.ExtensionContext, policyChanged: (uris: readonly string[]) => void): Server {
  const outputChannel = vscode.window.createOutputChannel("ctv", { log: true });
  context.subscriptions.push(outputChannel);
  let client: LanguageClient | undefined;

  const stop = async (): Promise<void> => {
    const ending = client;
    client = undefined;
    await ending?.dispose();
  };
  const start = async (): Promise<boolean> => {
    await stop();
    const starting = new LanguageClient("ctv", "ctv", () => launchServer(context), {
      documentSelector: [{ language: "ctv" }],
      outputChannel,
      // The server asks to be told about files itself.
      synchronize: { configurationSection: "ctv" },
      initializationOptions: () => ({ ...chosen(), ownCommands: true }),
    });
    starting.onNotification(policyChangedNotification, ({ uris }: PolicyChangedParams) => policyChanged(uris));
    try {
      await starting.start();
    } catch (error) {
      // A client that has not come up never does, and is not kept.
      void vscode.window.showErrorMessage(`ctv: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
    client = starting;
    return true;
  };
  return {
    request: (method, params, token) => {
      if (client === undefined) return Promise.reject(new Error("the ctv language server does not run"));
      // `undefined` would travel as a second parameter.
      return token === undefined ? client.sendRequest(method, params) : client.sendRequest(method, params, token);
    },
    start,
    stop,
  };
}
