/** Commands that the server carries out for clients that have none of their own: what to return, and what to say to the reader. */
import { explainFlow, matrix, proveTests, targetText } from "./policy.js";
import type { View } from "../workspace/workspace.js";

/** Names of commands; those that code lenses call are among them. Each takes a URI, or an object with a `uri`, as its first argument. */
export const serverCommands = {
  runTest: "ctv.runTest",
  showTarget: "ctv.showTarget",
  showMatrix: "ctv.showMatrix",
  explainFlow: "ctv.explainFlow",
} as const;

export interface CommandResult {
  readonly value: unknown;
  /** Shown by the client. */
  readonly message: string;
  readonly isError?: boolean;
}

/** The document that the arguments of a command are about. */
export function uriOfArguments(args: readonly unknown[]): string | undefined {
  const [first] = args;
  return typeof first === "string" ? first : textField(first, "uri");
}

/** Nothing for a command that there is not. */
export function carryOut(view: View, command: string, args: readonly unknown[]): CommandResult | undefined {
  const argument = (name: string, at: number): string | undefined => {
    const found = args.at(at);
    return textField(args.at(0), name) ?? (typeof found === "string" ? found : undefined);
  };
  switch (command) {
    case serverCommands.runTest:
      return runTest(view, argument("name", 1), argument("tenant", 2));
    case serverCommands.showTarget:
      return showTarget(view, argument("target", 1));
    case serverCommands.showMatrix: {
      const found = matrix(view);
      return found === undefined ? unsound : { value: found, message: found.markdown };
    }
    case serverCommands.explainFlow: {
      const found = explainFlow(view, argument("question", 1) ?? "");
      return { value: found, message: found.text };
    }
    default:
      return undefined;
  }
}

const unsound: CommandResult = { value: null, message: "The policy has errors: mend them first.", isError: true };

function runTest(view: View, name: string | undefined, tenant: string | undefined): CommandResult {
  if (view.checked.universe === undefined) return unsound;
  const outcomes = proveTests(view, { ...(name === undefined ? {} : { name }), ...(tenant === undefined ? {} : { tenant }) });
  const failed = outcomes.filter(({ passed }) => !passed);
  const lines = failed.flatMap((outcome) => outcome.failures.map(({ message }) => `${outcome.name}: ${message}`));
  const count = `${outcomes.length - failed.length} of ${outcomes.length} ${outcomes.length === 1 ? "test holds" : "tests hold"}`;
  return { value: outcomes, message: [count, ...lines].join("\n"), isError: failed.length > 0 || outcomes.length === 0 };
}

/** A message is no place for more. */
const shownFindings = 10;

function showTarget(view: View, target: string | undefined): CommandResult {
  if (view.checked.universe === undefined) return unsound;
  const wanted = target === undefined ? Object.keys(view.project.settings().targets) : [target];
  const made = wanted.flatMap((name) => {
    const text = targetText(view, name);
    return text === undefined ? [] : [{ target: name, ...text }];
  });
  if (made.length === 0)
    return { value: [], message: target === undefined ? "ctv.yaml names no targets." : `There is no target "${target}".`, isError: true };
  const counts = made.map(({ target: name, artefacts }) => `${name}: ${artefacts.length} ${artefacts.length === 1 ? "file" : "files"}`);
  const findings = made.flatMap((output) => output.findings.map((finding) => `${output.target}: ${finding}`));
  const more = findings.length > shownFindings ? [`and ${findings.length - shownFindings} more findings`] : [];
  const message = [`${counts.join(", ")}. \`ctv compile\` writes them.`, ...findings.slice(0, shownFindings), ...more].join("\n");
  return { value: made, message };
}

function textField(value: unknown, name: string): string | undefined {
  const found: unknown = typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
  return typeof found === "string" ? found : undefined;
}
