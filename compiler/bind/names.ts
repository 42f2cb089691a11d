/** What a declared name may look like. Bare names have the right form by the grammar; quoted ones are checked here. */
import type { Name } from "../../grammar/syntax.js";
import { invalidName } from "../diagnostics/names.js";
import type { Report } from "../diagnostics/sink.js";

/** The longest name: netmaster's limit for every object, in characters. */
export const NAME_LIMIT = 64;

/** Why a text is no name, or nothing when it is one. */
export function nameProblem(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (text.length > NAME_LIMIT) return `it has ${text.length} characters, at most ${NAME_LIMIT} are allowed`;
  const strange = /[^A-Za-z0-9.-]/u.exec(text);
  if (strange !== null) return `"${strange[0]}" is not allowed, only letters, digits and inner "-" and "."`;
  if (!/^[A-Za-z0-9]+([.-]+[A-Za-z0-9]+)*$/.test(text)) return `it must begin and end with a letter or a digit`;
  return undefined;
}

export function checkName(name: Name, report: Report): void {
  if (!name.quoted) return;
  const reason = nameProblem(name.text);
  if (reason !== undefined) report(invalidName.make({ name: name.text, reason }, { span: name.span }));
}
