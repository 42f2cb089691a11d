/** Rules that match no flow which their tenant is ever asked about, and why. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { emptyPeer, familiesNeverMeet, foreignRule } from "../../diagnostics/logic.js";
import { possiblePart } from "../../policy/universe.js";
import type { Universe } from "../../policy/universe.js";
import type { Family } from "../../space/address.js";
import { everyEnd } from "../../space/ends.js";
import type { EndSet } from "../../space/ends.js";
import { flowProduct } from "../../space/flows.js";
import { familyServices, servicesOverlap } from "../../space/service.js";
import type { LogicContext } from "./context.js";

const families: readonly Family[] = [4, 6];

/** The finding for a rule that matches nothing, the first reason in the order: nobody there, families apart, nobody of the tenant. */
export function explainEmpty({ universe, tenant, regions }: LogicContext, position: number): Diagnostic {
  const rule = regions.rules[position];
  const details = { span: rule.origin.span, rule: rule.id };
  const from = familiesOf(universe, universe.endsOf(rule.source));
  const to = familiesOf(universe, universe.endsOf(rule.destination));
  if (from.length === 0) return emptyPeer.make({ side: "source" }, details);
  if (to.length === 0) return emptyPeer.make({ side: "destination" }, details);
  const common = from.filter((family) => to.includes(family));
  if (common.length === 0) {
    return familiesNeverMeet.make({ reason: `its source is IPv${from[0]} only, its destination IPv${to[0]} only` }, details);
  }
  if (!common.some((family) => servicesOverlap(rule.service.services, familyServices(family)))) {
    const [family] = common;
    return familiesNeverMeet.make({ reason: `${family === 4 ? "ICMPv6" : "ICMP"} does not exist over IPv${family}` }, details);
  }
  return foreignRule.make({ tenant: tenant.name }, details);
}

/** The families in which an end of the set can exist. */
function familiesOf(universe: Universe, set: EndSet): readonly Family[] {
  return families.filter((family) =>
    flowProduct(set, [ofFamily(family)], familyServices(family)).some((box) => possiblePart(universe, box) !== undefined),
  );
}

function ofFamily(family: Family): EndSet[number] {
  const { v4, v6 } = everyEnd.addresses;
  return { ...everyEnd, addresses: family === 4 ? { v4, v6: [] } : { v4: [], v6 } };
}
