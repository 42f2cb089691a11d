/** What names stand for in the place at hand: rules come by the thousand in one place, and name the same few things. */
import type { Place } from "../bind/lookup.js";
import type { PolicySymbol } from "../bind/symbols.js";

/** A name that was found without anything to say about it. */
interface Found<Expression> {
  readonly symbol: PolicySymbol;
  readonly expression: Expression;
}

/** The names that were found in a place, by their texts. Those of one place only: another place can see others. */
export function namesAtHand<Expression>(): (place: Place) => Map<string, Found<Expression>> {
  let at: Place | undefined;
  let names = new Map<string, Found<Expression>>();
  return (place) => {
    if (place !== at) {
      at = place;
      names = new Map();
    }
    return names;
  };
}
