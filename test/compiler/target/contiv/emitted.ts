/** Emits projects for the tests of Contiv, and looks into what came out. */
import { readTexts, checkTexts } from "../../../support/diagnose.js";
import { makePolicy, universeOf } from "../../../support/policy.js";
import type { PolicySketch, RuleSketch, TenantSketch } from "../../../support/policy.js";
import { contiv } from "../../../../compiler/target/contiv/contiv.js";
import { readDocuments } from "../../../../compiler/target/contiv/read/documents.js";
import { readObjects } from "../../../../compiler/target/contiv/read/series.js";
import type { Document } from "../../../../compiler/target/contiv/read/documents.js";
import { agentRules } from "../../../../compiler/target/contiv/read/agent.js";
import type { AgentRule } from "../../../../compiler/target/contiv/read/agent.js";
import type { Universe } from "../../../../compiler/policy/universe.js";
import type { Emission } from "../../../../compiler/target/target.js";

export const options = { portLimit: 128 };

export interface Emitted extends Emission {
  readonly universe: Universe;
  readonly documents: readonly Document[];
  readonly agents: readonly AgentRule[];
  readonly codes: readonly string[];
}

export function emitted(universe: Universe, portLimit = options.portLimit): Emitted {
  const emission = contiv.emit(universe, { portLimit });
  const { documents } = readDocuments(emission.artefacts);
  return {
    ...emission,
    universe,
    documents,
    agents: agentRules(readObjects(emission.artefacts)).bundles.flatMap(({ rules }) => rules()),
    codes: emission.diagnostics.map(({ code }) => code),
  };
}

export function emittedFolder(folder: string): Emitted {
  const { universe, diagnostics } = checkTexts(readTexts(folder));
  if (universe === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return emitted(universe);
}

/** A tenant `t` with groups a, b, c on one network. */
export function sketch(rules: readonly RuleSketch[], more: Partial<TenantSketch> = {}, others: Partial<PolicySketch> = {}): PolicySketch {
  const groups = Object.fromEntries(["a", "b", "c"].map((name) => [name, { match: `app=${name}`, in: "net" }]));
  const { tenants = [] } = others;
  return {
    ...others,
    tenants: [{ name: "t", networks: { net: "10.0.0.0/24" }, groups, policies: [{ name: "p", rules }], ...more }, ...tenants],
  };
}

export function emittedRules(rules: readonly RuleSketch[], more: Partial<TenantSketch> = {}, others: Partial<PolicySketch> = {}): Emitted {
  return emitted(universeOf(makePolicy(sketch(rules, more, others))));
}

/** Every object on one line, in order of path. */
export function listing(emission: Emission): string {
  return emission.artefacts
    .map(({ path, text }) =>
      path.endsWith(".json") && path !== "plan.json" ? `${path} ${JSON.stringify(JSON.parse(text))}\n` : `--- ${path}\n${text}---\n`,
    )
    .join("");
}
