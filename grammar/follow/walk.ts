/** The grammar as an automaton: which terminals can come after a run of tokens, told by the recorded grammar of the parser itself. */
import {
  Alternation,
  Alternative,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  Terminal,
} from "chevrotain";
import type { IProduction, IToken, Rule } from "chevrotain";
import { isA } from "../layout/blocks.js";

/** A place in the grammar: the next step of a sequence, and where it goes on when the sequence is done. */
interface Place {
  readonly steps: readonly IProduction[];
  readonly at: number;
  /** The rule that the sequence belongs to, and which of its calls in the rule around it this is. */
  readonly rule: string;
  readonly call: number;
  readonly outer?: Place;
}

/** A terminal that may come next, and the rules that lead to it, innermost first. */
export interface Candidate {
  readonly terminal: Terminal;
  readonly rules: readonly { readonly name: string; readonly call: number }[];
}

/** Loops made of the items of separated lists: separator, then item. Made once, so that places stay few. */
const loops = new WeakMap<IProduction, Repetition>();

/** The terminals that can follow `tokens` where these begin with one of the rules. */
export function candidatesAfter(starts: readonly Rule[], tokens: readonly IToken[]): readonly Candidate[] {
  let places = starts.flatMap((rule) => terminalPlaces({ steps: rule.definition, at: 0, rule: rule.name, call: 0 }));
  for (const token of tokens) {
    places = places.filter((place) => isTerminalFor(place, token)).flatMap((place) => terminalPlaces({ ...place, at: place.at + 1 }));
  }
  return places.flatMap((place) => {
    const step = place.steps[place.at];
    return step instanceof Terminal ? [{ terminal: step, rules: rulesOf(place) }] : [];
  });
}

function isTerminalFor(place: Place, token: IToken): boolean {
  const step = place.steps[place.at];
  return step instanceof Terminal && isA(token, step.terminalType);
}

/** The places with a terminal as their next step that can be reached from here without a token. */
function terminalPlaces(place: Place | undefined): readonly Place[] {
  if (place === undefined) return [];
  if (place.at >= place.steps.length) return terminalPlaces(place.outer);
  const step = place.steps[place.at];
  const behind: Place = { ...place, at: place.at + 1 };
  const inside = (steps: readonly IProduction[], outer: Place): readonly Place[] => terminalPlaces({ ...place, steps, at: 0, outer });
  if (step instanceof Terminal) return [place];
  if (step instanceof NonTerminal) {
    const { referencedRule, idx } = step;
    return terminalPlaces({ steps: referencedRule.definition, at: 0, rule: referencedRule.name, call: idx, outer: behind });
  }
  if (step instanceof Option) return [...inside(step.definition, behind), ...terminalPlaces(behind)];
  if (step instanceof Repetition) return [...inside(step.definition, place), ...terminalPlaces(behind)];
  if (step instanceof RepetitionMandatory) return inside(step.definition, place);
  if (step instanceof RepetitionMandatoryWithSeparator) return inside([...step.definition, loopOf(step)], behind);
  if (step instanceof Alternation)
    return step.definition.flatMap((alternative) => (alternative instanceof Alternative ? inside(alternative.definition, behind) : []));
  return [];
}

function loopOf(list: RepetitionMandatoryWithSeparator): Repetition {
  const known = loops.get(list);
  if (known !== undefined) return known;
  const separator = new Terminal({ terminalType: list.separator });
  const loop = new Repetition({ definition: [separator, ...list.definition] });
  loops.set(list, loop);
  return loop;
}

function rulesOf(place: Place): Candidate["rules"] {
  const rules: { name: string; call: number }[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.outer) {
    const inner = rules.at(-1);
    if (inner?.name !== at.rule || inner.call !== at.call) rules.push({ name: at.rule, call: at.call });
  }
  return rules;
}
