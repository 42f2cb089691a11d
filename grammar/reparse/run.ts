/**
 * Reading a text again after a change outside policies: the statements that the change touches are read together with the one before and
 * the one behind, and everything else is taken over.
 *
 * INVARIANT: the result is the one that `parseFile` gives. The neighbours are read as they were read before, so what stands before the
 * first and behind the second is too. Where that is in doubt, nothing comes of it, and the whole text is read.
 */
import type { Change } from "../change.js";
import { parseFile } from "../parse.js";
import type { Item, ParseResult, SyntaxProblem, Tenant } from "../syntax.js";
import { unreadable } from "../text.js";
import { movedComment, movedItem, movedProblem } from "./moved.js";
import { bracesMatch, fewProblems, isFarReaching, placesOf } from "./problems.js";
import type { ReadText } from "./reparse.js";

/** The statements of the file, or of one tenant, among which the change lies. */
interface Level {
  readonly items: readonly Item[];
  readonly tenant?: Tenant;
  /** Between the tenant's braces, or the whole file; in the earlier text. */
  readonly start: number;
  readonly end: number;
}

/** A piece of the earlier text with what it needs around it to be read alone. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly head: string;
  readonly foot: string;
}

/** Reads `text`, in a file that was `before` a change; nothing where more has to be read. */
export function rereadRun(before: ReadText, text: string, change: Change): ParseResult | undefined {
  const { id, items, comments } = before.parsed.file;
  if (unreadable({ id, text }) !== undefined) return undefined;
  const level = levelOf(before, change);
  const first = level.items.findLastIndex(({ span }) => span.end < change.start);
  const { shift } = change;
  const isApart = (start: number): boolean => start > change.end || (start === change.end && isBlank(text.charAt(start + shift - 1)));
  const last = level.items.findIndex(({ span }) => isApart(span.start));
  const from = first === -1 ? undefined : level.items[first];
  const to = last === -1 ? undefined : level.items[last];
  const piece = pieceBetween(before.text, level, from, to);
  const inside = (problem: SyntaxProblem): boolean =>
    !isFarReaching(problem) && placesOf(problem).every((at) => (from?.span.end ?? level.start) < at.start && at.end < (to?.span.start ?? level.end));
  if (piece === undefined || !before.parsed.problems.every(inside)) return undefined;

  const whole = piece.head + text.slice(piece.start, piece.end + shift) + piece.foot;
  const wholeBefore = piece.head + before.text.slice(piece.start, piece.end) + piece.foot;
  if (!bracesMatch(id, whole) || !bracesMatch(id, wholeBefore)) return undefined;
  const by = piece.start - piece.head.length;
  const read = parseFile(id, whole);
  const run = runOf(read, level, whole);
  if (run === undefined || !isSame(run.at(0), from, by) || !isSame(run.at(-1), to, by - shift) || !isDocumented(run.at(-1), to)) return undefined;
  const begin = from === undefined ? piece.head.length - 1 : from.span.end - by;
  const end = to === undefined ? whole.length - piece.foot.length + 1 : to.span.start + shift - by;
  const fresh = (problem: SyntaxProblem): boolean => !isFarReaching(problem) && placesOf(problem).every((at) => begin < at.start && at.end < end);
  if (read.problems.length > fewProblems || !read.problems.every(fresh)) return undefined;

  const middle = run.slice(from === undefined ? 0 : 1, to === undefined ? undefined : -1);
  const behind = last === -1 ? [] : level.items.slice(last);
  const inner = [
    ...level.items.slice(0, first + 1),
    ...middle.map((item) => movedItem(item, by)),
    ...(shift === 0 ? behind : behind.map((item) => movedItem(item, shift))),
  ];
  return {
    file: {
      kind: "file",
      id,
      span: { file: id, start: 0, end: text.length },
      items: level.tenant === undefined ? inner : withTenant(items, level.tenant, inner, shift),
      comments: [
        ...comments.filter(({ span }) => span.end <= piece.start),
        ...read.file.comments.map((comment) => movedComment(comment, by)),
        ...comments.filter(({ span }) => span.start >= piece.end).map((comment) => (shift === 0 ? comment : movedComment(comment, shift))),
      ],
    },
    problems: read.problems.map((problem) => movedProblem(problem, by)),
  };
}

function levelOf({ text, parsed }: ReadText, { start, end }: Change): Level {
  const { items } = parsed.file;
  const tenant = items.find((item): item is Tenant => item.kind === "tenant" && item.span.start < start && end < item.span.end);
  const brace = tenant === undefined ? -1 : text.indexOf("{", tenant.name.span.end);
  if (tenant === undefined || tenant.incomplete === true || brace === -1 || start <= brace || text[tenant.span.end - 1] !== "}") {
    return { items, start: -1, end: text.length + 1 };
  }
  return { items: tenant.items, tenant, start: brace, end: tenant.span.end };
}

/** A tenant that is read for the sake of what stands beside it. */
const anyTenant = "tenant t {\n}";

function pieceBetween(text: string, { tenant, start, end }: Level, from: Item | undefined, to: Item | undefined): Piece | undefined {
  const opened = tenant === undefined ? "" : "tenant t {\n";
  const closed = tenant === undefined ? "\n" : "\n}";
  const head = ((): Pick<Piece, "start" | "head"> | undefined => {
    if (from === undefined) return tenant === undefined ? { start: 0, head: "" } : { start: start + 1, head: opened.trimEnd() };
    if (from.kind === "tenant") return { start: from.span.end, head: anyTenant };
    const line = text.lastIndexOf("\n", from.span.start) + 1;
    return isBlank(text.slice(line, from.span.start)) ? { start: line, head: opened } : undefined;
  })();
  const foot = ((): Pick<Piece, "end" | "foot"> | undefined => {
    if (to === undefined) return tenant === undefined ? { end: text.length, foot: "" } : { end: end - 1, foot: "}" };
    if (to.kind === "tenant") return { end: to.span.start, foot: anyTenant };
    const line = text.indexOf("\n", to.span.end);
    const rest = text.slice(to.span.end, line === -1 ? text.length : line).trim();
    return rest === "" || rest.startsWith("//") ? { end: to.span.end, foot: closed } : undefined;
  })();
  return head === undefined || foot === undefined ? undefined : { ...head, ...foot };
}

function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** The statements of the piece; nothing where it did not stay one. */
function runOf({ file }: ParseResult, { tenant }: Level, whole: string): readonly Item[] | undefined {
  if (tenant === undefined) return file.items;
  const [only] = file.items;
  const alone = file.items.length === 1 && only.kind === "tenant" && only.incomplete !== true && only.span.end === whole.length;
  return alone ? only.items : undefined;
}

/** Whether a neighbour is what it was, `by` characters from where it was read. One that was not asked for is the same. */
function isSame(read: Item | undefined, known: Item | undefined, by: number): boolean {
  if (known === undefined) return true;
  if (read?.kind !== known.kind || read.incomplete !== known.incomplete) return false;
  if (known.kind === "tenant") return true;
  return read.span.start + by === known.span.start && read.span.end + by === known.span.end;
}

/** The comment above the neighbour behind is part of what was read. */
function isDocumented(read: Item | undefined, known: Item | undefined): boolean {
  return known === undefined || read?.doc === known.doc;
}

function withTenant(items: readonly Item[], tenant: Tenant, inner: readonly Item[], shift: number): readonly Item[] {
  const at = items.indexOf(tenant);
  const changed: Tenant = { ...tenant, span: { ...tenant.span, end: tenant.span.end + shift }, items: inner };
  return items.map((item, index) => (index < at ? item : index === at ? changed : shift === 0 ? item : movedItem(item, shift)));
}
