/** Commands that the server carries out for clients that have none of their own: what to return, and what to say to the reader. */
import type { TargetText, TestOutcome } from "../protocol.js";
import type { PolicyAnswer, PolicyQuestion } from "./policy.js";
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

/** Asks about the policy; nothing once the question was taken back. */
type Ask = (question: PolicyQuestion) => Promise<PolicyAnswer | undefined>;

/** Nothing for a command that there is not. */
export async function carryOut(view: View, command: string, args: readonly unknown[], ask: Ask): Promise<CommandResult | "left" | undefined> {
  const argument = (name: string, at: number): string | undefined => {
    const found = args.at(at);
    return textField(args.at(0), name) ?? (typeof found === "string" ? found : undefined);
  };
  const isWhole = view.checked.policy !== undefined;
  switch (command) {
    case serverCommands.runTest: {
      const [name, tenant] = [argument("name", 1), argument("tenant", 2)];
      const question: PolicyQuestion = { kind: "tests", ...(name === undefined ? {} : { name }), ...(tenant === undefined ? {} : { tenant }) };
      return isWhole ? resultOf(await ask(question)) : unsound;
    }
    case serverCommands.showTarget: {
      const target = argument("target", 1);
      if (!isWhole) return unsound;
      return target === undefined ? showTargets(Object.keys(view.project.settings().targets), ask) : resultOf(await ask({ kind: "target", target }));
    }
    case serverCommands.showMatrix:
      return isWhole ? resultOf(await ask({ kind: "matrix" })) : unsound;
    case serverCommands.explainFlow:
      return resultOf(await ask({ kind: "flow", question: argument("question", 1) ?? "" }));
    default:
      return undefined;
  }
}

const unsound: CommandResult = { value: null, message: "The policy has errors: mend them first.", isError: true };

function resultOf(answer: PolicyAnswer | undefined): CommandResult | "left" {
  if (answer === undefined) return "left";
  switch (answer.kind) {
    case "tests":
      return testResult(answer.found);
    case "flow":
      return { value: answer.found, message: answer.found.text };
    case "matrix":
      return answer.found === undefined ? unsound : { value: answer.found, message: answer.found.markdown };
    case "target":
      return targetResult(answer.found === undefined ? [] : [{ target: answer.target, ...answer.found }], answer.target);
  }
}

function testResult(outcomes: readonly TestOutcome[]): CommandResult {
  const failed = outcomes.filter(({ passed }) => !passed);
  const lines = failed.flatMap((outcome) => outcome.failures.map(({ message }) => `${outcome.name}: ${message}`));
  const count = `${outcomes.length - failed.length} of ${outcomes.length} ${outcomes.length === 1 ? "test holds" : "tests hold"}`;
  return { value: outcomes, message: [count, ...lines].join("\n"), isError: failed.length > 0 || outcomes.length === 0 };
}

/** A message is no place for more. */
const shownFindings = 10;

type NamedOutput = TargetText & { readonly target: string };

async function showTargets(names: readonly string[], ask: Ask): Promise<CommandResult | "left"> {
  const made: NamedOutput[] = [];
  for (const target of names) {
    const answer = await ask({ kind: "target", target });
    if (answer === undefined) return "left";
    if (answer.kind === "target" && answer.found !== undefined) made.push({ target, ...answer.found });
  }
  return targetResult(made);
}

/** `asked` is the target that was asked for, where one was. */
function targetResult(made: readonly NamedOutput[], asked?: string): CommandResult {
  if (made.length === 0)
    return { value: [], message: asked === undefined ? "ctv.yaml names no targets." : `There is no target "${asked}".`, isError: true };
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
