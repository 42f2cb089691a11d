/**
 * `sourcemap.json`, which tells operators what a cookie in a flow's statistics stands for: held against the cookies of the flows, the
 * program that was made with it, and the source as it is now.
 */
import type { Origin, Policy } from "../../../policy/model.js";
import { numberMember, readJsonList, textMember } from "../../entries.js";
import type { Entry } from "../../entries.js";
import type { AsideProblem } from "../../target.js";
import { readCookie } from "../flow.js";
import type { Program } from "../program.js";
import type { ReadFlow } from "./flowtext.js";

export const SOURCE_MAP = "sourcemap.json";

/** What one decision is, as a row says it and as the program or the source does. */
interface Decision {
  readonly rule?: string;
  readonly tenant: string;
  readonly action: string;
  readonly text: string;
  readonly place: string;
}

interface Row extends Decision {
  readonly cookie: bigint;
  readonly decision: number;
}

export function sourceMapProblems(text: string | undefined, program: Program, flows: readonly ReadFlow[], policy: Policy): readonly AsideProblem[] {
  if (text === undefined) return [{ path: SOURCE_MAP, message: "there is no source map for the cookies of the flows" }];
  const read = readJsonList(text, "sources");
  const mask = cookieOf(textIn(read?.members.get("cookieMask")));
  if (read === undefined || read.members.get("version") !== 1 || mask === undefined)
    return [{ path: SOURCE_MAP, message: 'this is not a source map of version 1, with a "cookieMask" and a list of "sources"' }];
  const decided = decisionsOf(program);
  const source = sourceOf(policy);
  const rows = new Map<bigint, Row>();
  const problemsOf = ({ value, line }: Entry): readonly AsideProblem[] => {
    const problem = (message: string): AsideProblem => ({ path: SOURCE_MAP, ...(line === undefined ? {} : { line }), message });
    const row = readRow(value);
    if (row === undefined) return [problem("this row is not one of a source map")];
    const cookie = row.cookie & mask;
    if (rows.has(cookie)) return [problem(`cookie 0x${cookie.toString(16)} has two rows`)];
    rows.set(cookie, row);
    const wrong = rowProblems(row, decided);
    if (wrong.length > 0) return wrong.map(problem);
    return outdatedProblems(row, source).map((message) => ({ ...problem(message), outdated: true }));
  };
  const inRows: AsideProblem[] = [];
  for (const entry of read.entries()) inRows.push(...problemsOf(entry));
  const decisions = new Set([...rows.values()].map(({ decision }) => decision));
  const left = [...decided].filter(([decision]) => !decisions.has(decision));
  return [
    ...inRows,
    ...left.map(([, known]) => ({ path: SOURCE_MAP, message: `${nameOf(known)} has no row` })),
    ...strayCookies(flows, mask, rows).map((cookie) => ({
      path: SOURCE_MAP,
      message: `flows have the cookie 0x${cookie.toString(16)}, and no row tells of it`,
    })),
  ];
}

const textIn = (value: unknown): string => (typeof value === "string" ? value : "");
const nameOf = ({ rule, tenant }: Decision): string => (rule === undefined ? `the default of tenant ${tenant}` : `rule ${rule}`);

function cookieOf(text: string): bigint | undefined {
  return /^0x[0-9a-f]{1,16}$/.test(text) ? BigInt(text) : undefined;
}

function readRow(entry: unknown): Row | undefined {
  const [tenant, action, text, file] = ["tenant", "action", "text", "file"].map((name) => textMember(entry, name));
  const [decision, line, column] = ["decision", "line", "column"].map((name) => numberMember(entry, name));
  const cookie = cookieOf(textMember(entry, "cookie") ?? "");
  if (cookie === undefined || decision === undefined || line === undefined || column === undefined) return undefined;
  if (tenant === undefined || action === undefined || text === undefined || file === undefined) return undefined;
  const rule = textMember(entry, "rule");
  return { cookie, decision, tenant, action, text, place: `${file}:${line}:${column}`, ...(rule === undefined ? {} : { rule }) };
}

/** By the number that cookies and connections carry. */
function decisionsOf(program: Program): ReadonlyMap<number, Decision> {
  const names = new Map(program.tenants.map(({ id, name }) => [id, name]));
  const place = ({ file, line, column }: { readonly file: string; readonly line: number; readonly column: number }) => `${file}:${line}:${column}`;
  return new Map([
    ...program.rules.map(({ decision, rule, tenant, action, text, position }): readonly [number, Decision] => [
      decision,
      { rule, tenant: names.get(tenant) ?? "", action, text, place: place(position) },
    ]),
    ...program.tenants.map(({ decision, name, defaultAction, position }): readonly [number, Decision] => [
      decision,
      { tenant: name, action: defaultAction, text: `default ${defaultAction}`, place: place(position) },
    ]),
  ]);
}

function rowProblems(row: Row, decided: ReadonlyMap<number, Decision>): readonly string[] {
  const known = decided.get(row.decision);
  if (known === undefined) return [`the program has no decision ${row.decision}`];
  const cookie = readCookie(row.cookie);
  const kind = known.rule === undefined ? "default" : "rule";
  if (cookie?.kind !== kind || cookie.id !== row.decision)
    return [`cookie 0x${row.cookie.toString(16)} is not that of decision ${row.decision}, ${nameOf(known)}`];
  const fields = ["rule", "tenant", "action", "text", "place"] as const;
  return fields.flatMap((field) =>
    row[field] === known[field] ? [] : [`${field} "${row[field] ?? ""}" is "${known[field] ?? ""}" in the program, for decision ${row.decision}`],
  );
}

/** What the source says now: rules by id, and the defaults of tenants by the tenant's name alone. */
function sourceOf(policy: Policy): ReadonlyMap<string, Decision> {
  const placeOf = ({ span, line, column }: Origin): string => `${span.file}:${line}:${column}`;
  return new Map(
    policy.tenants.flatMap((tenant): readonly (readonly [string, Decision])[] => [
      ...tenant.rules.map(({ id, action, text, origin }) => [id, { rule: id, tenant: tenant.name, action, text, place: placeOf(origin) }] as const),
      [
        tenant.name,
        {
          tenant: tenant.name,
          action: tenant.defaultAction,
          text: `default ${tenant.defaultAction}`,
          place: placeOf(tenant.defaultOrigin ?? tenant.origin),
        },
      ],
    ]),
  );
}

function outdatedProblems(row: Row, source: ReadonlyMap<string, Decision>): readonly string[] {
  const now = source.get(row.rule ?? row.tenant);
  if (now === undefined) return [`the source has no ${row.rule === undefined ? `tenant ${row.tenant}` : `rule ${row.rule}`} any more`];
  if (now.place !== row.place) return [`${nameOf(row)} is at ${now.place} by now, and not at ${row.place}`];
  return now.text === row.text && now.action === row.action ? [] : [`${nameOf(row)} reads \`${now.text}\` by now, and not \`${row.text}\``];
}

/** Cookies of rules and defaults in the flows that an operator would look up in vain. */
function strayCookies(flows: readonly ReadFlow[], mask: bigint, rows: ReadonlyMap<bigint, Row>): readonly bigint[] {
  const stray = new Set<bigint>();
  for (const { cookie } of flows) {
    const kind = readCookie(cookie)?.kind;
    if ((kind === "rule" || kind === "default") && !rows.has(cookie & mask)) stray.add(cookie);
  }
  return [...stray];
}
