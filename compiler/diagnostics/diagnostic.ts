/**
 * Diagnostics: everything the compiler has to say about a source, as data. Texts are made here and in the catalogue; how they
 * are shown is for `cli/report` and `lsp`.
 */
import type { Span } from "../../grammar/span.js";
import type { TextEdit } from "../../grammar/syntax.js";

/** `off` is a setting only: no diagnostic with it is ever shown. */
export type Severity = "error" | "warning" | "note";

export interface Diagnostic {
  /** `CTVnnnn`. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence in the reader's terms: what is wrong. */
  readonly message: string;
  readonly span: Span;
  readonly related: readonly Related[];
  /** What to do, when it is worth a sentence of its own. */
  readonly help?: string;
  readonly fixes: readonly Fix[];
  /** Target that the finding is about (`kubernetes`, `contiv`, `openflow`), for codes `CTV5xxx`. */
  readonly target?: string;
  /** Id of the rule that the finding is about. */
  readonly rule?: string;
  /** A flow that shows the finding, in the form that `ctv query` takes. */
  readonly flow?: string;
}

export interface Related {
  readonly span: Span;
  readonly message: string;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Whether it can be applied without looking: meaning is what the author plainly wanted. */
  readonly safe: boolean;
}

/** An entry of the catalogue, as `ctv explain` and the documentation show it. */
export interface Definition {
  readonly code: string;
  readonly severity: Severity;
  /** While it stands there is no policy to compile, or the output is proved wrong: it can be neither lowered nor silenced. */
  readonly essential?: boolean;
  readonly title: string;
  /** What it means and why it matters; a few sentences of Markdown. */
  readonly explanation: string;
  /** A short `.ctv` text that causes it. */
  readonly example: string;
  /** The same text mended, or what to do in words. */
  readonly fix: string;
}

export interface Details {
  readonly span: Span;
  readonly related?: readonly Related[];
  readonly help?: string;
  readonly fixes?: readonly Fix[];
  readonly target?: string;
  readonly rule?: string;
  readonly flow?: string;
}

/** A kind of diagnostic: its entry of the catalogue, and how to make one from typed fields. */
export interface DiagnosticKind<Fields> extends Definition {
  readonly make: (fields: Fields, details: Details) => Diagnostic;
}

/**
 * Declares a kind of diagnostic. `message` sees typed fields only, so call sites hold no text.
 *
 * @example
 * const duplicateGroup = defineDiagnostic<{ name: string }>({
 *   code: "CTV2003", severity: "error", title: "Duplicate group",
 *   message: ({ name }) => `group "${name}" is declared twice`,
 *   explanation: "…", example: "…", fix: "…",
 * });
 * report(duplicateGroup.make({ name }, { span, related }));
 */
export function defineDiagnostic<Fields>(entry: Definition & { readonly message: (fields: Fields) => string }): DiagnosticKind<Fields> {
  const { message, ...definition } = entry;
  return {
    ...definition,
    make: (fields, details) => ({
      code: definition.code,
      severity: definition.severity,
      message: message(fields),
      span: details.span,
      related: details.related ?? [],
      fixes: details.fixes ?? [],
      ...(details.help === undefined ? {} : { help: details.help }),
      ...(details.target === undefined ? {} : { target: details.target }),
      ...(details.rule === undefined ? {} : { rule: details.rule }),
      ...(details.flow === undefined ? {} : { flow: details.flow }),
    }),
  };
}
