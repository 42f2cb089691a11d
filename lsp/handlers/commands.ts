/** `workspace/executeCommand`: commands for clients that have none of their own. */
import { MessageType, ShowMessageNotification } from "vscode-languageserver";
import { carryOut, uriOfArguments } from "../features/commands.js";
import { refusal } from "../guard.js";
import type { Session } from "../session.js";
import { asking } from "./questions.js";

export function carryOutCommands(session: Session): void {
  const { connection, workspace, guard } = session;
  const ask = asking(session);
  connection.onExecuteCommand(
    guard.request(
      "executeCommand",
      async ({ command, arguments: args = [] }: { readonly command: string; readonly arguments?: readonly unknown[] }, _cancelled, onCancel) => {
        const uri = uriOfArguments(args);
        const view = uri === undefined ? undefined : workspace.view(uri);
        if (view === undefined) throw refusal(`${command} needs the URI of a .ctv file as its first argument.`);
        const result = await carryOut(view, command, args, (question) => ask(view, question, { onCancel }));
        if (result === undefined) throw refusal(`There is no command ${command}.`);
        if (result === "left") return refusal(`${command} was left.`);
        const { message, isError } = result;
        void connection.sendNotification(ShowMessageNotification.type, { type: isError === true ? MessageType.Error : MessageType.Info, message });
        return result.value;
      },
    ),
  );
}
