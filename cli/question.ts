/**
 * From the words of a question to what they mean. The question is checked as an expectation at the end of one of the project's
 * files, so names mean in it what they mean there, and mistakes get the same messages.
 */
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import type { Flow } from "../compiler/space/flows.js";
import { looksConcrete, parseFlow } from "../compiler/verdict/format.js";
import type { Question } from "../compiler/verdict/query.js";
import { Refusal } from "./exit.js";
import type { LoadedProject } from "./project.js";
import { source } from "./report/report.js";
import type { Source } from "./report/report.js";

export type FoundQuestion =
  | { readonly kind: "found"; readonly question: Question }
  /** Findings within the question, as a source of its own. */
  | { readonly kind: "wrong"; readonly diagnostics: readonly Diagnostic[]; readonly sources: ReadonlyMap<string, Source> };

const questionId = "<question>";

/** The question as the language writes it. @throws Refusal where a shell has taken the arrow. */
export function flowText(words: readonly string[]): string {
  const flow = words.join(" ").replace(/\s+/g, " ").trim();
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
  const names = (loaded.checked.policy?.tenants ?? []).map((candidate) => candidate.name);
  if (tenant !== undefined && !names.includes(tenant)) throw new Refusal(`there is no tenant "${tenant}"`, `the tenants are ${names.join(", ")}`);
  if (tenant !== undefined) return askIn(loaded, flow, tenant);
  const outside = askIn(loaded, flow, undefined);
  if (outside.kind === "found") return outside;
  const inside = names.map((name) => ({ name, found: askIn(loaded, flow, name) }));
  const fitting = inside.filter(({ found }) => found.kind === "found");
  if (fitting.length > 1) {
    const tenants = fitting.map(({ name }) => name);
    throw new Refusal(
      `the question means something in each of the tenants ${tenants.join(", ")}`,
      `say which with --tenant, or write names as ${tenants[0]}/NAME`,
    );
  }
  return fitting[0]?.found ?? (inside.length === 1 ? inside[0].found : outside);
}

function askIn(loaded: LoadedProject, flow: string, tenant: string | undefined): FoundQuestion {
  const { files, draft } = loaded.checked;
  const span = draft.tenants.find((candidate) => candidate.name === tenant)?.origin.span;
  const file = span === undefined ? [...files.values()][0] : files.get(span.file);
  if (file === undefined) return { kind: "wrong", diagnostics: [], sources: new Map() };
  const head = `${file.text}\n${tenant === undefined ? "" : `tenant ${JSON.stringify(tenant)} { `}test "${questionId}" {\nexpect allow `;
  const tail = `\n}${tenant === undefined ? "" : " }"}\n`;
  const checked = loaded.recheck(new Map([[file.id, head + flow + tail]]));
  const asked = checked.policy?.tests.find((test) => test.name === questionId)?.expectations ?? [];
  const inside = ({ span: place }: Diagnostic) => place.file === file.id && place.start >= head.length;
  const errors = checked.diagnostics.filter((diagnostic) => diagnostic.severity === "error" && inside(diagnostic));
  if (asked.length === 1 && errors.length === 0) return { kind: "found", question: asked[0] };
  return {
    kind: "wrong",
    diagnostics: errors.map((error) => moved(error, head.length, flow.length)),
    sources: new Map([...loaded.sources, [questionId, source(questionId, flow)]]),
  };
}

/** The finding as one about the question alone. */
function moved(diagnostic: Diagnostic, offset: number, length: number): Diagnostic {
  const start = Math.min(diagnostic.span.start - offset, length);
  const end = Math.min(diagnostic.span.end - offset, length);
  return {
    ...diagnostic,
    span: { file: questionId, start, end },
    related: diagnostic.related.filter((related) => related.span.start < offset),
    fixes: [],
  };
}
