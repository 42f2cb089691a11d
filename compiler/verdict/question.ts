/**
 * From the text of a question, such as `frontend -> backend : redis`, to what it means. The question is checked as an expectation at the
 * end of one of the project's files, so names mean in it what they mean there, and mistakes get the same messages.
 */
import type { Checked } from "../compile.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Question } from "./query.js";

export type FoundQuestion =
  | { readonly kind: "found"; readonly question: Question }
  /** It means something in each of these tenants. */
  | { readonly kind: "several"; readonly tenants: readonly string[] }
  | { readonly kind: "no such tenant"; readonly tenants: readonly string[] }
  /** Findings within the question; spans are in a file of the id `questionId` that holds the question alone. */
  | { readonly kind: "wrong"; readonly diagnostics: readonly Diagnostic[] };

export const questionId = "<question>";

/** A project that can be checked with other texts in the place of some files. */
export interface Asked {
  readonly checked: Checked;
  readonly recheck: (texts: ReadonlyMap<string, string>) => Checked;
}

/**
 * What a question means: with the names of `tenant`, else outside tenants with those of `file` (default: the first), else with the names
 * of the one tenant in which it makes sense.
 */
export function findQuestion(asked: Asked, flow: string, tenant: string | undefined, file?: string): FoundQuestion {
  const names = (asked.checked.policy?.tenants ?? []).map((candidate) => candidate.name);
  if (tenant !== undefined) return names.includes(tenant) ? askIn(asked, flow, tenant, file) : { kind: "no such tenant", tenants: names };
  const outside = askIn(asked, flow, undefined, file);
  if (outside.kind === "found") return outside;
  const inside = names.map((name) => ({ name, found: askIn(asked, flow, name, file) }));
  const fitting = inside.filter(({ found }) => found.kind === "found");
  if (fitting.length > 1) return { kind: "several", tenants: fitting.map(({ name }) => name) };
  return fitting[0]?.found ?? (inside.length === 1 ? inside[0].found : outside);
}

function askIn({ checked: before, recheck }: Asked, flow: string, tenant: string | undefined, id: string | undefined): FoundQuestion {
  const { files, draft } = before;
  const home = draft.tenants.find((candidate) => candidate.name === tenant)?.origin.span.file ?? id;
  const file = home === undefined ? [...files.values()][0] : files.get(home);
  if (file === undefined) return { kind: "wrong", diagnostics: [] };
  const head = `${file.text}\n${tenant === undefined ? "" : `tenant ${JSON.stringify(tenant)} { `}test "${questionId}" {\nexpect allow `;
  const tail = `\n}${tenant === undefined ? "" : " }"}\n`;
  const checked = recheck(new Map([[file.id, head + flow + tail]]));
  const asked = checked.policy?.tests.find((test) => test.name === questionId)?.expectations ?? [];
  const inside = ({ span: place }: Diagnostic) => place.file === file.id && place.start >= head.length;
  const errors = checked.diagnostics.filter((diagnostic) => diagnostic.severity === "error" && inside(diagnostic));
  // A text that closes the block and goes on is no question, whatever comes of the rest.
  const isWhole = asked.every(({ origin }) => origin.span.end >= head.length + flow.trimEnd().length);
  if (asked.length === 1 && errors.length === 0 && isWhole) return { kind: "found", question: asked[0] };
  return { kind: "wrong", diagnostics: errors.map((error) => moved(error, head.length, flow.length)) };
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
