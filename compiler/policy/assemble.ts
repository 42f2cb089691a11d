/** The policy of a project, from its units. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { unionAllAddresses } from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import type { Policy, Test } from "./model.js";
import { uniqueHosts } from "./outside.js";
import { everyUnit } from "./units.js";
import type { NamedAddresses, Units } from "./units.js";

/** With what is said of hosts of one name in two files. */
export function assemble(units: Units): { readonly policy: Policy; readonly findings: readonly Diagnostic[] } {
  const outside = [...units.outside.values()];
  const fabric = outside.flatMap((unit) => unit.fabric).at(0);
  const aci = outside.flatMap((unit) => unit.aci).at(0);
  const bgp = uniqueHosts(outside.flatMap((unit) => unit.bgp));
  let tests: readonly Test[] | undefined;
  let externals: AddressSet | undefined;
  const policy: Policy = {
    tenants: Array.from(units.tenants.values(), ({ tenant }) => tenant),
    ...(fabric === undefined ? {} : { fabric }),
    bgp: bgp.hosts,
    ...(aci === undefined ? {} : { aci }),
    // Asked for only by who runs tests or reasons about flows, which an editor does not at each keystroke.
    get tests() {
      tests ??= [...outside, ...units.tenants.values()].flatMap((unit) => unit.tests);
      return tests;
    },
    get externals() {
      externals ??= unionAllAddresses(externalsIn(units).map(({ addresses }) => addresses));
      return externals;
    },
  };
  return { policy, findings: bgp.findings };
}

/** Every `external` of the project. */
export function externalsIn(units: Units): readonly NamedAddresses[] {
  return everyUnit(units).flatMap((unit) => unit.externals);
}
