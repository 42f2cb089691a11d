/**
 * Verification of one target: its files, as they lie there, against the source. See `docs/verification.md`.
 *
 * A target may have several readings where its users' servers differ (does an `ipBlock` match pods?): the files have to be right
 * under each.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { decidesOtherwise, doesNotRead } from "../diagnostics/verification.js";
import { asideDiagnostic, fewOfEach, placeOf, wordsOf } from "./asides.js";
import type { Universe } from "../policy/universe.js";
import type { Artefact, Loss, Reading } from "../target/target.js";
import { describeFlow } from "../verdict/describe.js";
import { formatFlow } from "../verdict/format.js";
import { comparison } from "./compare.js";
import type { Asked, Difference } from "./compare.js";

/** What a target decides if `assumption` holds; no assumption where there is one reading only. */
export interface NamedReading {
  readonly assumption?: string;
  readonly reading: Reading;
  /** What this reading has to be asked; the rest follows from the answers of the others. Everything, where absent. */
  readonly asked?: Asked;
}

/**
 * Nothing, when the target is proved to decide every flow as the source does, apart from `losses`, and its other files fit to that. Where a file
 * does not read, that is all there is to say: differences would only follow from it. `artefacts` are what was read, to point into.
 */
export function verify(
  target: string,
  universe: Universe,
  readings: readonly NamedReading[],
  losses: readonly Loss[],
  artefacts: readonly Artefact[] = [],
): readonly Diagnostic[] {
  const reading = readings[0]?.reading;
  const problems = (reading?.problems ?? []).map((problem) => doesNotRead.make(wordsOf(target, problem), placeOf(target, problem, artefacts)));
  if (problems.length > 0) return problems;
  const asides = fewOfEach(reading?.asides ?? []).map((problem) => asideDiagnostic(target, problem, artefacts));
  const compare = comparison(universe, losses);
  const differences = readings.flatMap(({ assumption, reading, asked }) =>
    compare(reading, asked).map((difference) => asDiagnostic(target, universe, difference, assumption)),
  );
  const seen = new Set<string>();
  const once = differences.filter((diagnostic) => {
    const key = `${diagnostic.rule ?? ""} ${diagnostic.flow ?? diagnostic.message}`;
    return !seen.has(key) && seen.add(key);
  });
  return [...once, ...asides];
}

function asDiagnostic(target: string, universe: Universe, difference: Difference, assumption: string | undefined): Diagnostic {
  const { rule } = difference;
  // A flow that touches no tenant has no place in the source: the beginning of the first tenant is as good as any.
  const tenant = difference.tenant === undefined ? universe.policy.tenants.at(0) : universe.tenantByName.get(difference.tenant);
  const origin = rule?.origin ?? (difference.tenant === undefined ? undefined : tenant?.defaultOrigin) ?? tenant?.origin;
  const flow = describeFlow(universe.policy, difference.flow);
  const source =
    difference.tenant === undefined ? undefined : rule === undefined ? `the default of tenant "${difference.tenant}"` : `\`${rule.text}\``;
  return decidesOtherwise.make(
    {
      target,
      flow,
      decision: decisions[difference.kind],
      by: difference.by,
      ...(source === undefined ? {} : { source }),
      ...(assumption === undefined ? {} : { assumption }),
    },
    {
      span: origin?.span ?? { file: "", start: 0, end: 0 },
      target,
      flow: formatFlow(difference.flow),
      ...(rule === undefined ? {} : { rule: rule.id }),
    },
  );
}

const decisions: Readonly<Record<Difference["kind"], string>> = {
  "target-allows": "allows",
  "target-denies": "denies",
  "reply-denied": "drops replies to",
};
