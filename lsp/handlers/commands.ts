/** `workspace/executeCommand`: commands for clients that have none of their own. */
import { MessageType, ShowMessageNotification } from "vscode-languageserver";
import { carryOut, uriOfArguments } from "../features/commands.js";
import { refusal } from "../guard.js";
import type { Session } from "../session.js";

export function carryOutCommands({ connection, workspace, guard }: Session): void {
  connection.onExecuteCommand(
    guard.request("executeCommand", ({ command, arguments: args = [] }: { readonly command: string; readonly arguments?: readonly unknown[] }) => {
      const uri = uriOfArguments(args);
      const view = uri === undefined ? undefined : workspace.view(uri);
      if (view === undefined) throw refusal(`${command} needs the URI of a .ctv file as its first argument.`);
      const result = carryOut(view, command, args);
      if (result === undefined) throw refusal(`There is no command ${command}.`);
      const { message, isError } = result;
      void connection.sendNotification(ShowMessageNotification.type, { type: isError === true ? MessageType.Error : MessageType.Info, message });
      return result.value;
    }),
  );
}
