/** From the words of a question on a command line to what they mean. */
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import type { Flow } from "../compiler/space/flows.js";
import { looksConcrete, parseFlow } from "../compiler/verdict/format.js";
import type { Question } from "../compiler/verdict/query.js";
import * as compiler from "../compiler/verdict/question.js";
import { Refusal } from "./exit.js";
import type { LoadedProject } from "./project.js";
import { source } from "./report/report.js";
import type { Source } from "./report/report.js";

export type FoundQuestion =
  | { readonly kind: "found"; readonly question: Question }
  /** Findings within the question, as a source of its own. */
  | { readonly kind: "wrong"; readonly diagnostics: readonly Diagnostic[]; readonly sources: ReadonlyMap<string, Source> };

/** The question as the language writes it. @throws Refusal where a shell has taken the arrow. */
export function flowText(words: readonly string[]): string {
  const flow = words.join(" ").replace(/\s+/g, " ").trim();
  const [, action, asked] = /^(allow|deny) (.*)$/.exec(flow) ?? [];
  if (action !== undefined) throw new Refusal(`a question does not say "${action}": that is the answer`, `ask "${asked}"`);
  if (/(^| )-( |$)/.test(flow))
    throw new Refusal(`the shell has taken the ">" of "->" for a redirection: ${flow}`, "put the question in quotes, or write `to`");
  if (/->|→/.test(flow)) return flow;
  const parts = flow.split(/ to /);
  if (parts.length !== 2) throw new Refusal(`a question is SOURCE -> DESTINATION, or SOURCE to DESTINATION, and this has no arrow: ${flow}`);
  return parts.join(" -> ");
}

/** The one flow that a question is about, where it has the form in which findings print one. @throws Refusal for what only looks like it. */
export function concreteFlow(question: string): Flow | undefined {
  if (!looksConcrete(question)) return undefined;
  const flow = parseFlow(question);
  if (flow !== undefined) return flow;
  throw new Refusal(
    `this is not a flow that can be read: ${question}`,
    "one flow is such as `shop[app=web]@10.1.1.1 -> @198.51.100.7 : tcp/443`, both ends with an address of the same family",
  );
}

/**
 * What a question means: with the names of `tenant`, else outside tenants, else with the names of the one tenant in which it
 * makes sense. @throws Refusal when it makes sense in several.
 */
export function findQuestion(loaded: LoadedProject, flow: string, tenant: string | undefined): FoundQuestion {
  const found = compiler.findQuestion(loaded, flow, tenant);
  switch (found.kind) {
    case "found":
      return found;
    case "no such tenant":
      throw new Refusal(`there is no tenant "${tenant ?? ""}"`, `the tenants are ${found.tenants.join(", ")}`);
    case "several":
      throw new Refusal(
        `the question means something in each of the tenants ${found.tenants.join(", ")}`,
        `say which with --tenant, or write names as ${found.tenants[0]}/NAME`,
      );
    case "wrong":
      return { ...found, sources: new Map([...loaded.sources, [compiler.questionId, source(compiler.questionId, flow)]]) };
  }
}
