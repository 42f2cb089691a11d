/** What stands outside tenants and declares no name that others use: the installation, and tests. */
import type { FileScope } from "../bind/declare.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { duplicateName } from "../diagnostics/names.js";
import type { Place } from "../bind/lookup.js";
import type { Resolving } from "./draft.js";
import { resolveAci, resolveBgp, resolveFabric } from "./installation.js";
import type { BgpHost } from "./model.js";
import { isNamed } from "./networks.js";
import { resolveTest } from "./rules.js";

/** Such statements of one file. */
export function resolveOutside(resolving: Resolving, { file, outside }: FileScope) {
  const place: Place = { file };
  return {
    fabric: outside.flatMap((item) => (item.kind === "fabric" ? [resolveFabric(resolving, place, item)] : [])),
    aci: outside.flatMap((item) => (item.kind === "aci" ? (resolveAci(resolving, place, item) ?? []) : [])),
    bgp: outside.flatMap((item) => (item.kind === "bgp" && isNamed(item) ? (resolveBgp(resolving, place, item) ?? []) : [])),
    tests: outside.flatMap((item) => (item.kind === "test" ? [resolveTest(resolving, place, item)] : [])),
  };
}

/** Hosts are known by name in the whole project, whatever file they are in: in order of it, and what is said of names that two have. */
export function uniqueHosts(hosts: readonly BgpHost[]): { readonly hosts: readonly BgpHost[]; readonly findings: readonly Diagnostic[] } {
  const seen = new Map<string, BgpHost>();
  const findings: Diagnostic[] = [];
  for (const host of hosts) {
    const earlier = seen.get(host.name);
    if (earlier === undefined) seen.set(host.name, host);
    else if (earlier.origin.span.file !== host.origin.span.file) {
      const related = [{ span: earlier.origin.span, message: "first declared here" }];
      findings.push(duplicateName.make({ kind: "a bgp host", name: host.name, other: "a bgp host" }, { span: host.origin.span, related }));
    }
  }
  return { hosts: [...seen.values()].sort((left, right) => (left.name < right.name ? -1 : 1)), findings };
}
