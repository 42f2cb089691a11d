/**
 * Reading a text again after somebody typed in one policy: that policy is read, and everything else is taken over from the tree before.
 * `run.ts` does the same for changes elsewhere.
 *
 * INVARIANT: the result is the one that `parseFile` gives. The change lies between the braces of one policy, whose braces match before and
 * after, and nothing is wrong outside it; so every token, line end and brace outside means what it meant, and what is wrong inside is
 * wrong there alone. Where any of this is in doubt, the whole text is read.
 */
import { changeBetween } from "../change.js";
import type { Change } from "../change.js";
import { parseFile } from "../parse.js";
import type { Item, ParseResult, Policy, SyntaxProblem, Tenant } from "../syntax.js";
import { unreadable } from "../text.js";
import { movedComment, movedItem, movedProblem } from "./moved.js";
import { bracesMatch, fewProblems, isFarReaching, placesOf } from "./problems.js";
import { rereadRun } from "./run.js";

export interface ReadText {
  readonly text: string;
  readonly parsed: ParseResult;
}

/** Reads `text`, in a file that was `before` a change; equal to `parseFile` with the file's id. */
export function reparseFile(before: ReadText, text: string): ParseResult {
  const { id } = before.parsed.file;
  if (before.text === text) return before.parsed;
  const change = changeBetween(before.text, text);
  const home = policyAround(before, change);
  const made = home === undefined || unreadable({ id, text }) !== undefined ? undefined : spliced(before, text, change, home);
  return made ?? rereadRun(before, text, change) ?? parseFile(id, text);
}

/** A policy, and the tenant around it. */
export interface Home {
  readonly tenant: Tenant;
  readonly policy: Policy;
}

/** The policy between whose braces the change lies, where nothing is wrong outside it. */
export function policyAround({ text, parsed }: ReadText, { start, end }: Change): Home | undefined {
  const holds = ({ span }: Item): boolean => span.start < start && end < span.end;
  const tenant = parsed.file.items.find((item): item is Tenant => item.kind === "tenant" && holds(item));
  const policy = tenant?.items.find((item): item is Policy => item.kind === "policy" && holds(item));
  if (tenant === undefined || policy === undefined || tenant.incomplete === true || policy.incomplete === true) return undefined;
  const { span } = policy;
  const brace = text.indexOf("{", policy.name.span.end);
  if (brace === -1 || start <= brace || text[span.end - 1] !== "}") return undefined;
  const inside = (problem: SyntaxProblem): boolean =>
    !isFarReaching(problem) && placesOf(problem).every((at) => brace < at.start && at.end < span.end);
  return parsed.problems.every(inside) ? { tenant, policy } : undefined;
}

/** A tenant around a policy that is read alone. Its last line end keeps the policy's first word at the beginning of a line. */
const head = "tenant t {\n";
const foot = "\n}\n";

/** A piece of a text with a tenant around it, to be read alone; `by` is how far its places are from those in the whole text. */
export function pieceAlone(text: string, start: number, end: number): { readonly text: string; readonly by: number } {
  return { text: head + text.slice(start, end) + foot, by: start - head.length };
}

function spliced(before: ReadText, text: string, { shift }: Change, { tenant, policy }: Home): ParseResult | undefined {
  const { id, items, comments } = before.parsed.file;
  const { start } = policy.span;
  const oldEnd = policy.span.end;
  const { text: whole, by } = pieceAlone(text, start, oldEnd + shift);
  if (!bracesMatch(id, whole) || !bracesMatch(id, pieceAlone(before.text, start, oldEnd).text)) return undefined;
  const { file, problems } = parseFile(id, whole);
  const read = policyAlone(file.items, whole.length - foot.length);
  if (read === undefined || problems.length > fewProblems) return undefined;
  const inside = (problem: SyntaxProblem): boolean =>
    !isFarReaching(problem) && placesOf(problem).every((at) => head.length < at.start && at.end < whole.length - foot.length);
  if (!problems.every(inside)) return undefined;

  const fresh = movedItem(read, by);
  const mended: Item = policy.doc === undefined ? fresh : { ...fresh, doc: policy.doc };
  const inner = replaced(tenant.items, policy, mended, shift);
  const around: Tenant = { ...tenant, span: { ...tenant.span, end: tenant.span.end + shift }, items: inner };
  return {
    file: {
      kind: "file",
      id,
      span: { file: id, start: 0, end: text.length },
      items: replaced(items, tenant, around, shift),
      comments: [
        ...comments.filter(({ span }) => span.end <= start),
        ...file.comments.map((comment) => movedComment(comment, by)),
        ...comments.filter(({ span }) => span.start >= oldEnd).map((comment) => (shift === 0 ? comment : movedComment(comment, shift))),
      ],
    },
    problems: problems.map((problem) => movedProblem(problem, by)),
  };
}

/** The one statement of the one tenant, where it is a policy that ends where the tenant's own last lines begin. */
function policyAlone(items: readonly Item[], end: number): Policy | undefined {
  const [tenant] = items;
  if (items.length !== 1 || tenant.kind !== "tenant" || tenant.incomplete === true || tenant.items.length !== 1) return undefined;
  const [policy] = tenant.items;
  const alone = policy.kind === "policy" && policy.span.start === head.length && policy.span.end === end && policy.doc === undefined;
  return alone ? policy : undefined;
}

/** The list with another item in the place of one, and those behind it moved. */
function replaced(items: readonly Item[], old: Item, fresh: Item, shift: number): readonly Item[] {
  const at = items.indexOf(old);
  return items.map((item, index) => (index < at ? item : index === at ? fresh : shift === 0 ? item : movedItem(item, shift)));
}
