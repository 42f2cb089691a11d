/** Changes of meaning in words: for a terminal, for a comment on a pull request, and for programs. */
import { createColors } from "picocolors";
import type { Universe } from "../compiler/policy/universe.js";
import { formatServices } from "../compiler/space/service.js";
import type { Change } from "../compiler/verdict/difference.js";
import type { Verdict } from "../compiler/verdict/evaluate.js";
import { formatFlow } from "../compiler/verdict/format.js";
import type { Base } from "./git.js";
import type { LoadedProject } from "./project.js";
import { locate } from "./report/report.js";

export interface Side {
  readonly loaded: LoadedProject;
  readonly universe: Universe;
}

export interface Sides {
  readonly before: Side;
  readonly after: Side;
  /** The commit that `before` is, where it is one. */
  readonly base?: Base;
}

const heads = { allow: "becomes allowed", deny: "becomes denied" } as const;

export function changesText(changes: readonly Change[], sides: Sides, colour: boolean): string {
  const colours = createColors(colour);
  const tone = { allow: colours.green, deny: colours.red };
  const section = (becomes: Change["becomes"]): string => {
    const own = changes.filter((change) => change.becomes === becomes);
    if (own.length === 0) return "";
    const entries = own.map((change) => {
      const lines = [
        `  ${change.from} -> ${change.to} : ${formatServices(change.services)}`,
        `    such as ${formatFlow(change.witness)}`,
        `    before: ${verdictsText(change.before, sides.before)}`,
        `    after:  ${verdictsText(change.after, sides.after)}`,
      ];
      return `${lines.join("\n")}\n`;
    });
    return `${colours.bold(tone[becomes](heads[becomes]))}\n${entries.join("")}`;
  };
  return section("allow") + section("deny");
}

/** Tables for a comment on a pull request; nothing at all when only wording changed. */
export function changesMarkdown(changes: readonly Change[], sides: Sides): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const code = (text: string): string => `\`${cell(text).replaceAll("`", "'")}\``;
  const section = (becomes: Change["becomes"]): string => {
    const own = changes.filter((change) => change.becomes === becomes);
    if (own.length === 0) return "";
    const rows = own.map((change) =>
      [
        code(change.from),
        code(change.to),
        code(formatServices(change.services)),
        code(formatFlow(change.witness)),
        cell(verdictsText(change.before, sides.before)),
        cell(verdictsText(change.after, sides.after)),
      ].join(" | "),
    );
    const head = becomes === "allow" ? "### :white_check_mark: Becomes allowed" : "### :no_entry: Becomes denied";
    return `${head}\n\n| from | to | services | such as | before | after |\n|---|---|---|---|---|---|\n${rows.map((row) => `| ${row} |\n`).join("")}\n`;
  };
  const compared = changes.length === 0 || sides.base === undefined ? "" : `Compared with ${sides.base.words}.\n`;
  return section("allow") + section("deny") + compared;
}

export function changesJson(changes: readonly Change[], sides: Sides): string {
  const document = {
    version: 1,
    command: "diff",
    ...(sides.base === undefined ? {} : { base: { revision: sides.base.revision, commit: sides.base.commit } }),
    changes: changes.map((change) => ({
      becomes: change.becomes,
      from: change.from,
      to: change.to,
      services: formatServices(change.services),
      example: formatFlow(change.witness),
      before: change.before.map((verdict) => verdictJson(verdict, sides.before)),
      after: change.after.map((verdict) => verdictJson(verdict, sides.after)),
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function verdictsText(verdicts: readonly Verdict[], side: Side): string {
  if (verdicts.length === 0) return "not decided: no end in a tenant";
  return verdicts
    .map((verdict) => {
      const word = verdict.action === "allow" ? "allowed" : "denied";
      const by = verdict.rule === undefined ? `the default of tenant ${verdict.tenant}` : `${verdict.rule.policy}: ${verdict.rule.text}`;
      const at = placeOf(verdict, side);
      return `${word} by ${by}${at === undefined ? "" : ` (${at})`}`;
    })
    .join("; ");
}

function verdictJson(verdict: Verdict, side: Side) {
  return { tenant: verdict.tenant, action: verdict.action, rule: verdict.rule?.id, text: verdict.rule?.text, at: placeOf(verdict, side) };
}

/** File id and line: the file may lie in a folder of its own, which would tell a reader nothing. */
function placeOf({ tenant, rule }: Verdict, { loaded, universe }: Side): string | undefined {
  const declared = universe.tenantByName.get(tenant);
  const span = rule?.origin.span ?? declared?.defaultOrigin?.span ?? declared?.origin.span;
  return span === undefined ? undefined : `${span.file}:${locate(loaded, span).start.line}`;
}
