/** What `--strict` makes of findings about targets. */
import { catalogue } from "../compiler/diagnostics/catalogue.js";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";

/** Codes that are notes by themselves, and not because a project has lowered them: who does that has accepted what they tell. */
const notes: ReadonlySet<string> = new Set(catalogue.filter(({ severity }) => severity === "note").map(({ code }) => code));

/**
 * Makes an error of what a target cannot say: of every warning about it, and of notes about a rule, such as that nothing logs what it asks to
 * log. Notes about tenants and groups tell how a target works; no rule loses by them.
 */
export function strictly(diagnostic: Diagnostic): Diagnostic {
  const { code, severity, rule = "" } = diagnostic;
  const loses = code.startsWith("CTV5") && (severity === "warning" || (severity === "note" && isRule(rule) && notes.has(code)));
  return loses ? { ...diagnostic, severity: "error" } : diagnostic;
}

/** Rules are `tenant/policy/rule`; a tenant's default is `tenant/default`. */
function isRule(id: string): boolean {
  return id.split("/").length === 3;
}
